-- How people are named: a directory that was used before goes on with hashes without a key.

INSERT INTO meta (name, value) SELECT 'names', 'unkeyed' FROM meta WHERE name = 'key_fingerprint';
