-- The schema of a fresh workspace, written by `make generate` and compared by a test. Do not edit.

CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT;

CREATE TABLE inbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    name            TEXT    NOT NULL UNIQUE,
    channel         TEXT    NOT NULL CHECK (channel IN ('email','messenger','instagram','x','mastodon','bluesky','telegram','matrix','whatsapp')),
    address         TEXT    NOT NULL DEFAULT '',
    zone            TEXT    NOT NULL DEFAULT 'Europe/Paris',
    state           TEXT    NOT NULL CHECK (state IN ('live','import_only','demo','paused')),
    connection      TEXT    NOT NULL DEFAULT '{}',
    cursor          TEXT,             -- the channel's own, opaque; moves in the transaction that stores what it passed
    removed         INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    last_message_at INTEGER,
    last_error      TEXT
) STRICT;

CREATE TABLE credential (
    inbox_id INTEGER PRIMARY KEY REFERENCES inbox (id) ON DELETE CASCADE,
    secret   TEXT    NOT NULL
) STRICT;

CREATE TABLE contact (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox_id  INTEGER NOT NULL REFERENCES inbox (id),
    remote_id TEXT    NOT NULL,
    name      TEXT    NOT NULL DEFAULT '',
    never_reply INTEGER NOT NULL DEFAULT 0 CHECK (never_reply IN (0, 1)),  -- the night responder leaves them to people
    UNIQUE (inbox_id, remote_id)
) STRICT;

CREATE TABLE conversation (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox_id        INTEGER NOT NULL REFERENCES inbox (id),
    contact_id      INTEGER NOT NULL REFERENCES contact (id),
    remote_id       TEXT    NOT NULL,
    kind            TEXT    NOT NULL CHECK (kind IN ('direct','group')),
    status          TEXT    NOT NULL CHECK (status IN ('open','snoozed','resolved')),
    snoozed_until   INTEGER,
    category        TEXT    NOT NULL CHECK (category IN ('emergency','complaint','witness','incident','recruitment','thanks','other')),
    signals         TEXT    NOT NULL DEFAULT '[]',   -- JSON array of signal words
    language        TEXT    NOT NULL DEFAULT 'und',
    bucket          INTEGER NOT NULL DEFAULT 2,      -- 0 emergency, 1 about to become unanswerable, 2 the rest
    waiting_since   INTEGER,                         -- the oldest unanswered message
    deadline        INTEGER,                         -- when the platform stops taking an answer
    last_message_at INTEGER NOT NULL,
    last_answer_at  INTEGER,                         -- the newest answer by a person
    excerpt         TEXT    NOT NULL DEFAULT '',
    reply_state     TEXT    NOT NULL DEFAULT 'none' CHECK (reply_state IN ('none','draft','awaiting_review','rejected','sending','stuck','sent')),
    claimed_by      INTEGER REFERENCES operator (id),
    claimed_until   INTEGER,
    CHECK (status <> 'open' OR waiting_since IS NOT NULL),
    UNIQUE (inbox_id, remote_id)
) STRICT;

CREATE INDEX conversation_queue  ON conversation (bucket, waiting_since, id) WHERE status = 'open';

CREATE INDEX conversation_recent ON conversation (status, last_message_at, id);

CREATE INDEX conversation_due    ON conversation (deadline) WHERE status = 'open' AND bucket = 2 AND deadline IS NOT NULL;

CREATE INDEX conversation_snooze ON conversation (snoozed_until) WHERE status = 'snoozed';

CREATE INDEX conversation_contact ON conversation (contact_id);

CREATE TABLE message (
    seq             INTEGER PRIMARY KEY,
    dedupe_key      INTEGER NOT NULL UNIQUE,  -- (platform second << 31) | 31 bits of SHA-256 over inbox and remote id; a collision moves on by one
    inbox_id        INTEGER NOT NULL,
    remote_id       TEXT    NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    direction       TEXT    NOT NULL CHECK (direction IN ('in','out')),
    kind            TEXT    NOT NULL CHECK (kind IN ('text','notice','reaction')),
    author          TEXT    NOT NULL CHECK (author IN ('contact','operator','night')),
    operator_id     INTEGER REFERENCES operator (id),
    sent_at         INTEGER NOT NULL,
    received_at     INTEGER NOT NULL,
    text            TEXT    NOT NULL,
    attachments     TEXT    NOT NULL DEFAULT '[]',
    flags           TEXT    NOT NULL DEFAULT '{}',
    category        TEXT,     -- the verdict in force: triage's, or the person's who corrected it
    corrected_by    INTEGER REFERENCES operator (id),
    triage          TEXT,     -- JSON: what triage said, with evidence
    reply_context   TEXT
) STRICT;

CREATE INDEX message_conversation ON message (conversation_id, sent_at, seq);

CREATE VIRTUAL TABLE message_fts USING fts5 (text, content = 'message', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE quarantine (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox_id    INTEGER NOT NULL REFERENCES inbox (id),
    origin      TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    raw         BLOB    NOT NULL,
    digest      TEXT    NOT NULL,            -- SHA-256 of origin and item: the same item is kept once
    at          INTEGER NOT NULL,
    resolved_at INTEGER,
    UNIQUE (inbox_id, digest)
) STRICT;

CREATE TABLE draft (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    author_id       INTEGER NOT NULL REFERENCES operator (id),
    text            TEXT    NOT NULL,
    reply_id        TEXT,
    canned_text     TEXT,
    language        TEXT    NOT NULL DEFAULT 'und',
    seen            INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    submitted_at    INTEGER,
    state           TEXT    NOT NULL CHECK (state IN ('draft','awaiting_review','approved','rejected','released')),
    levels_required INTEGER NOT NULL DEFAULT 0,
    levels_passed   INTEGER NOT NULL DEFAULT 0,
    decisions       TEXT    NOT NULL DEFAULT '[]'
) STRICT;

CREATE UNIQUE INDEX draft_current ON draft (conversation_id) WHERE state <> 'released';

CREATE INDEX draft_review ON draft (submitted_at, id) WHERE state = 'awaiting_review';

CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    inbox_id        INTEGER NOT NULL REFERENCES inbox (id),
    origin          TEXT    NOT NULL CHECK (origin IN ('operator','approval','night')),
    operator_id     INTEGER REFERENCES operator (id),
    draft_id        INTEGER UNIQUE REFERENCES draft (id),   -- one draft leaves once
    text            TEXT    NOT NULL,
    digest          TEXT    NOT NULL,
    idempotency_key TEXT    NOT NULL UNIQUE,
    answers         INTEGER NOT NULL,        -- the message it answers
    state           TEXT    NOT NULL CHECK (state IN ('queued','sending','sent','wedged','unknown','cancelled')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    looks           INTEGER NOT NULL DEFAULT 0,  -- how often an unknown one was looked for
    next_attempt_at INTEGER NOT NULL,
    first_attempt_at INTEGER,
    queued_at       INTEGER NOT NULL,
    remote_id       TEXT,
    reason          TEXT
) STRICT;

CREATE INDEX outbox_due ON outbox (next_attempt_at, id) WHERE state IN ('queued','unknown');

CREATE INDEX outbox_conversation ON outbox (conversation_id, id);

CREATE INDEX outbox_unfinished ON outbox (state, id) WHERE state IN ('queued','sending','wedged','unknown');

CREATE TABLE night_reply (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    night           TEXT    NOT NULL,       -- local date on which the night begins
    kind            TEXT    NOT NULL CHECK (kind IN ('general','specific')),
    reply_id        TEXT    NOT NULL,
    language        TEXT    NOT NULL,
    message_seq     INTEGER NOT NULL,
    outbox_id       INTEGER NOT NULL REFERENCES outbox (id),
    at              INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, night, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX night_reply_at ON night_reply (at);

CREATE TABLE night_pending (
    message_seq INTEGER PRIMARY KEY REFERENCES message (seq)
) STRICT;

CREATE TABLE operator (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    login         TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (role IN ('operator','supervisor','administrator')),
    review_level  INTEGER NOT NULL DEFAULT 0 CHECK (review_level BETWEEN 0 AND 3),
    password_hash TEXT    NOT NULL,         -- Argon2id, PHC string
    enabled       INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    failures      INTEGER NOT NULL DEFAULT 0,
    blocked_until INTEGER
) STRICT;

CREATE TABLE journal (
    seq           INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor         TEXT    NOT NULL,
    operator_id   INTEGER,
    action        TEXT    NOT NULL,
    subject_kind  TEXT,
    subject_id    INTEGER,
    detail        TEXT    NOT NULL,
    previous_hash TEXT    NOT NULL,
    hash          TEXT    NOT NULL
) STRICT;

CREATE TRIGGER journal_is_append_only_update BEFORE UPDATE ON journal BEGIN SELECT RAISE (ABORT, 'the journal is append-only'); END;

CREATE TRIGGER journal_is_append_only_delete BEFORE DELETE ON journal BEGIN SELECT RAISE (ABORT, 'the journal is append-only'); END;

CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reply_usage (
    category TEXT NOT NULL,
    reply_id TEXT NOT NULL,
    chosen   INTEGER NOT NULL,
    PRIMARY KEY (category, reply_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE correction (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    message_seq   INTEGER UNIQUE REFERENCES message (seq) ON DELETE SET NULL,
    from_category TEXT    NOT NULL CHECK (from_category IN ('emergency','complaint','witness','incident','recruitment','thanks','other')),
    to_category   TEXT    NOT NULL CHECK (to_category IN ('emergency','complaint','witness','incident','recruitment','thanks','other')),
    operator_id   INTEGER NOT NULL REFERENCES operator (id),
    at            INTEGER NOT NULL,
    form          INTEGER NOT NULL,   -- of the imprint; those of another form are not compared
    words         INTEGER NOT NULL,
    imprint       BLOB    NOT NULL    -- ascending hashes, four bytes each, little-endian
) STRICT;

CREATE TABLE choice (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    reply_id TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    form     INTEGER NOT NULL,
    words    INTEGER NOT NULL,
    imprint  BLOB    NOT NULL
) STRICT;

