-- Sessions, each with the state of its one token family. Of a refresh token there is only a hash.
create table session (
  environment_id text not null references environment (id),
  id uuid not null,
  player_id uuid not null,
  provider text not null,
  device_name text check (char_length(device_name) between 1 and 64),
  device_hash text,
  address inet,
  user_agent text check (char_length(user_agent) <= 256),
  family_key text not null,
  generation bigint not null,
  current_hash text not null,
  replaced_at_ms jsonb not null,
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  ended_at timestamptz(3),
  end_reason text,
  primary key (environment_id, id),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade,
  check ((ended_at is null) = (end_reason is null))
);
create index session_of_player on session (environment_id, player_id, last_used_at);
create index session_live_device on session (environment_id, device_hash)
  where ended_at is null and device_hash is not null;
create index session_live_address on session using gist (address inet_ops) where ended_at is null;
-- What game servers are told, in order.
create index session_ended on session (environment_id, ended_at, id) where ended_at is not null;
create index session_expiry on session (expires_at);
