-- Whether what a reward is worth is a maximum: what a discount saves depends on what is bought, so it has no worth per point.
ALTER TABLE rewards ADD COLUMN worth_is_maximum BIGINT NOT NULL DEFAULT 0 CHECK (worth_is_maximum IN (0, 1));
UPDATE rewards SET worth_is_maximum = 1 WHERE kind = 'discount';
-- What is kept of the catalogue elsewhere is read again.
UPDATE catalogue_version SET rewards = rewards + 1 WHERE rewards > 0;
