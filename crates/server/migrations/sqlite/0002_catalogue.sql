-- The catalogue and the programme's texts. Moments are milliseconds since 1970 in UTC; texts are JSON {"id": …, "en": …}.

CREATE TABLE rewards (
    id            TEXT PRIMARY KEY,
    position      INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    brand         TEXT NOT NULL,
    title         TEXT NOT NULL,
    description   TEXT NOT NULL,
    terms         TEXT NOT NULL,
    how_to_use    TEXT NOT NULL,
    image         TEXT,
    points        INTEGER NOT NULL CHECK (points > 0),
    worth_rupiah  INTEGER CHECK (worth_rupiah > 0),
    published_at  INTEGER NOT NULL,
    visible_from  INTEGER,
    visible_until INTEGER,
    opens_at      INTEGER,
    closes_at     INTEGER,
    needs         TEXT NOT NULL CHECK (needs IN ('nothing', 'phone', 'address')),
    quantity_max  INTEGER NOT NULL CHECK (quantity_max >= 1),
    limit_count   INTEGER CHECK (limit_count >= 1),
    limit_per     TEXT CHECK (limit_per IN ('day', 'week', 'month', 'ever')),
    balance_min   INTEGER CHECK (balance_min > 0),
    tiers         TEXT NOT NULL,
    voucher_days  INTEGER CHECK (voucher_days >= 1),
    CHECK ((limit_count IS NULL) = (limit_per IS NULL))
) STRICT;

CREATE INDEX rewards_by_position ON rewards (position, id);

-- One at most for each reward: a lower price between two moments.
CREATE TABLE promotions (
    reward_id TEXT PRIMARY KEY REFERENCES rewards (id) ON DELETE CASCADE,
    points    INTEGER NOT NULL CHECK (points > 0),
    label     TEXT NOT NULL,
    starts_at INTEGER,
    ends_at   INTEGER
) STRICT;

-- Only rewards with limited stock have a row. `total` is what the catalogue file says; `taken` is what members hold or
-- have. So an import may be repeated, or raise the total, without bringing taken pieces back.
CREATE TABLE stock (
    reward_id TEXT PRIMARY KEY REFERENCES rewards (id) ON DELETE CASCADE,
    total     INTEGER NOT NULL CHECK (total >= 0),
    taken     INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0)
) STRICT;

CREATE TABLE programme (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    texts TEXT NOT NULL
) STRICT;

-- Versions that caches compare: one row, moved by every change.
CREATE TABLE catalogue_version (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    rewards INTEGER NOT NULL,
    stock   INTEGER NOT NULL,
    texts   INTEGER NOT NULL
) STRICT;

INSERT INTO catalogue_version (one, rewards, stock, texts) VALUES (1, 0, 0, 0);
