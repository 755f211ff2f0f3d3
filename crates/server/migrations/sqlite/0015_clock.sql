-- The newest moment at which a server of this database believed its clock: what a clock is compared with before anything
-- is ended by it.
CREATE TABLE clock_seen (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    seen_at INTEGER NOT NULL
);

-- Expiries that an operator reversed (`tukar-server expiry reverse`). The postings of one begin with `reinstate-` and its id.
CREATE TABLE reversals (
    id        TEXT PRIMARY KEY,
    at        INTEGER NOT NULL,
    since_at  INTEGER NOT NULL,
    until_at  INTEGER NOT NULL,
    extend_to INTEGER,
    reason    TEXT NOT NULL,
    members   INTEGER NOT NULL,
    lots      INTEGER NOT NULL,
    points    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
