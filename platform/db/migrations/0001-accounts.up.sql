-- Players, how they sign in, and the keys that sign their tokens.
create table player (
  id uuid primary key,
  display_name text not null check (char_length(display_name) between 1 and 32),
  created_at timestamptz not null default now()
);

create table identity (
  provider text not null,
  subject_hash text not null,
  player_id uuid not null references player (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (provider, subject_hash)
);
create index identity_player_id on identity (player_id);

create table signing_key (
  kid text primary key,
  private_jwk jsonb not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
-- At most one key signs at a time, however many processes start at once on an empty database.
create unique index signing_key_one_active on signing_key ((true)) where retired_at is null;
