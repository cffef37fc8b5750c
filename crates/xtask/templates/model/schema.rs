
diesel::table! {
    [[ m.plural ]] (id) {
        id -> BigInt,
        user_id -> BigInt,
        [%- for field in m.fields %]
        [[ field.name ]] -> [[ field.diesel() ]],
        [%- endfor %]
        created_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
    }
}
