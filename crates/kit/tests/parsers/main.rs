//! Whatever strangers send, and operators write into their settings.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

#[path = "../../../actix-login/tests/login/inputs.rs"]
mod inputs;
#[path = "../../../actix-login/tests/login/parser.rs"]
mod parser;
mod people;
mod requests;
mod settings;

use self::inputs::try_all;

#[test]
fn an_address_that_is_taken_can_be_written_to_and_is_read_alike_at_every_door() {
    try_all(&people::EMAIL);
}

#[test]
fn a_name_is_one_line_that_hides_nothing() {
    try_all(&people::NAME);
}

#[test]
fn what_a_field_takes_it_takes_again_as_the_same() {
    try_all(&people::KINDS);
}

#[test]
fn a_form_is_read_as_browsers_write_it_or_not_at_all() {
    try_all(&requests::FORMS);
}

#[test]
fn nobody_makes_their_address_up() {
    try_all(&requests::ADDRESSES);
}

#[test]
fn a_page_is_for_who_asks_for_one() {
    try_all(&requests::ACCEPT);
}

#[test]
fn a_link_to_another_page_of_a_list_leads_to_the_same_list() {
    try_all(&requests::LISTS);
}

#[test]
fn a_search_that_ends_in_what_nobody_sees_is_the_same_on_the_next_page() {
    let cut_behind_a_space = format!("q={}+green", "tea".repeat(33));
    for query in ["q=tea++%00", "q=%00+tea", &cut_behind_a_space] {
        assert!((requests::LISTS.holds)(query.as_bytes()), "{query}");
    }
}

#[test]
fn what_was_sealed_comes_back_to_the_last_bit_or_not_at_all() {
    try_all(&requests::SEALS);
}

#[test]
fn a_message_that_the_cookie_holds_is_text() {
    try_all(&requests::FLASHES);
}

#[test]
fn a_setting_means_what_it_says() {
    try_all(&settings::SETTINGS);
}

#[test]
fn libpq_finds_what_was_judged_in_an_address() {
    try_all(&settings::POSTGRES);
}

#[test]
fn a_changed_hash_lets_no_other_password_in() {
    try_all(&settings::HASHES);
}

#[test]
fn a_stored_hash_that_asks_for_more_memory_than_there_is_ends_no_program() {
    for memory in [1_048_577, u32::MAX] {
        assert!(settings::is_broken(&settings::HASH.replace("m=8", &format!("m={memory}"))));
    }
}

#[test]
fn a_stored_hash_of_another_kind_is_told_and_taken_for_no_wrong_password() {
    for (ours, other) in [("argon2id", "argon2i"), ("v=19", "v=16"), ("t=1", "t=0")] {
        assert!(settings::is_broken(&settings::HASH.replace(ours, other)), "{other}");
    }
    assert!(!settings::is_broken(&settings::HASH));
}
