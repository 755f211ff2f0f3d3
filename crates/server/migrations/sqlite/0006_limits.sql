-- Wrong codes in a row, by what the limits count them for; a right one takes the row out.
CREATE TABLE wrong_in_a_row (
    subject TEXT PRIMARY KEY,
    times   INTEGER NOT NULL CHECK (times > 0)
) STRICT, WITHOUT ROWID;

-- Messages with codes, by minute: all of them, and those to a block of numbers (a keyed hash of it). Each minute has
-- several rows, so that two transactions seldom wait for the same one.
CREATE TABLE messages_counted (
    scope  TEXT NOT NULL,
    minute INTEGER NOT NULL,
    shard  INTEGER NOT NULL,
    times  INTEGER NOT NULL CHECK (times > 0),
    PRIMARY KEY (scope, minute, shard)
) STRICT, WITHOUT ROWID;
