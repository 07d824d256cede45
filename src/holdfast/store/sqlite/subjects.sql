-- live_subjects: Give the wrapped keys under which some subjects' next records are sealed; `{subjects}` are places.
SELECT id, subject, wrapped FROM subjects WHERE wrapped IS NOT NULL AND subject IN ({subjects});

-- last_subject: Give the newest id of a key.
SELECT coalesce(max(id), 0) FROM subjects;

-- insert_subject: Keep a subject's new wrapped key.
INSERT INTO subjects (id, subject, wrapped) VALUES (?, ?, ?);

-- forget_subject: Destroy a subject's key; what was sealed with it can never be read again.
UPDATE subjects SET wrapped = NULL, forgotten_ms = ? WHERE subject = ? AND wrapped IS NOT NULL RETURNING id;
