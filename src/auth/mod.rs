//! Who is calling. Knows no pages.

pub mod activity;
pub mod api_token;
pub mod authenticator;
pub mod event;
pub mod fair_queue;
pub mod grant;
pub mod guard;
pub mod keep;
pub mod manager;
pub mod password;
mod right;
pub mod scope;
pub mod session;
mod strength;
pub mod token;
pub mod workers;

pub use authenticator::Authenticator;
pub use event::{SecurityEvent, SecurityEvents};
pub use guard::{Admin, CurrentSession, CurrentUser, OptionalUser, Sudo, Verified};
pub use manager::LoginManager;
pub use scope::{ApiUser, Scope, Scoped};
pub use session::{Login, Sessions};
