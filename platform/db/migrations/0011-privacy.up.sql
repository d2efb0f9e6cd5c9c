-- Players who asked to be deleted, and may still take it back.
create table player_deletion (
  environment_id text not null,
  player_id uuid not null,
  requested_at timestamptz not null,
  due_at timestamptz not null,
  -- After a try that failed, when to try again.
  retry_at timestamptz not null,
  primary key (environment_id, player_id),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade
);
create index player_deletion_retry_at on player_deletion (retry_at);
