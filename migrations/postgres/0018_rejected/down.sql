DROP INDEX journal_rejected_of;
DROP INDEX journal_rejected;
