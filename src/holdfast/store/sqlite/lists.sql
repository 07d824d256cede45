-- staged_version: Give the version of a list that is being staged.
SELECT no, version FROM list_versions WHERE list = ? AND seq IS NULL;

-- version_no: Give the number of a version, published or staged.
SELECT no, seq FROM list_versions WHERE list = ? AND version = ?;

-- insert_version: Start staging a version.
INSERT INTO list_versions (list, version) VALUES (?, ?) RETURNING no;

-- stage_change: Stage one added (entry) or removed (null) value.
INSERT INTO list_changes (list, kind, value, bic, no, entry) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET entry = excluded.entry;

-- publish_version: Make a staged version, and so all its changes, visible.
UPDATE list_versions SET
    seq = ?, loaded_ms = ?, published_ms = ?, entries = ?, added = ?, removed = ?, source = ?, by = ?, kinds = ?
WHERE no = ?;

-- staged_versions: Name what was staged and never published.
SELECT no, list, version FROM list_versions WHERE seq IS NULL;

-- drop_changes: Throw away a chunk of what was staged.
DELETE FROM list_changes WHERE (list, kind, value, bic, no) IN (
    SELECT list, kind, value, bic, no FROM list_changes WHERE no = ? LIMIT ?
);

-- drop_version: Throw away the name of a staged version.
DELETE FROM list_versions WHERE no = ? AND seq IS NULL;

-- versions: Give a list's published versions, oldest first.
SELECT list, version, loaded_ms, published_ms, entries, added, removed, source, by, kinds
FROM list_versions WHERE list = ? AND seq IS NOT NULL ORDER BY no;

-- last_version: Give the number of a list's newest published version.
SELECT max(no) FROM list_versions WHERE list = ? AND seq IS NOT NULL;

-- lists: Name every list with a published version.
SELECT DISTINCT list FROM list_versions WHERE seq IS NOT NULL ORDER BY list;

-- entries: Give the entries of a list as they were at a version, after a cursor.
SELECT kind, value, bic, entry FROM list_changes AS change
WHERE list = ?1 AND (kind, value, bic) > (?2, ?3, ?4) AND no <= ?5 AND entry IS NOT NULL
AND NOT EXISTS (
    SELECT 1 FROM list_changes AS later
    WHERE later.list = change.list AND later.kind = change.kind AND later.value = change.value
    AND later.bic = change.bic AND later.no > change.no AND later.no <= ?5
)
ORDER BY kind, value, bic LIMIT ?6;

-- entries_of_kind: Read all entries of one kind as they were at a version.
SELECT entry FROM list_changes AS change
WHERE list = ?1 AND kind = ?2 AND no <= ?3 AND entry IS NOT NULL
AND NOT EXISTS (
    SELECT 1 FROM list_changes AS later
    WHERE later.list = change.list AND later.kind = change.kind AND later.value = change.value
    AND later.bic = change.bic AND later.no > change.no AND later.no <= ?3
);

-- changes: Give what one version changed, after a cursor.
SELECT kind, value, bic, entry FROM list_changes
WHERE no = ? AND (list, kind, value, bic) > (?, ?, ?, ?)
ORDER BY list, kind, value, bic LIMIT ?;

-- list_steps: Give what published versions did to one value of a list, oldest first.
SELECT
    list_versions.list, version, loaded_ms, published_ms, entries, added, removed, source, by, kinds,
    kind, value, bic, entry
FROM list_changes JOIN list_versions ON list_versions.no = list_changes.no
WHERE list_changes.list = ? AND kind = ? AND value = ? AND seq IS NOT NULL
ORDER BY list_changes.no, bic;
