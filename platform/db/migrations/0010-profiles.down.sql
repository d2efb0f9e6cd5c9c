drop table display_name_change;
drop table profile;
drop table profile_settings;
