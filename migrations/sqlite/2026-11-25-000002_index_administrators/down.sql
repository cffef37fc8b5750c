DROP INDEX users_who_administrate;
