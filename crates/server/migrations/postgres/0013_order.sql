-- Messages leave by class (codes for live sessions, sign-ins of members, copies of vouchers, contacts without an account),
-- within a class in turns by lane (a domain, an operator's numbers), within a turn by what ends soonest.
ALTER TABLE outbox ADD COLUMN class BIGINT NOT NULL DEFAULT 1;
ALTER TABLE outbox ADD COLUMN lane TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
CREATE INDEX outbox_order ON outbox (channel, class, turn, ends_at, id);
CREATE INDEX outbox_lane ON outbox (lane, class);
