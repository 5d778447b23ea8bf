DROP TABLE one_time_password;
