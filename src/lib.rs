//! Latchkey: a starter app for Actix Web. This is the map, lowest layer first: a module uses those of
//! a lower layer, and `tests/layers.rs` holds it to that.

pub mod clock; // what time it is
pub mod files; // files for this user alone
pub mod text; // what people type
pub mod email; // addresses: one parser for all doors
pub mod keys; // signing keys, random tokens
pub mod keypair; // key pairs for tokens that others verify
pub mod config; // the settings, all checked
pub mod logger; // the log
pub mod error; // what can go wrong, and what the visitor gets
pub mod cookie; // one way to make, end and read cookies
pub mod peer; // the client's address, behind proxies too
#[expect(missing_docs, reason = "the migrations describe the columns")]
pub mod schema; // the tables
pub mod db; // the way to the database
pub mod once; // forms that are sent twice
pub mod user; // the people who can log in
pub mod link; // one-time links, sent by mail
pub mod mail; // mails, their outbox, and the way out
pub mod auth; // who is calling: tokens, sessions, guards
pub mod purge; // deleting what has expired
pub mod web; // what all pages share: layout, forms, errors, rules
pub mod home; // start page and dashboard
pub mod notes; // the worked example
pub mod accounts; // set-up, register, log-in, and the account's own pages
pub mod api; // what programs may ask; the token endpoint
pub mod dev_mail; // the development mailbox
pub mod docs; // the API described
pub mod app; // the parts put together
pub mod cli; // the commands
