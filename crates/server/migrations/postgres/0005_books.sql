-- One row for each posting of a member, in order: `hash` is SHA-256 over the hash before it and the posting's entries, so
-- that an entry changed, added or taken out later no longer fits (`tukar-server audit`).
CREATE TABLE postings (
    member_id  TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    number     BIGINT NOT NULL CHECK (number > 0),
    posting_id TEXT COLLATE "C" NOT NULL,
    hash       BYTEA NOT NULL,
    PRIMARY KEY (member_id, number)
);

CREATE UNIQUE INDEX postings_once ON postings (member_id, posting_id);

-- Moved by each change to the row: what caches compare. It stands here, and not in `catalogue_version`, so that two
-- rewards' stock can be taken at the same time.
ALTER TABLE stock ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;
