DROP TABLE grant_end;
DROP TABLE job_run;
DROP TABLE job_lease;
