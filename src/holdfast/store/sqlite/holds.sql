-- put_hold: Keep a hold as it stands after a record.
INSERT INTO holds (id, decision_id, policy, placed_ms, until_ms, confirm_by_ms, state, due_ms, client)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    decision_id = excluded.decision_id, policy = excluded.policy, placed_ms = excluded.placed_ms,
    until_ms = excluded.until_ms, confirm_by_ms = excluded.confirm_by_ms, state = excluded.state,
    due_ms = excluded.due_ms, client = excluded.client;

-- hold: Give one hold as it stands.
SELECT id, decision_id, policy, placed_ms, until_ms, confirm_by_ms, state, due_ms, client FROM holds WHERE id = ?;

-- holds_due: Give the holds whose timer lies before an instant, the longest due first.
SELECT id, decision_id, policy, placed_ms, until_ms, confirm_by_ms, state, due_ms, client
FROM holds WHERE due_ms IS NOT NULL AND due_ms < ? ORDER BY due_ms, id LIMIT ?;

-- next_hold_due: Give the instant of the next timer of a hold.
SELECT min(due_ms) FROM holds WHERE due_ms IS NOT NULL;

-- holds_before: Give the holds older than a place, newest first.
SELECT id, decision_id, policy, placed_ms, until_ms, confirm_by_ms, state, due_ms, client
FROM holds WHERE (placed_ms, id) < (?, ?) ORDER BY placed_ms DESC, id DESC LIMIT ?;

-- holds_of_state: Give the holds in one state that are older than a place, newest first.
SELECT id, decision_id, policy, placed_ms, until_ms, confirm_by_ms, state, due_ms, client
FROM holds WHERE (placed_ms, id) < (?, ?) AND state = ? ORDER BY placed_ms DESC, id DESC LIMIT ?;

-- holds_of_client: Give the holds of one client that are older than a place, newest first; no states mean every state.
SELECT id, decision_id, policy, placed_ms, until_ms, confirm_by_ms, state, due_ms, client
FROM holds
WHERE (placed_ms, id) < (?1, ?2) AND client = ?3
AND (?4 = '[]' OR state IN (SELECT value FROM json_each(?4)))
ORDER BY placed_ms DESC, id DESC LIMIT ?5;
