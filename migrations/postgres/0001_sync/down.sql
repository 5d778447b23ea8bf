DROP TABLE erasure;
DROP TABLE journal;
DROP TABLE carried;
DROP TABLE departure;
DROP TABLE record;
DROP TABLE root;
DROP TABLE stream;
DROP TABLE server;
