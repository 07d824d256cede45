-- create_day: Make the table of one day's idempotency keys.
CREATE TABLE keys_{day} (
    run INTEGER NOT NULL, key BLOB NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

-- drop_day: Forget one day's idempotency keys.
DROP TABLE keys_{day};

-- list_days: Name the tables of idempotency keys, newest first.
SELECT CAST(substr(name, 6) AS INTEGER) FROM sqlite_master
WHERE type = 'table' AND name GLOB 'keys_[0-9]*' ORDER BY 1 DESC;

-- insert_key: Append one key of a run to its day; a run is appended sorted.
INSERT INTO keys_{day} (run, key, seq) VALUES (?, ?, ?);

-- drop_unfinished_keys: Take away what stands in one day's table after the last whole run.
DELETE FROM keys_{day} WHERE run > ?;

-- find_key: Give the record of an idempotency key of one day, looking into each of the day's runs.
WITH RECURSIVE runs (run) AS (
    SELECT min(run) FROM keys_{day}
    UNION ALL
    SELECT (SELECT min(run) FROM keys_{day} WHERE run > runs.run) FROM runs WHERE runs.run IS NOT NULL
)
SELECT keys.seq FROM runs CROSS JOIN keys_{day} AS keys ON keys.run = runs.run WHERE keys.key = ? LIMIT 1;

-- has_runs: Tell whether one day's table has keys of some runs.
SELECT EXISTS (SELECT 1 FROM keys_{day} WHERE run IN ({runs}));

-- merge_keys: Put one day's keys of some runs, as far as they lie between two keys, under another run.
INSERT INTO keys_{day} (run, key, seq)
SELECT ?, key, seq FROM keys_{day} WHERE run IN ({runs}) AND key BETWEEN ? AND ? ORDER BY key;

-- drop_merged_keys: Take from some runs of one day what stands under another run now.
DELETE FROM keys_{day} WHERE run IN ({runs}) AND key BETWEEN ? AND ?;

-- keys_of_day: Read one day's keys, to fill the filter when a store is opened.
SELECT key FROM keys_{day};

-- insert_run: Note up to which record keys and events are indexed.
INSERT INTO runs (no, last_seq) VALUES (?, ?);

-- last_run: Give the newest run and the last record in it.
SELECT coalesce(max(no), 0), coalesce(max(last_seq), 0) FROM runs;

-- insert_event: Append one event of a run to the index of events; a run is appended sorted.
INSERT INTO events (run, hash, seq) VALUES (?, ?, ?);

-- list_runs: Number the runs.
SELECT no FROM runs;

-- drop_merged_runs: Forget runs whose rows stand under another run.
DELETE FROM runs WHERE no IN ({runs});

-- merge_events: Put the events of some runs, as far as they lie between two hashes, under another run.
INSERT INTO events (run, hash, seq)
SELECT ?, hash, seq FROM events WHERE run IN ({runs}) AND hash BETWEEN ? AND ? ORDER BY hash;

-- drop_merged_events: Take from some runs what stands under another run now.
DELETE FROM events WHERE run IN ({runs}) AND hash BETWEEN ? AND ?;

-- drop_unfinished_events: Take away the events of runs after the last whole one.
DELETE FROM events WHERE run > ?;

-- find_event: Give the records whose event ids have a hash, looking into each run.
SELECT events.seq FROM runs CROSS JOIN events ON events.run = runs.no WHERE events.hash = ?;

-- unindexed: Read what the index of keys and events needs of the records after the newest run.
SELECT seq, received_ms, key, event_id FROM log WHERE seq > ? ORDER BY seq;

-- answer: Give what a retry needs of one record.
SELECT seq, kind, occurred_ms, received_ms, body_hash, event_id, dictionary, public FROM log WHERE seq = ?;
