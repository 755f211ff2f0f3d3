-- Tries to send a message whose outcome nobody knows: counted when a message is claimed, taken back when nothing was sent.
ALTER TABLE outbox ADD COLUMN unknown_tries BIGINT NOT NULL DEFAULT 0;
