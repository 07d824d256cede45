-- insert_record: Append one record to the log.
INSERT INTO log (
    seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, subject_key, dictionary, sealed,
    public, extras, hashes, link
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- last_seq: Give the number of the newest record, 0 in an empty log.
SELECT coalesce(max(seq), 0) FROM log;

-- records_after: Give a batch of records between two numbers, in log order.
SELECT
    log.seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, subject_key, subject, wrapped,
    dictionary, sealed, public, extras
FROM log LEFT JOIN subjects ON subjects.id = log.subject_key
WHERE log.seq > ? AND log.seq <= ?
ORDER BY log.seq LIMIT ?;

-- record_by_decision: Give the record of a decision.
SELECT
    log.seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, subject_key, subject, wrapped,
    dictionary, sealed, public, extras
FROM log LEFT JOIN subjects ON subjects.id = log.subject_key
WHERE decision_id = ? AND decision_id <> '';

-- record: Give one record.
SELECT
    log.seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, subject_key, subject, wrapped,
    dictionary, sealed, public, extras
FROM log LEFT JOIN subjects ON subjects.id = log.subject_key
WHERE log.seq = ?;

-- decisions_before: Give the decisions older than a number, newest first.
SELECT
    log.seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, subject_key, subject, wrapped,
    dictionary, sealed, public, extras
FROM log LEFT JOIN subjects ON subjects.id = log.subject_key
WHERE kind = 'decision' AND log.seq < ?
ORDER BY log.seq DESC LIMIT ?;

-- last_link: Give the link of the newest record, none where the log is empty or older than the chain.
SELECT link FROM log ORDER BY seq DESC LIMIT 1;

-- chained_after: Give a batch of records in log order with what the hash chain keeps of them.
SELECT
    log.seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, subject_key, subject, wrapped,
    dictionary, sealed, public, extras, hashes, link
FROM log LEFT JOIN subjects ON subjects.id = log.subject_key
WHERE log.seq > ? AND log.seq <= ?
ORDER BY log.seq LIMIT ?;

-- insert_thread: Note that a record belongs to the story of a hold, a decision or a claim.
INSERT INTO threads (thread, seq) VALUES (?, ?);

-- records_of_thread: Give every record of one story, the decision's own among them, in log order.
SELECT
    log.seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, subject_key, subject, wrapped,
    dictionary, sealed, public, extras
FROM log LEFT JOIN subjects ON subjects.id = log.subject_key
WHERE log.seq IN (
    SELECT seq FROM threads WHERE thread = ?1
    UNION SELECT seq FROM log WHERE decision_id = ?1 AND decision_id <> ''
)
ORDER BY log.seq;

-- newest_of_thread: Give the last few records of one story that is no decision's, in log order.
SELECT
    log.seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, subject_key, subject, wrapped,
    dictionary, sealed, public, extras
FROM log LEFT JOIN subjects ON subjects.id = log.subject_key
WHERE log.seq IN (SELECT seq FROM threads WHERE thread = ? ORDER BY seq DESC LIMIT ?)
ORDER BY log.seq;

-- received: Give the instant at which one record was received.
SELECT received_ms FROM log WHERE seq = ?;

-- insert_dictionary: Keep a compression dictionary for ever, since records are read with it.
INSERT INTO dictionaries (id, sealed, public, codec) VALUES (?, ?, ?, ?);

-- dictionary: Give the compression dictionary that a record was written with.
SELECT id, sealed, public, codec FROM dictionaries WHERE id = ?;

-- last_dictionary: Give the newest compression dictionary.
SELECT id, sealed, public, codec FROM dictionaries ORDER BY id DESC LIMIT 1;
