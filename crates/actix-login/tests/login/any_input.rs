//! Whatever strangers send.

use crate::inputs::try_all;
use crate::parsers::{BEARER, CLAIMS, COOKIES, NEXT, PERSONAL_TOKENS, SCOPES, TOKENS};

#[test]
fn a_log_in_leads_to_a_page_of_ours_whatever_the_address_says() {
    try_all(&NEXT);
}

#[test]
fn a_cookie_is_ours_to_the_letter_or_not_at_all_whatever_stands_beside_it() {
    try_all(&COOKIES);
}

#[test]
fn a_token_in_the_header_hides_the_cookie_however_it_is_written() {
    try_all(&BEARER);
}

#[test]
fn a_token_is_good_to_the_last_bit_or_not_at_all() {
    try_all(&TOKENS);
}

#[test]
fn a_signed_token_says_what_ours_say_or_opens_nothing() {
    try_all(&CLAIMS);
}

#[test]
fn a_slip_in_a_personal_token_shows() {
    try_all(&PERSONAL_TOKENS);
}

#[test]
fn nobody_gets_a_scope_that_they_may_not_hold_however_they_ask() {
    try_all(&SCOPES);
}
