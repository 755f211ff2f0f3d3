-- The newest moment at which a server of this database believed its clock: what a clock is compared with before anything
-- is ended by it.
CREATE TABLE clock_seen (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    seen_at BIGINT NOT NULL
);

-- Expiries that an operator reversed (`tukar-server expiry reverse`). The postings of one begin with `reinstate-` and its id.
CREATE TABLE reversals (
    id        TEXT COLLATE "C" PRIMARY KEY,
    at        BIGINT NOT NULL,
    since_at  BIGINT NOT NULL,
    until_at  BIGINT NOT NULL,
    extend_to BIGINT,
    reason    TEXT COLLATE "C" NOT NULL,
    members   BIGINT NOT NULL,
    lots      BIGINT NOT NULL,
    points    BIGINT NOT NULL
);
