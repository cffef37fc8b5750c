// One schema for both databases: `BigInt` ids, `Text`, `Bool`, and `Timestamp` in UTC exist in each.

diesel::table! {
    users (id) {
        id -> BigInt,
        email -> Text,
        email_canonical -> Text,
        name -> Text,
        password_hash -> Text,
        is_admin -> Bool,
        disabled_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        verified_at -> Nullable<Timestamp>,
        failed_log_ins -> BigInt,
        second_factor_at -> Nullable<Timestamp>,
        factors_version -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        user_id -> BigInt,
        token_hash -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        expires_at -> Timestamp,
        remembered -> Bool,
        ip_address -> Text,
        user_agent -> Text,
        authenticated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> BigInt,
        user_id -> BigInt,
        family -> Text,
        token_hash -> Text,
        scope -> Text,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> BigInt,
        user_id -> BigInt,
        name -> Text,
        token_hash -> Text,
        last_four -> Text,
        scope -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    authenticators (id) {
        id -> BigInt,
        user_id -> BigInt,
        seed -> Text,
        last_step -> BigInt,
        created_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    passkeys (id) {
        id -> BigInt,
        user_id -> BigInt,
        name -> Text,
        handle -> Text,
        credential_id -> Text,
        credential -> Text,
        password_mark -> Text,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    ceremonies (id) {
        id -> BigInt,
        challenge_hash -> Text,
        state -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    identities (id) {
        id -> BigInt,
        user_id -> BigInt,
        issuer -> Text,
        subject -> Text,
        label -> Text,
        password_mark -> Text,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    authorization_requests (id) {
        id -> BigInt,
        state_hash -> Text,
        provider -> Text,
        visit -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    recovery_codes (id) {
        id -> BigInt,
        user_id -> BigInt,
        code_hash -> Text,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    half_log_ins (id) {
        id -> BigInt,
        user_id -> BigInt,
        token_hash -> Text,
        bound_to -> Text,
        remembered -> Bool,
        next -> Text,
        kept -> Text,
        failures -> BigInt,
        created_at -> Timestamp,
        is_fresh -> Bool,
    }
}

diesel::table! {
    links (id) {
        id -> BigInt,
        purpose -> Text,
        token_hash -> Text,
        user_id -> Nullable<BigInt>,
        email -> Text,
        bound_to -> Nullable<Text>,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        email -> Text,
        email_canonical -> Text,
        kind -> Text,
        message -> Text,
        created_at -> Timestamp,
        attempts -> BigInt,
        due_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    events (id) {
        id -> BigInt,
        user_id -> Nullable<BigInt>,
        kind -> Text,
        ip_address -> Text,
        user_agent -> Text,
        created_at -> Timestamp,
        times -> BigInt,
        by_user_id -> Nullable<BigInt>,
        gone_user_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    sent_forms (hash) {
        hash -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    buckets (key) {
        key -> Text,
        empty_at -> Timestamp,
    }
}

diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(refresh_tokens -> users (user_id));
diesel::joinable!(api_tokens -> users (user_id));
diesel::joinable!(links -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(users, sessions, refresh_tokens, api_tokens, links,);

diesel::table! {
    notes (id) {
        id -> BigInt,
        user_id -> BigInt,
        title -> Text,
        body -> Text,
        created_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
    }
}
