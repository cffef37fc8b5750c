//! The people: who they are, how they are recognised, and what they may do. Knows no pages.

pub mod act; // what whoever runs the place does with an account
pub mod accounts; // passwords checked, accounts made, people logged in
mod buckets; // what was done how often, for all instances together
pub mod ending; // what ends what
pub mod event; // what can happen, in one table
pub mod events; // telling and keeping it
pub mod activity; // looking through it
pub mod audit; // looking through all of it
pub mod directory; // everybody, in a list
pub mod factors; // second factors, and log-ins that wait for one
mod familiar; // whether somebody came from there before
pub mod grants; // tokens for programs that know a password
pub mod guards; // what handlers ask for
pub mod keep; // looking after a session
pub mod identity; // accounts at other sites
pub mod invitation; // accounts that are offered
pub mod limited; // counting it, and the guard
pub mod limits; // how often something may be done
pub mod link; // one-time links
pub mod login; // who is logged in, and writing with their rights
#[cfg(feature = "passkeys")]
pub mod passkeys; // ceremonies with their devices
#[cfg(feature = "oidc")]
pub mod providers; // asking other sites
pub mod personal_token; // tokens that people make for their programs
pub mod purpose; // what links are for
pub mod rename; // what another name is asked for with
pub mod requests; // the limit on all pages
pub mod session; // one log-in, as its row
pub mod sessions; // beginning, finding and ending them
pub mod tries; // tries at a password
pub mod user; // somebody who can log in

pub use accounts::Accounts;
pub use act::Act;
pub use activity::Activity;
pub use ending::Ending;
pub use event::{Event, SecurityEvent};
pub use events::Events;
pub use factors::Factors;
pub use grants::Grants;
pub use guards::{Admin, CurrentSession, CurrentUser, OptionalUser, Scoped, Sudo, Verified};
pub use guards::{Enrolling, Entrant};
pub use identity::Identity;
pub use invitation::Invitation;
pub use kit::email::Email;
pub use kit::name::Name;
pub use limited::{Limited, Limits};
pub use link::Link;
pub use login::Login;
pub use personal_token::PersonalToken;
pub use purpose::Purpose;
pub use rename::Rename;
pub use session::{LogIn, Session};
pub use sessions::Sessions;
pub use user::{NewUser, User};
