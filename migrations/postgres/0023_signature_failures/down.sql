DROP TABLE signature_failure;
