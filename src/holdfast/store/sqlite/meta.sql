-- set_meta: Keep one small string.
INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- get_meta: Give one small string.
SELECT value FROM meta WHERE name = ?;

-- set_source: Note since when a source is complete; the latest declaration counts.
INSERT INTO sources (source, complete_since_ms) VALUES (?, ?)
ON CONFLICT (source) DO UPDATE SET complete_since_ms = excluded.complete_since_ms;

-- sources: Give the instant since which each declared source is complete.
SELECT source, complete_since_ms FROM sources ORDER BY source;

-- put_key: Keep an API key's hash and scopes.
INSERT INTO api_keys (id, hash, scopes, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?);

-- keys: Give every API key ever made.
SELECT id, hash, scopes, created_ms, expires_ms, revoked_ms FROM api_keys ORDER BY created_ms, id;

-- revoke_key: Take an API key's power, once.
UPDATE api_keys SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL;
