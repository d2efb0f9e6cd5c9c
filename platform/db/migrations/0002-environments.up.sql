-- Projects and environments, and an environment for every row. What was there before belongs to demo/dev.
create table project (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{0,31}$'),
  created_at timestamptz not null default now()
);

create table environment (
  id text primary key,
  project_id text not null references project (id),
  name text not null check (name ~ '^[a-z][a-z0-9-]{0,31}$'),
  -- Which web origins may call; null is whatever the platform is configured with.
  cors_origins jsonb,
  created_at timestamptz not null default now(),
  check (id = project_id || '/' || name)
);
create index environment_project_id on environment (project_id);

insert into project (id) values ('demo');
insert into environment (id, project_id, name) values ('demo/dev', 'demo', 'dev');

alter table player add column environment_id text not null default 'demo/dev' references environment (id);
alter table player alter column environment_id drop default;
alter table identity drop constraint identity_player_id_fkey;
alter table player drop constraint player_pkey;
alter table player add primary key (environment_id, id);

alter table identity add column environment_id text not null default 'demo/dev' references environment (id);
alter table identity alter column environment_id drop default;
alter table identity drop constraint identity_pkey;
alter table identity add primary key (environment_id, provider, subject_hash);
-- A row of one environment cannot point into another: the environment is part of the reference.
alter table identity add constraint identity_player_fkey
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade;
drop index identity_player_id;
create index identity_player on identity (environment_id, player_id);

alter table signing_key add column environment_id text not null default 'demo/dev' references environment (id);
alter table signing_key alter column environment_id drop default;
alter table signing_key drop constraint signing_key_pkey;
alter table signing_key add primary key (environment_id, kid);
drop index signing_key_one_active;
-- At most one key of an environment signs at a time.
create unique index signing_key_one_active on signing_key (environment_id) where retired_at is null;
