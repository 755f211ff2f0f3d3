-- Pieces that this redemption took out of stock, to be given back when it is let go: none where the reward was not limited then.
ALTER TABLE redemptions ADD COLUMN stock_taken INTEGER NOT NULL DEFAULT 0;
UPDATE redemptions SET stock_taken = quantity
    WHERE state = 'held' AND EXISTS (SELECT 1 FROM stock WHERE stock.reward_id = redemptions.reward_id);

-- 0: the catalogue file names no stock now. What was taken stays known, should it name one again.
ALTER TABLE stock ADD COLUMN limited INTEGER NOT NULL DEFAULT 1;

-- The last wrong code: key and hash of the request, and the tries that were left, so that the same request again is no other try.
ALTER TABLE redemptions ADD COLUMN refused_key TEXT;
ALTER TABLE redemptions ADD COLUMN refused_hash BLOB;
ALTER TABLE redemptions ADD COLUMN refused_left INTEGER;
