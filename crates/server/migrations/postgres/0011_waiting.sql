-- When a message was made: due_at moves with each try, and does not tell how long it waits.
ALTER TABLE outbox ADD COLUMN made_at BIGINT NOT NULL DEFAULT 0;
UPDATE outbox SET made_at = due_at;
