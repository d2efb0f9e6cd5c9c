-- A player's password, as argon2id makes it. It is used together with an e-mail identity of the player.
create table password (
  environment_id text not null references environment (id),
  player_id uuid not null,
  hash text not null check (hash like '$argon2id$%'),
  changed_at timestamptz not null default now(),
  primary key (environment_id, player_id),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade
);
