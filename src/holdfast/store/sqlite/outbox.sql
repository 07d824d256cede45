-- insert_message: Queue one message for the worker.
INSERT INTO outbox (id, topic, subject, payload, attempts, error, retry_at_ms) VALUES (?, ?, ?, ?, 0, '', 0);

-- pending: Give the messages that may go out now; one that waits for its retry holds back its subject's later ones.
SELECT id, topic, subject, payload, attempts, error, retry_at_ms FROM outbox AS message
WHERE id > ? AND retry_at_ms <= ?
AND NOT EXISTS (
    SELECT 1 FROM outbox AS earlier
    WHERE earlier.subject = message.subject AND earlier.id < message.id
    AND earlier.retry_at_ms > 0 AND earlier.retry_at_ms > ?
)
ORDER BY id LIMIT ?;

-- undelivered: Count the messages, and give the oldest beside the count.
SELECT (SELECT count(*) FROM outbox), id, topic, subject, payload, attempts, error, retry_at_ms
FROM outbox ORDER BY id LIMIT 1;

-- delete_message: Take a delivered message off the queue.
DELETE FROM outbox WHERE id = ?;

-- fail_message: Note a failed delivery and when to try again.
UPDATE outbox SET attempts = attempts + 1, error = ?, retry_at_ms = ? WHERE id = ?;
