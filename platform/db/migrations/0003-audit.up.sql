-- Keys of operators and game servers, the rotation of signing keys, and the audit log.
create table api_key (
  environment_id text not null references environment (id),
  id uuid not null unique,
  kind text not null check (kind in ('operator', 'server')),
  name text not null check (char_length(name) between 1 and 64),
  -- How far an operator's key reaches; a server's key never leaves its environment.
  reach text not null default 'environment' check (reach in ('environment', 'project', 'platform')),
  scopes jsonb not null,
  secret_hash text not null,
  -- While a key is rotated, its old secret is good until then.
  old_secret_hash text,
  old_secret_until timestamptz,
  created_at timestamptz not null default now(),
  rotated_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (environment_id, id),
  check (kind = 'operator' or reach = 'environment')
);

-- A new signing key is published before it signs, so that whoever verifies knows it in time.
alter table signing_key add column activates_at timestamptz not null default now();

create table audit_entry (
  environment_id text not null references environment (id),
  id uuid not null,
  created_at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('operator', 'server', 'player', 'system')),
  actor_id text not null,
  action text not null check (action ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
  subject text not null,
  before jsonb,
  after jsonb,
  primary key (environment_id, id)
);
create index audit_entry_action on audit_entry (environment_id, action, id);
create index audit_entry_subject on audit_entry (environment_id, subject, id);
create index audit_entry_actor on audit_entry (environment_id, actor_id, id);

-- Nobody changes or removes an entry, not even by SQL.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'The audit log is append-only: % is not possible', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_entry_append_only before update or delete on audit_entry
  for each row execute function refuse_audit_change();
create trigger audit_entry_no_truncate before truncate on audit_entry
  for each statement execute function refuse_audit_change();
