-- Members, their lots and entries, redemptions, codes, sessions, vouchers and what is to be sent. Moments are milliseconds
-- since 1970 in UTC. What is asked often begins with the member, so that it can be spread by member later.

CREATE TABLE members (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('verified', 'not_verified', 'suspended')),
    tier       TEXT NOT NULL,
    phone      TEXT UNIQUE,
    email      TEXT UNIQUE,
    joined_at  INTEGER NOT NULL,
    CHECK (phone IS NOT NULL OR email IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- The state of each lot: what the entries sum to, kept beside them so that a balance is one read.
CREATE TABLE lots (
    member_id  TEXT NOT NULL REFERENCES members (id),
    id         TEXT NOT NULL,
    earned_at  INTEGER NOT NULL,
    ends_at    INTEGER,
    granted    INTEGER NOT NULL CHECK (granted > 0),
    pending    INTEGER NOT NULL CHECK (pending >= 0),
    available  INTEGER NOT NULL CHECK (available >= 0),
    held       INTEGER NOT NULL CHECK (held >= 0),
    grant_at   INTEGER,
    source_id  TEXT NOT NULL,
    source_en  TEXT NOT NULL,
    PRIMARY KEY (member_id, id),
    CHECK (pending + available + held <= granted)
) STRICT, WITHOUT ROWID;

CREATE INDEX lots_that_end ON lots (ends_at) WHERE available > 0 AND ends_at IS NOT NULL;
CREATE INDEX lots_to_grant ON lots (grant_at) WHERE pending > 0 AND grant_at IS NOT NULL;

-- Append-only. One posting is one `posting_id`; its entries sum to zero.
CREATE TABLE entries (
    member_id  TEXT NOT NULL REFERENCES members (id),
    posting_id TEXT NOT NULL,
    line       INTEGER NOT NULL,
    account    TEXT NOT NULL CHECK (account IN ('issued', 'pending', 'available', 'held', 'spent', 'expired')),
    lot_id     TEXT,
    points     INTEGER NOT NULL CHECK (points <> 0),
    PRIMARY KEY (member_id, posting_id, line)
) STRICT, WITHOUT ROWID;

-- What a member reads as history: one row for each thing that happened to their points.
CREATE TABLE activities (
    member_id     TEXT NOT NULL REFERENCES members (id),
    id            TEXT NOT NULL,
    at            INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    points        INTEGER NOT NULL,
    title_id      TEXT NOT NULL,
    title_en      TEXT NOT NULL,
    redemption_id TEXT,
    PRIMARY KEY (member_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX activities_newest ON activities (member_id, at DESC, id DESC);

-- `state_at` is the end of the hold in state 'held', else when the state was reached.
CREATE TABLE redemptions (
    member_id     TEXT NOT NULL REFERENCES members (id),
    id            TEXT NOT NULL,
    reference     TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'fulfilled', 'voided', 'expired', 'undone')),
    state_at      INTEGER NOT NULL,
    reward_id     TEXT NOT NULL,
    title_id      TEXT NOT NULL,
    title_en      TEXT NOT NULL,
    brand         TEXT NOT NULL,
    kind          TEXT NOT NULL,
    quantity      INTEGER NOT NULL CHECK (quantity > 0),
    points        INTEGER NOT NULL CHECK (points > 0),
    price_version TEXT NOT NULL,
    recipient     TEXT NOT NULL,
    recipient_shown TEXT,
    held_at       INTEGER NOT NULL,
    hold_ends_at  INTEGER NOT NULL,
    challenge_id  TEXT NOT NULL,
    body_hash     BLOB NOT NULL,
    confirm_key   TEXT,
    confirm_hash  BLOB,
    confirm_answer TEXT,
    PRIMARY KEY (member_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX redemptions_held ON redemptions (state_at) WHERE state = 'held';
CREATE INDEX redemptions_of_reward ON redemptions (member_id, reward_id, held_at);

CREATE TABLE redemption_lots (
    member_id     TEXT NOT NULL,
    redemption_id TEXT NOT NULL,
    line          INTEGER NOT NULL,
    lot_id        TEXT NOT NULL,
    points        INTEGER NOT NULL CHECK (points > 0),
    PRIMARY KEY (member_id, redemption_id, line),
    FOREIGN KEY (member_id, redemption_id) REFERENCES redemptions (member_id, id)
) STRICT, WITHOUT ROWID;

-- A one-time code asked for. `code_hmac` is under a key that is not in this database. `member_id` is null for a contact
-- without an account: its row looks and answers the same.
CREATE TABLE challenges (
    id           TEXT PRIMARY KEY,
    member_id    TEXT REFERENCES members (id),
    purpose      TEXT NOT NULL CHECK (purpose IN ('sign_in', 'redeem', 'locker')),
    contact      TEXT NOT NULL,
    channel      TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    code_hmac    BLOB NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('live', 'locked', 'used')),
    ends_at      INTEGER NOT NULL,
    wrong        INTEGER NOT NULL,
    sent         INTEGER NOT NULL,
    sent_at      INTEGER NOT NULL,
    made_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX challenges_old ON challenges (made_at);

-- What the limits count. `subject` is a keyed hash of a destination, or a member's id.
CREATE TABLE attempts_counted (
    what    TEXT NOT NULL CHECK (what IN ('sent', 'wrong')),
    subject TEXT NOT NULL,
    at      INTEGER NOT NULL,
    id      TEXT NOT NULL,
    PRIMARY KEY (what, subject, at, id)
) STRICT, WITHOUT ROWID;

-- Only the hash of a token is kept.
CREATE TABLE sessions (
    token_hash   BLOB PRIMARY KEY,
    member_id    TEXT NOT NULL REFERENCES members (id),
    made_at      INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    locker_until INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE vouchers (
    member_id     TEXT NOT NULL,
    id            TEXT NOT NULL,
    redemption_id TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('ready', 'delivered', 'on_its_way', 'used', 'ended', 'undone')),
    code          TEXT UNIQUE,
    how_to_use_id TEXT NOT NULL,
    how_to_use_en TEXT NOT NULL,
    issued_at     INTEGER NOT NULL,
    ends_at       INTEGER,
    PRIMARY KEY (member_id, id),
    FOREIGN KEY (member_id, redemption_id) REFERENCES redemptions (member_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX vouchers_newest ON vouchers (member_id, issued_at DESC, id DESC);

-- Written in the transaction that decides; sent after it, at least once. Rows leave when they are sent or too old.
CREATE TABLE outbox (
    id        TEXT PRIMARY KEY,
    channel   TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    contact   TEXT NOT NULL,
    language  TEXT NOT NULL,
    subject   TEXT NOT NULL,
    text      TEXT NOT NULL,
    due_at    INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL,
    tries     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_due ON outbox (due_at);
