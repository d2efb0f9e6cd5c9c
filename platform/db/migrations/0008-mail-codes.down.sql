drop table mail_code;
drop table outgoing_mail;
