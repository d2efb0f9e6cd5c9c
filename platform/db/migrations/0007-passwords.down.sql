drop table password;
