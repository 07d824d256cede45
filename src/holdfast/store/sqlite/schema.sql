-- The whole schema of today; a test holds it equal to all migrations applied.

CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    occurred_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    key BLOB NOT NULL,
    body_hash BLOB NOT NULL,
    event_id TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    subject_key INTEGER NOT NULL,
    dictionary INTEGER NOT NULL,
    sealed BLOB,
    public BLOB NOT NULL,
    extras BLOB,
    hashes BLOB,
    link BLOB
) STRICT;

CREATE UNIQUE INDEX log_by_decision ON log (decision_id) WHERE decision_id <> '';
CREATE INDEX log_of_decisions ON log (seq) WHERE kind = 'decision';

CREATE TRIGGER log_is_never_updated BEFORE UPDATE ON log
BEGIN
    SELECT RAISE (ABORT, 'the log is append-only');
END;

CREATE TRIGGER log_is_never_deleted BEFORE DELETE ON log
BEGIN
    SELECT RAISE (ABORT, 'the log is append-only');
END;

CREATE TRIGGER log_grows_at_its_end BEFORE INSERT ON log
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM log)
BEGIN
    SELECT RAISE (ABORT, 'the log is append-only');
END;

CREATE TABLE runs (
    no INTEGER PRIMARY KEY,
    last_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE events (
    run INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (run, hash, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL,
    public BLOB NOT NULL,
    codec INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE subjects (
    id INTEGER PRIMARY KEY,
    subject BLOB NOT NULL,
    wrapped BLOB,
    forgotten_ms INTEGER
) STRICT;

CREATE UNIQUE INDEX subjects_alive ON subjects (subject) WHERE wrapped IS NOT NULL;

CREATE TABLE contents (
    hash BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    data BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE threads (
    thread TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (thread, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
    id TEXT PRIMARY KEY,
    decision_id TEXT NOT NULL,
    policy TEXT NOT NULL,
    placed_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    confirm_by_ms INTEGER,
    state TEXT NOT NULL,
    due_ms INTEGER,
    client BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX holds_by_due ON holds (due_ms, id) WHERE due_ms IS NOT NULL;
CREATE INDEX holds_by_age ON holds (placed_ms, id);
CREATE INDEX holds_by_state ON holds (state, placed_ms, id);
CREATE INDEX holds_by_client ON holds (client, placed_ms, id);

CREATE TABLE claims (
    id TEXT PRIMARY KEY,
    decision_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    liability TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    due_ms INTEGER,
    client BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX claims_by_age ON claims (received_ms, id);
CREATE INDEX claims_by_state ON claims (state, received_ms, id);
CREATE INDEX claims_by_client ON claims (client, received_ms, id);

CREATE TABLE exposures (
    seq INTEGER NOT NULL,
    place INTEGER NOT NULL,
    decision_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (seq, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX exposures_by_age ON exposures (at_ms, seq, place);
CREATE INDEX exposures_by_kind ON exposures (kind, at_ms, seq, place);

CREATE TABLE verifications (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    due_ms INTEGER,
    decision_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX verifications_by_due ON verifications (due_ms, id) WHERE due_ms IS NOT NULL;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload BLOB NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,
    retry_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX outbox_by_subject ON outbox (subject, id) WHERE retry_at_ms > 0;

CREATE TABLE list_versions (
    no INTEGER PRIMARY KEY,
    list TEXT NOT NULL,
    version TEXT NOT NULL,
    seq INTEGER,
    loaded_ms INTEGER,
    published_ms INTEGER,
    entries INTEGER,
    added INTEGER,
    removed INTEGER,
    source TEXT,
    by TEXT,
    kinds TEXT,
    UNIQUE (list, version)
) STRICT;

CREATE UNIQUE INDEX list_versions_staged ON list_versions (list) WHERE seq IS NULL;

CREATE TABLE list_changes (
    list TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    bic TEXT NOT NULL,
    no INTEGER NOT NULL,
    entry BLOB,
    PRIMARY KEY (list, kind, value, bic, no)
) STRICT, WITHOUT ROWID;

CREATE INDEX list_changes_by_version ON list_changes (no);

CREATE TABLE sources (
    source TEXT PRIMARY KEY,
    complete_since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    revoked_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
