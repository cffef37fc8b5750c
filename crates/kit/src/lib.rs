//! What every web app needs and nobody wants to maintain, around Actix Web: passwords, the rules that
//! every request must keep, forms, mail's way out, settings, the log. It knows no table, no template
//! and no page of the application that stands on it.

pub mod cli; // what commands print, and why they stop early
pub mod clock; // what time it is
pub mod color; // colours for those who know no style sheet
pub mod config; // settings: a reader that tells all problems at once
pub mod doctor; // what a program says of the machine that it runs on
pub mod email; // addresses: one parser for all doors
pub mod error; // why a request is not carried out
pub mod export; // a copy of what is stored
pub mod files; // files for this user alone
pub mod http; // what stands between the network and a handler
pub mod key_file; // signing keys in a file
pub mod limit; // how often something may be done
pub mod logger; // the log
pub mod mail; // mails, and the way out
pub mod metrics; // numbers for Prometheus
pub mod name; // how people are called
pub mod password; // hashing, and what can be guessed
pub mod qr; // text as a picture for phones
pub mod signals; // what ends the program, and what opens its log again
pub mod text; // what people type
pub mod totp; // codes of an app
pub mod vault; // secrets that rest in the database

pub use clock::{Clock, Time};
pub use email::Email;
pub use error::{Error, FieldErrors, Result};
pub use http::client::{Client, Network};
pub use name::Name;
