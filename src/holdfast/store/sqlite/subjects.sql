-- live_subject: Give the wrapped key under which a subject's next record is sealed.
SELECT id, wrapped FROM subjects WHERE subject = ? AND wrapped IS NOT NULL;

-- insert_subject: Keep a subject's new wrapped key.
INSERT INTO subjects (subject, wrapped) VALUES (?, ?) RETURNING id;

-- forget_subject: Destroy a subject's key; what was sealed with it can never be read again.
UPDATE subjects SET wrapped = NULL, forgotten_ms = ? WHERE subject = ? AND wrapped IS NOT NULL RETURNING id;
