-- What a hold was answered with, so that the same request again gets the same bytes.
ALTER TABLE redemptions ADD COLUMN hold_answer TEXT COLLATE "C" NOT NULL DEFAULT '';

-- The challenge whose code a message carries: a new code takes the message of the old one out of the outbox.
ALTER TABLE outbox ADD COLUMN challenge_id TEXT COLLATE "C";

CREATE INDEX outbox_of_challenge ON outbox (challenge_id) WHERE challenge_id IS NOT NULL;
