drop table player_deletion;
