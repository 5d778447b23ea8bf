-- What was rejected is read at the desk where it would have been decided on, oldest first, and what
-- was rejected of a device. What staff asked for and may not do has no stream, and lies nowhere.
CREATE INDEX journal_rejected ON journal (received_at, device, device_seq)
    WHERE verdict = 'rejected' AND stream IS NOT NULL AND (op IS NULL OR op IN ('put', 'delete'));
CREATE INDEX journal_rejected_of ON journal (device, device_seq)
    WHERE verdict = 'rejected' AND stream IS NOT NULL AND (op IS NULL OR op IN ('put', 'delete'));
