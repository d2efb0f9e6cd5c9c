-- What players show of themselves, the names they had, and what an environment declares of both.
create table profile_settings (
  environment_id text primary key references environment (id),
  fields jsonb not null,
  blocked_names jsonb not null,
  updated_at timestamptz not null default now()
);

create table profile (
  environment_id text not null,
  player_id uuid not null,
  version integer not null default 0 check (version >= 0),
  avatar text,
  locale text,
  country text,
  preferences jsonb not null default '{}',
  fields jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  primary key (environment_id, player_id),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade
);

-- The names that players gave up. The one they have is in player.
create table display_name_change (
  environment_id text not null,
  id uuid not null,
  player_id uuid not null,
  previous_name text not null,
  changed_at timestamptz not null default now(),
  primary key (environment_id, id),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade
);
create index display_name_change_player on display_name_change (environment_id, player_id, changed_at);
