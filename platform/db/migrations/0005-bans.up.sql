-- Who is kept out: an account, a device or a range of addresses. A ban is lifted or expires; its row stays.
create table ban (
  environment_id text not null references environment (id),
  id uuid not null,
  kind text not null check (kind in ('account', 'device', 'address')),
  player_id uuid,
  device_hash text,
  address_range cidr,
  reason text not null check (char_length(reason) between 1 and 500),
  appeal_note text check (char_length(appeal_note) between 1 and 1000),
  created_at timestamptz(3) not null,
  created_by text not null,
  expires_at timestamptz(3),
  lifted_at timestamptz(3),
  lifted_by text,
  primary key (environment_id, id),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade,
  check ((kind = 'account') = (player_id is not null)),
  check ((kind = 'device') = (device_hash is not null)),
  check ((kind = 'address') = (address_range is not null)),
  check ((lifted_at is null) = (lifted_by is null))
);
create index ban_of_player on ban (environment_id, player_id) where player_id is not null;
create index ban_of_device on ban (environment_id, device_hash) where device_hash is not null;
create index ban_of_address on ban using gist (address_range inet_ops) where address_range is not null;
