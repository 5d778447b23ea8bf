-- For which area an account was made: it belongs there until it has an office or a place in a team.
-- Those that are here already were made for the whole city.
ALTER TABLE account ADD COLUMN made_in TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Where a ban holds: for contracts that are bought inside this area. Those that are here already hold
-- everywhere.
ALTER TABLE provider_ban ADD COLUMN area TEXT COLLATE "C" NOT NULL DEFAULT '';
