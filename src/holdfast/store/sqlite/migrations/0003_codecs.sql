-- Each dictionary says how the records are packed that refer to it: 0 raw deflate, 1 Zstandard.

ALTER TABLE dictionaries ADD COLUMN codec INTEGER NOT NULL DEFAULT 0;
