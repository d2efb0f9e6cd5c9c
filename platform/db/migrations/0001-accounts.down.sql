drop table signing_key;
drop table identity;
drop table player;
