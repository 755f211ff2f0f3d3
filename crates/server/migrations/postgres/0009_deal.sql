-- All that a code for a redemption is bound to, under the key of the codes: when any of it was changed, the hold is let go.
-- Empty: nothing is held for the code, or it was sent before this column was there.
ALTER TABLE challenges ADD COLUMN deal_hmac BYTEA NOT NULL DEFAULT '';
