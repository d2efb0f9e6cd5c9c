drop table ban;
