-- insert_content: Keep a pack, ruleset or model under its hash.
INSERT INTO contents (hash, kind, data) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING;

-- content: Give what is kept under a hash.
SELECT data FROM contents WHERE hash = ?;
