ALTER TABLE provider_ban DROP COLUMN area;
ALTER TABLE account DROP COLUMN made_in;
