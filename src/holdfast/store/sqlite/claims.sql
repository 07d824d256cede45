-- put_claim: Keep a claim as it stands after a record.
INSERT INTO claims (id, decision_id, kind, state, liability, amount_minor, currency, received_ms, due_ms, client)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    decision_id = excluded.decision_id, kind = excluded.kind, state = excluded.state, liability = excluded.liability,
    amount_minor = excluded.amount_minor, currency = excluded.currency, received_ms = excluded.received_ms,
    due_ms = excluded.due_ms, client = excluded.client;

-- claim: Give one claim as it stands.
SELECT id, decision_id, kind, state, liability, amount_minor, currency, received_ms, due_ms, client
FROM claims WHERE id = ?;

-- claims_before: Give the claims older than a place, newest first.
SELECT id, decision_id, kind, state, liability, amount_minor, currency, received_ms, due_ms, client
FROM claims WHERE (received_ms, id) < (?, ?) ORDER BY received_ms DESC, id DESC LIMIT ?;

-- claims_of_state: Give the claims in one state that are older than a place, newest first.
SELECT id, decision_id, kind, state, liability, amount_minor, currency, received_ms, due_ms, client
FROM claims WHERE (received_ms, id) < (?, ?) AND state = ? ORDER BY received_ms DESC, id DESC LIMIT ?;

-- claims_of_client: Give the claims of one client that are older than a place, newest first; no states mean every one.
SELECT id, decision_id, kind, state, liability, amount_minor, currency, received_ms, due_ms, client
FROM claims
WHERE (received_ms, id) < (?1, ?2) AND client = ?3
AND (?4 = '[]' OR state IN (SELECT value FROM json_each(?4)))
ORDER BY received_ms DESC, id DESC LIMIT ?5;

-- insert_exposure: Note one sum that a record found to be at risk or saved.
INSERT INTO exposures (seq, place, decision_id, kind, amount_minor, currency, at_ms, reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- exposures_before: Give the exposures older than a place, newest first.
SELECT at_ms, seq, place, decision_id, kind, amount_minor, currency, reason
FROM exposures WHERE (at_ms, seq, place) < (?, ?, ?) ORDER BY at_ms DESC, seq DESC, place DESC LIMIT ?;

-- exposures_of_kind: Give the exposures of one kind that are older than a place, newest first.
SELECT at_ms, seq, place, decision_id, kind, amount_minor, currency, reason
FROM exposures WHERE (at_ms, seq, place) < (?, ?, ?) AND kind = ?
ORDER BY at_ms DESC, seq DESC, place DESC LIMIT ?;

-- exposure_totals: Sum the exposures of a span by kind and currency; a reason narrows them.
SELECT kind, currency, sum(amount_minor), count(*)
FROM exposures WHERE at_ms >= ?1 AND at_ms < ?2 AND (?3 IS NULL OR reason = ?3)
GROUP BY kind, currency ORDER BY kind, currency;
