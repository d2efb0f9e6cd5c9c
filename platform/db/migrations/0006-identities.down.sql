drop table provider_settings;

drop index identity_id;
alter table identity drop column display_name;
alter table identity drop column email;
alter table identity drop column id;

-- A merged player has nothing that leads to it, and cannot be told from a living one without the column.
delete from player where merged_into is not null;
drop index player_merged_into;
alter table player drop constraint player_not_merged_into_itself;
alter table player drop constraint player_merged_into_fkey;
alter table player drop column merged_into;
