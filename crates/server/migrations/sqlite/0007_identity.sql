-- What a partner's pages may ask for within an hour.
ALTER TABLE partners ADD COLUMN codes_per_hour INTEGER NOT NULL DEFAULT 2000;
ALTER TABLE partners ADD COLUMN identities_per_hour INTEGER NOT NULL DEFAULT 2000;

-- Keys that a partner signs identities with: only public halves. One that has ended no longer counts.
CREATE TABLE partner_keys (
    partner_id TEXT NOT NULL,
    kid        TEXT NOT NULL,
    algorithm  TEXT NOT NULL CHECK (algorithm IN ('EdDSA', 'ES256')),
    public_key BLOB NOT NULL,
    added_at   INTEGER NOT NULL,
    ends_at    INTEGER,
    PRIMARY KEY (partner_id, kid)
) STRICT, WITHOUT ROWID;

-- Identities that were taken, until they could not be taken again. `link_hash`: whoever holds the ticket may link the
-- partner's subject to a member, once.
CREATE TABLE identities_seen (
    partner_id TEXT NOT NULL,
    jti        TEXT NOT NULL,
    subject    TEXT NOT NULL,
    ends_at    INTEGER NOT NULL,
    link_hash  BLOB UNIQUE,
    PRIMARY KEY (partner_id, jti)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_seen_old ON identities_seen (ends_at);

-- Whom a partner's subject is, by the member's own word with a code.
CREATE TABLE identity_links (
    partner_id TEXT NOT NULL,
    subject    TEXT NOT NULL,
    member_id  TEXT NOT NULL REFERENCES members (id),
    linked_at  INTEGER NOT NULL,
    PRIMARY KEY (partner_id, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_links_of_member ON identity_links (member_id, partner_id);

-- A session by a partner's word reads only, and ends with the partner.
ALTER TABLE sessions ADD COLUMN scope TEXT NOT NULL DEFAULT 'full' CHECK (scope IN ('full', 'read'));
ALTER TABLE sessions ADD COLUMN partner_id TEXT NOT NULL DEFAULT '';

-- On whose pages the code was asked for; empty: on the programme's own.
ALTER TABLE challenges ADD COLUMN partner_id TEXT NOT NULL DEFAULT '';
