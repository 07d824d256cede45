-- put_verification: Keep a session as it stands after a record.
INSERT INTO verifications (id, state, due_ms, decision_id) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    state = excluded.state, due_ms = excluded.due_ms, decision_id = excluded.decision_id;

-- verification: Give one session as it stands.
SELECT id, state, due_ms, decision_id FROM verifications WHERE id = ?;

-- verifications_due: Give the sessions whose timer does not lie after an instant, the longest due first.
SELECT id, state, due_ms, decision_id
FROM verifications WHERE due_ms IS NOT NULL AND due_ms <= ? ORDER BY due_ms, id LIMIT ?;

-- next_verification_due: Give the instant of the next timer of a session.
SELECT min(due_ms) FROM verifications WHERE due_ms IS NOT NULL;
