-- The catalogue and the programme's texts. Moments are milliseconds since 1970 in UTC; texts are JSON {"id": …, "en": …}.

CREATE TABLE rewards (
    id            TEXT COLLATE "C" PRIMARY KEY,
    position      BIGINT NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    brand         TEXT COLLATE "C" NOT NULL,
    title         TEXT COLLATE "C" NOT NULL,
    description   TEXT COLLATE "C" NOT NULL,
    terms         TEXT COLLATE "C" NOT NULL,
    how_to_use    TEXT COLLATE "C" NOT NULL,
    image         TEXT COLLATE "C",
    points        BIGINT NOT NULL CHECK (points > 0),
    worth_rupiah  BIGINT CHECK (worth_rupiah > 0),
    published_at  BIGINT NOT NULL,
    visible_from  BIGINT,
    visible_until BIGINT,
    opens_at      BIGINT,
    closes_at     BIGINT,
    needs         TEXT COLLATE "C" NOT NULL CHECK (needs IN ('nothing', 'phone', 'address')),
    quantity_max  BIGINT NOT NULL CHECK (quantity_max >= 1),
    limit_count   BIGINT CHECK (limit_count >= 1),
    limit_per     TEXT COLLATE "C" CHECK (limit_per IN ('day', 'week', 'month', 'ever')),
    balance_min   BIGINT CHECK (balance_min > 0),
    tiers         TEXT COLLATE "C" NOT NULL,
    voucher_days  BIGINT CHECK (voucher_days >= 1),
    CHECK ((limit_count IS NULL) = (limit_per IS NULL))
);

CREATE INDEX rewards_by_position ON rewards (position, id);

-- One at most for each reward: a lower price between two moments.
CREATE TABLE promotions (
    reward_id TEXT COLLATE "C" PRIMARY KEY REFERENCES rewards (id) ON DELETE CASCADE,
    points    BIGINT NOT NULL CHECK (points > 0),
    label     TEXT COLLATE "C" NOT NULL,
    starts_at BIGINT,
    ends_at   BIGINT
);

-- Only rewards with limited stock have a row. `total` is what the catalogue file says; `taken` is what members hold or
-- have. So an import may be repeated, or raise the total, without bringing taken pieces back.
CREATE TABLE stock (
    reward_id TEXT COLLATE "C" PRIMARY KEY REFERENCES rewards (id) ON DELETE CASCADE,
    total     BIGINT NOT NULL CHECK (total >= 0),
    taken     BIGINT NOT NULL DEFAULT 0 CHECK (taken >= 0)
);

CREATE TABLE programme (
    one   BIGINT PRIMARY KEY CHECK (one = 1),
    texts TEXT COLLATE "C" NOT NULL
);

-- Versions that caches compare: one row, moved by every change.
CREATE TABLE catalogue_version (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    rewards BIGINT NOT NULL,
    stock   BIGINT NOT NULL,
    texts   BIGINT NOT NULL
);

INSERT INTO catalogue_version (one, rewards, stock, texts) VALUES (1, 0, 0, 0);
