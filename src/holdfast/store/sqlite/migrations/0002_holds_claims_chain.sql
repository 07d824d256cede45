-- Holds with their state and timer, the threads of every story, claims, exposures, and the hash chain over the log.

ALTER TABLE log ADD COLUMN hashes BLOB;
ALTER TABLE log ADD COLUMN link BLOB;

ALTER TABLE list_versions ADD COLUMN kinds TEXT;
UPDATE list_versions SET kinds = (
    SELECT json_extract(CAST(extras AS TEXT), '$.list_version.kinds') FROM log WHERE log.seq = list_versions.seq
);

CREATE TABLE threads (
    thread TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (thread, seq)
) STRICT, WITHOUT ROWID;

INSERT INTO threads (thread, seq) SELECT hold_id, seq FROM hold_records;

DROP INDEX holds_by_until;
DROP INDEX holds_open;
ALTER TABLE holds RENAME TO old_holds;

CREATE TABLE holds (
    id TEXT PRIMARY KEY,
    decision_id TEXT NOT NULL,
    policy TEXT NOT NULL,
    placed_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    confirm_by_ms INTEGER,
    state TEXT NOT NULL,
    due_ms INTEGER,
    client BLOB NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO holds (id, decision_id, policy, placed_ms, until_ms, confirm_by_ms, state, due_ms, client)
SELECT
    id, decision_id, policy, placed_ms, until_ms, confirm_by_ms,
    CASE open WHEN 1 THEN 'placed' ELSE 'released' END, CASE open WHEN 1 THEN until_ms END,
    coalesce((
        SELECT subject FROM hold_records
        JOIN log ON log.seq = hold_records.seq
        JOIN subjects ON subjects.id = log.subject_key
        WHERE hold_id = old_holds.id ORDER BY hold_records.seq LIMIT 1
    ), x'')
FROM old_holds;

DROP TABLE old_holds;
DROP TABLE hold_records;

CREATE INDEX holds_by_due ON holds (due_ms, id) WHERE due_ms IS NOT NULL;
CREATE INDEX holds_by_age ON holds (placed_ms, id);
CREATE INDEX holds_by_state ON holds (state, placed_ms, id);
CREATE INDEX holds_by_client ON holds (client, placed_ms, id);

CREATE TABLE claims (
    id TEXT PRIMARY KEY,
    decision_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    liability TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    due_ms INTEGER,
    client BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX claims_by_age ON claims (received_ms, id);
CREATE INDEX claims_by_state ON claims (state, received_ms, id);
CREATE INDEX claims_by_client ON claims (client, received_ms, id);

CREATE TABLE exposures (
    seq INTEGER NOT NULL,
    place INTEGER NOT NULL,
    decision_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (seq, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX exposures_by_age ON exposures (at_ms, seq, place);
CREATE INDEX exposures_by_kind ON exposures (kind, at_ms, seq, place);
