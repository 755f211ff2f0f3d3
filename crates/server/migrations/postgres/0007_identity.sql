-- What a partner's pages may ask for within an hour.
ALTER TABLE partners ADD COLUMN codes_per_hour BIGINT NOT NULL DEFAULT 2000;
ALTER TABLE partners ADD COLUMN identities_per_hour BIGINT NOT NULL DEFAULT 2000;

-- Keys that a partner signs identities with: only public halves. One that has ended no longer counts.
CREATE TABLE partner_keys (
    partner_id TEXT COLLATE "C" NOT NULL,
    kid        TEXT COLLATE "C" NOT NULL,
    algorithm  TEXT COLLATE "C" NOT NULL CHECK (algorithm IN ('EdDSA', 'ES256')),
    public_key BYTEA NOT NULL,
    added_at   BIGINT NOT NULL,
    ends_at    BIGINT,
    PRIMARY KEY (partner_id, kid)
);

-- Identities that were taken, until they could not be taken again. `link_hash`: whoever holds the ticket may link the
-- partner's subject to a member, once.
CREATE TABLE identities_seen (
    partner_id TEXT COLLATE "C" NOT NULL,
    jti        TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    ends_at    BIGINT NOT NULL,
    link_hash  BYTEA UNIQUE,
    PRIMARY KEY (partner_id, jti)
);

CREATE INDEX identities_seen_old ON identities_seen (ends_at);

-- Whom a partner's subject is, by the member's own word with a code.
CREATE TABLE identity_links (
    partner_id TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    member_id  TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    linked_at  BIGINT NOT NULL,
    PRIMARY KEY (partner_id, subject)
);

CREATE INDEX identity_links_of_member ON identity_links (member_id, partner_id);

-- A session by a partner's word reads only, and ends with the partner.
ALTER TABLE sessions ADD COLUMN scope TEXT COLLATE "C" NOT NULL DEFAULT 'full' CHECK (scope IN ('full', 'read'));
ALTER TABLE sessions ADD COLUMN partner_id TEXT COLLATE "C" NOT NULL DEFAULT '';

-- On whose pages the code was asked for; empty: on the programme's own.
ALTER TABLE challenges ADD COLUMN partner_id TEXT COLLATE "C" NOT NULL DEFAULT '';
