drop table factor_policy;
drop table sign_in_country;
drop table known_device;
drop table passkey;
drop table recovery_code;
drop table totp_factor;
