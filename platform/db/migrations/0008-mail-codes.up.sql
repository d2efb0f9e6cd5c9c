-- Mails that wait to be delivered. They hold no code: that is made with the mail, and kept nowhere but as a hash.
create table outgoing_mail (
  environment_id text not null references environment (id),
  id uuid not null,
  address text not null check (char_length(address) between 3 and 254),
  locale text,
  template text not null,
  details jsonb not null,
  attempts integer not null default 0,
  created_at timestamptz not null,
  next_attempt_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (environment_id, id)
);
create index outgoing_mail_due on outgoing_mail (next_attempt_at);

-- Codes that go by mail. One without a player belongs to an address; one without a hash was asked for and never sent.
create table mail_code (
  environment_id text not null references environment (id),
  id uuid not null,
  purpose text not null
    check (purpose in ('sign-in', 'step-up', 'reset-password', 'change-email', 'undo-email-change')),
  address text not null check (char_length(address) between 3 and 254),
  player_id uuid,
  details jsonb not null,
  code_hash text,
  attempts_left integer not null check (attempts_left >= 0),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (environment_id, id),
  foreign key (environment_id, player_id) references player (environment_id, id) on delete cascade
);
create index mail_code_player on mail_code (environment_id, player_id);
create index mail_code_expiry on mail_code (expires_at);
