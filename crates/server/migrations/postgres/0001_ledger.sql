-- The twin of the file of this name for SQLite: the same tables, keys and checks. Text compares by its bytes, as there.
-- Members, their lots and entries, redemptions, codes, sessions, vouchers and what is to be sent. Moments are milliseconds
-- since 1970 in UTC. What is asked often begins with the member, so that it can be spread by member later.

CREATE TABLE members (
    id         TEXT COLLATE "C" PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('verified', 'not_verified', 'suspended')),
    tier       TEXT COLLATE "C" NOT NULL,
    phone      TEXT COLLATE "C" UNIQUE,
    email      TEXT COLLATE "C" UNIQUE,
    joined_at  BIGINT NOT NULL,
    CHECK (phone IS NOT NULL OR email IS NOT NULL)
);

-- The state of each lot: what the entries sum to, kept beside them so that a balance is one read.
CREATE TABLE lots (
    member_id  TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    id         TEXT COLLATE "C" NOT NULL,
    earned_at  BIGINT NOT NULL,
    ends_at    BIGINT,
    granted    BIGINT NOT NULL CHECK (granted > 0),
    pending    BIGINT NOT NULL CHECK (pending >= 0),
    available  BIGINT NOT NULL CHECK (available >= 0),
    held       BIGINT NOT NULL CHECK (held >= 0),
    grant_at   BIGINT,
    source_id  TEXT COLLATE "C" NOT NULL,
    source_en  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, id),
    CHECK (pending + available + held <= granted)
);

CREATE INDEX lots_that_end ON lots (ends_at) WHERE available > 0 AND ends_at IS NOT NULL;
CREATE INDEX lots_to_grant ON lots (grant_at) WHERE pending > 0 AND grant_at IS NOT NULL;

-- Append-only. One posting is one `posting_id`; its entries sum to zero.
CREATE TABLE entries (
    member_id  TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    posting_id TEXT COLLATE "C" NOT NULL,
    line       BIGINT NOT NULL,
    account    TEXT COLLATE "C" NOT NULL CHECK (account IN ('issued', 'pending', 'available', 'held', 'spent', 'expired')),
    lot_id     TEXT COLLATE "C",
    points     BIGINT NOT NULL CHECK (points <> 0),
    PRIMARY KEY (member_id, posting_id, line)
);

-- What a member reads as history: one row for each thing that happened to their points.
CREATE TABLE activities (
    member_id     TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    id            TEXT COLLATE "C" NOT NULL,
    at            BIGINT NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    points        BIGINT NOT NULL,
    title_id      TEXT COLLATE "C" NOT NULL,
    title_en      TEXT COLLATE "C" NOT NULL,
    redemption_id TEXT COLLATE "C",
    PRIMARY KEY (member_id, id)
);

CREATE INDEX activities_newest ON activities (member_id, at DESC, id DESC);

-- `state_at` is the end of the hold in state 'held', else when the state was reached.
CREATE TABLE redemptions (
    member_id     TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    id            TEXT COLLATE "C" NOT NULL,
    reference     TEXT COLLATE "C" NOT NULL,
    state         TEXT COLLATE "C" NOT NULL CHECK (state IN ('held', 'confirmed', 'fulfilled', 'voided', 'expired', 'undone')),
    state_at      BIGINT NOT NULL,
    reward_id     TEXT COLLATE "C" NOT NULL,
    title_id      TEXT COLLATE "C" NOT NULL,
    title_en      TEXT COLLATE "C" NOT NULL,
    brand         TEXT COLLATE "C" NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    quantity      BIGINT NOT NULL CHECK (quantity > 0),
    points        BIGINT NOT NULL CHECK (points > 0),
    price_version TEXT COLLATE "C" NOT NULL,
    recipient     TEXT COLLATE "C" NOT NULL,
    recipient_shown TEXT COLLATE "C",
    held_at       BIGINT NOT NULL,
    hold_ends_at  BIGINT NOT NULL,
    challenge_id  TEXT COLLATE "C" NOT NULL,
    body_hash     BYTEA NOT NULL,
    confirm_key   TEXT COLLATE "C",
    confirm_hash  BYTEA,
    confirm_answer TEXT COLLATE "C",
    PRIMARY KEY (member_id, id)
);

CREATE INDEX redemptions_held ON redemptions (state_at) WHERE state = 'held';
CREATE INDEX redemptions_of_reward ON redemptions (member_id, reward_id, held_at);

CREATE TABLE redemption_lots (
    member_id     TEXT COLLATE "C" NOT NULL,
    redemption_id TEXT COLLATE "C" NOT NULL,
    line          BIGINT NOT NULL,
    lot_id        TEXT COLLATE "C" NOT NULL,
    points        BIGINT NOT NULL CHECK (points > 0),
    PRIMARY KEY (member_id, redemption_id, line),
    FOREIGN KEY (member_id, redemption_id) REFERENCES redemptions (member_id, id)
);

-- A one-time code asked for. `code_hmac` is under a key that is not in this database. `member_id` is null for a contact
-- without an account: its row looks and answers the same.
CREATE TABLE challenges (
    id           TEXT COLLATE "C" PRIMARY KEY,
    member_id    TEXT COLLATE "C" REFERENCES members (id),
    purpose      TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('sign_in', 'redeem', 'locker')),
    contact      TEXT COLLATE "C" NOT NULL,
    channel      TEXT COLLATE "C" NOT NULL CHECK (channel IN ('sms', 'email')),
    code_hmac    BYTEA NOT NULL,
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('live', 'locked', 'used')),
    ends_at      BIGINT NOT NULL,
    wrong        BIGINT NOT NULL,
    sent         BIGINT NOT NULL,
    sent_at      BIGINT NOT NULL,
    made_at      BIGINT NOT NULL
);

CREATE INDEX challenges_old ON challenges (made_at);

-- What the limits count. `subject` is a keyed hash of a destination, or a member's id.
CREATE TABLE attempts_counted (
    what    TEXT COLLATE "C" NOT NULL CHECK (what IN ('sent', 'wrong')),
    subject TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (what, subject, at, id)
);

-- Only the hash of a token is kept.
CREATE TABLE sessions (
    token_hash   BYTEA PRIMARY KEY,
    member_id    TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    made_at      BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    locker_until BIGINT
);

CREATE TABLE vouchers (
    member_id     TEXT COLLATE "C" NOT NULL,
    id            TEXT COLLATE "C" NOT NULL,
    redemption_id TEXT COLLATE "C" NOT NULL,
    state         TEXT COLLATE "C" NOT NULL CHECK (state IN ('ready', 'delivered', 'on_its_way', 'used', 'ended', 'undone')),
    code          TEXT COLLATE "C" UNIQUE,
    how_to_use_id TEXT COLLATE "C" NOT NULL,
    how_to_use_en TEXT COLLATE "C" NOT NULL,
    issued_at     BIGINT NOT NULL,
    ends_at       BIGINT,
    PRIMARY KEY (member_id, id),
    FOREIGN KEY (member_id, redemption_id) REFERENCES redemptions (member_id, id)
);

CREATE INDEX vouchers_newest ON vouchers (member_id, issued_at DESC, id DESC);

-- Written in the transaction that decides; sent after it, at least once. Rows leave when they are sent or too old.
CREATE TABLE outbox (
    id        TEXT COLLATE "C" PRIMARY KEY,
    channel   TEXT COLLATE "C" NOT NULL CHECK (channel IN ('sms', 'email')),
    contact   TEXT COLLATE "C" NOT NULL,
    language  TEXT COLLATE "C" NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    text      TEXT COLLATE "C" NOT NULL,
    due_at    BIGINT NOT NULL,
    ends_at   BIGINT NOT NULL,
    tries     BIGINT NOT NULL
);

CREATE INDEX outbox_due ON outbox (due_at);
