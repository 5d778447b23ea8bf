ALTER TABLE device DROP COLUMN is_desk;
