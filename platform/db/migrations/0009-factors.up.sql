-- Second factors and passkeys, and what is known of earlier sign-ins.
create table totp_factor (
  environment_id text not null,
  player_id uuid not null,
  -- Sealed with a key that is not in the database, for this row alone.
  sealed_secret text not null,
  -- The last period whose code was taken: a code is good once.
  last_step bigint not null,
  created_at timestamptz not null default now(),
  primary key (environment_id, player_id),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade
);

create table recovery_code (
  environment_id text not null,
  player_id uuid not null,
  code_hash text not null,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  primary key (environment_id, player_id, code_hash),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade
);

create table passkey (
  environment_id text not null,
  id text not null,
  player_id uuid not null,
  user_handle text not null,
  public_key text not null,
  counter bigint not null check (counter >= 0),
  transports jsonb not null,
  aaguid text not null,
  is_synced boolean not null,
  name text not null check (char_length(name) between 1 and 64),
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  primary key (environment_id, id),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade
);
create index passkey_player on passkey (environment_id, player_id);

create table known_device (
  environment_id text not null,
  player_id uuid not null,
  device_hash text not null,
  -- Which account name was used there, as a hash; empty where the way in has none.
  account_hash text not null,
  -- Until then this device is not asked for a second factor.
  trusted_until timestamptz,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (environment_id, player_id, device_hash, account_hash),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade
);
create index known_device_account on known_device (environment_id, account_hash, device_hash);

create table sign_in_country (
  environment_id text not null,
  player_id uuid not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  last_seen_at timestamptz not null,
  primary key (environment_id, player_id, country),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade
);

create table factor_policy (
  environment_id text primary key references environment (id),
  policy jsonb not null,
  updated_at timestamptz not null default now()
);
