
diesel::table! {
    [[ m.plural ]] (id) {
        id -> BigInt,
        user_id -> [% if m.is_admin() %]Nullable<BigInt>[% else %]BigInt[% endif %],
        [%- for field in m.fields %]
        [[ field.name ]] -> [[ field.diesel() ]],
        [%- endfor %]
        created_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
    }
}
