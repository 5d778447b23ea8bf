-- A person's desk: the device that acts at a desk are numbered on. Nobody signs in on it, and no list
-- of devices shows it.
ALTER TABLE device ADD COLUMN is_desk BOOLEAN NOT NULL DEFAULT FALSE;
