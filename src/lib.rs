//! The app: yours to change. This is the map, lowest layer first: a module uses those of a lower layer,
//! and `tests/layers.rs` holds it to that. All of them stand on three libraries: `actix-login` (how people
//! are recognised), `kit` (what every web app needs) and `database` (the way to it).

#![expect(missing_docs, reason = "an application: most names say it all")]

pub mod brand; // the name and the colours
pub mod config; // the settings, all checked
pub mod error; // what can go wrong, and what the visitor gets
pub mod schema; // the tables
pub mod db; // the only way to the database
pub mod once; // forms that are sent twice
pub mod mail; // mails that wait
pub mod people; // who is who, how they are recognised, what they may do
pub mod letters; // the words of each mail
pub mod feature; // what a feature is
pub mod state; // the parts, put together once
pub mod web; // what all pages share
pub mod home; // start page and dashboard
// Your features.
pub mod notes;
// Ours.
pub mod accounts; // set-up, register, log-in, and the account's own pages
pub mod factors; // second factors: setting one up, proving it
pub mod admin; // the administrators' pages
pub mod api; // what programs may ask; the token endpoint
pub mod dev; // pages for developers
pub mod docs; // the API described
pub mod purge; // deleting what has expired
pub mod app; // the features listed, the middlewares in their order, the server
pub mod cli; // the commands
