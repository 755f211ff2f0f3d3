-- Wrong codes in a row, by what the limits count them for; a right one takes the row out.
CREATE TABLE wrong_in_a_row (
    subject TEXT COLLATE "C" PRIMARY KEY,
    times   BIGINT NOT NULL CHECK (times > 0)
);

-- Messages with codes, by minute: all of them, and those to a block of numbers (a keyed hash of it). Each minute has
-- several rows, so that two transactions seldom wait for the same one.
CREATE TABLE messages_counted (
    scope  TEXT COLLATE "C" NOT NULL,
    minute BIGINT NOT NULL,
    shard  BIGINT NOT NULL,
    times  BIGINT NOT NULL CHECK (times > 0),
    PRIMARY KEY (scope, minute, shard)
);
