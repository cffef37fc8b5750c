CREATE TABLE [[ m.plural ]] (
    [[ m.sql_id(*postgres) ]],
    [[ m.sql_user(*postgres) ]],
[%- for field in m.fields %]
    [[ m.sql_column(field, *postgres) ]],
[%- endfor %]
    [[ m.sql_pad("created_at") ]] TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    [[ m.sql_pad("deleted_at") ]] TIMESTAMP
[%- for reference in m.owned_references() %],
    FOREIGN KEY (user_id, [[ reference.name ]]) REFERENCES [[ reference.table() ]] (user_id, id) ON DELETE CASCADE
[%- endfor %]
);
-- Unique, though the id alone is: so a row of another table can name one of its own owner, and of nobody else.
CREATE UNIQUE INDEX [[ m.plural ]]_by_user ON [[ m.plural ]] (user_id, id);
[%- for reference in m.references() %]
CREATE INDEX [[ m.plural ]]_by_[[ reference.name ]] ON [[ m.plural ]] ([[ reference.name ]]);
[%- endfor %]
-- A deleted [[ m.words ]] stays for a moment, so that it can be brought back.
CREATE INDEX [[ m.plural ]]_by_deletion ON [[ m.plural ]] (deleted_at) WHERE deleted_at IS NOT NULL;
