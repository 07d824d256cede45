-- insert_record: Append one record to the log.
INSERT INTO log (
    seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, subject_key, dictionary, sealed,
    public, extras
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

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

-- records_of_hold: Give every record that placed, changed or ended a hold, in log order.
SELECT
    log.seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, subject_key, subject, wrapped,
    dictionary, sealed, public, extras
FROM hold_records
JOIN log ON log.seq = hold_records.seq
LEFT JOIN subjects ON subjects.id = log.subject_key
WHERE hold_id = ?
ORDER BY hold_records.seq;

-- insert_dictionary: Keep a compression dictionary for ever, since records are read with it.
INSERT INTO dictionaries (id, sealed, public) VALUES (?, ?, ?);

-- dictionary: Give the compression dictionary that a record was written with.
SELECT sealed, public FROM dictionaries WHERE id = ?;

-- last_dictionary: Give the newest compression dictionary.
SELECT id, sealed, public FROM dictionaries ORDER BY id DESC LIMIT 1;
