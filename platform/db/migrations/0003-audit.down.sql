drop table audit_entry;
drop function refuse_audit_change;
delete from signing_key where activates_at > now();
alter table signing_key drop column activates_at;
drop table api_key;
