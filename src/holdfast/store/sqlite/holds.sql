-- place_hold: Place a hold, or give a placed one its new terms.
INSERT INTO holds (id, decision_id, policy, placed_ms, until_ms, confirm_by_ms, open)
VALUES (?, ?, ?, ?, ?, ?, 1)
ON CONFLICT (id) DO UPDATE SET
    decision_id = excluded.decision_id, policy = excluded.policy, placed_ms = excluded.placed_ms,
    until_ms = excluded.until_ms, confirm_by_ms = excluded.confirm_by_ms, open = 1;

-- close_hold: Take a hold off the timers and the open listing.
UPDATE holds SET open = 0 WHERE id = ?;

-- insert_hold_record: Note which record touched which hold.
INSERT INTO hold_records (hold_id, seq) VALUES (?, ?) ON CONFLICT DO NOTHING;

-- hold: Give one hold with its latest terms.
SELECT id, decision_id, policy, placed_ms, until_ms, confirm_by_ms FROM holds WHERE id = ?;

-- holds_due: Give the open holds that lapsed before an instant, the longest lapsed first.
SELECT id, decision_id, policy, placed_ms, until_ms, confirm_by_ms
FROM holds WHERE open = 1 AND until_ms < ? ORDER BY until_ms, id LIMIT ?;

-- open_holds: Give the open holds after a cursor, by id.
SELECT id, decision_id, policy, placed_ms, until_ms, confirm_by_ms
FROM holds WHERE open = 1 AND id > ? ORDER BY id LIMIT ?;
