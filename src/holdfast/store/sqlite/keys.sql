-- create_day: Make the table of one day's idempotency keys.
CREATE TABLE keys_{day} (key BLOB PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- drop_day: Forget one day's idempotency keys.
DROP TABLE keys_{day};

-- list_days: Name the tables of idempotency keys, newest first.
SELECT CAST(substr(name, 6) AS INTEGER) FROM sqlite_master
WHERE type = 'table' AND name GLOB 'keys_[0-9]*' ORDER BY 1 DESC;

-- insert_key: Store the idempotency key of one record; a second one with the same key breaks the constraint.
INSERT INTO keys_{day} (key, seq) VALUES (?, ?);

-- find_key: Give the first answer to an idempotency key of one day.
SELECT log.seq, log.kind, log.body_hash, log.dictionary, log.public
FROM keys_{day} AS keys JOIN log ON log.seq = keys.seq
WHERE keys.key = ?;

-- keys_of_day: Read one day's keys, to fill the filter when a store is opened.
SELECT key FROM keys_{day};
