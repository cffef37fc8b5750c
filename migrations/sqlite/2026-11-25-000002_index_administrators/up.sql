-- Few of many: whether one is left is asked without looking at everybody.
CREATE INDEX users_who_administrate ON users (id) WHERE is_admin;
