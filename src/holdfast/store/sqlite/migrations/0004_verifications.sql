-- Sessions of identity verification with their state and timer.

CREATE TABLE verifications (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    due_ms INTEGER,
    decision_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX verifications_by_due ON verifications (due_ms, id) WHERE due_ms IS NOT NULL;
