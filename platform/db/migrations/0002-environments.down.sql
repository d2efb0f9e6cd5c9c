-- Back to one environment: players of the others cannot be kept apart without it, and go.
delete from player where environment_id <> 'demo/dev';
delete from signing_key where environment_id <> 'demo/dev';

drop index signing_key_one_active;
alter table signing_key drop constraint signing_key_pkey;
alter table signing_key drop column environment_id;
alter table signing_key add primary key (kid);
create unique index signing_key_one_active on signing_key ((true)) where retired_at is null;

drop index identity_player;
alter table identity drop constraint identity_player_fkey;
alter table identity drop constraint identity_pkey;
alter table identity drop column environment_id;
alter table identity add primary key (provider, subject_hash);
create index identity_player_id on identity (player_id);

alter table player drop constraint player_pkey;
alter table player drop column environment_id;
alter table player add primary key (id);
alter table identity add constraint identity_player_id_fkey
  foreign key (player_id) references player (id) on delete cascade;

drop table environment;
drop table project;
