-- Identities that can be listed and unlinked, players that were merged, and the providers of each environment.
alter table player add column merged_into uuid;
alter table player add constraint player_merged_into_fkey
  foreign key (environment_id, merged_into) references player (environment_id, id) on delete cascade;
alter table player add constraint player_not_merged_into_itself check (merged_into <> id);
create index player_merged_into on player (environment_id, merged_into) where merged_into is not null;

alter table identity add column id uuid not null default gen_random_uuid();
alter table identity alter column id drop default;
alter table identity add column email text check (char_length(email) <= 254);
alter table identity add column display_name text check (char_length(display_name) <= 64);
create unique index identity_id on identity (environment_id, id);

create table provider_settings (
  environment_id text primary key references environment (id),
  document jsonb not null,
  updated_at timestamptz not null default now()
);
