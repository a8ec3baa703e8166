-- What people corrected, and which canned response they chose: an imprint of the text (hashed features), never the text. The message
-- may go; what was learned of it stays until somebody resets it.
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
