//! Who is calling. Knows no pages.

pub mod activity;
pub mod api_token;
pub mod authenticator;
pub mod event;
pub mod fair_queue;
pub mod grant;
pub mod guard;
pub mod keep;
pub mod login;
pub mod manager;
pub mod password;
pub mod scope;
pub mod session;
pub mod sessions;
mod strength;
pub mod token;
pub mod workers;

pub use authenticator::Authenticator;
pub use event::{SecurityEvent, SecurityEvents};
pub use guard::{Admin, CurrentSession, CurrentUser, OptionalUser, Sudo, Verified};
pub use login::Login;
pub use manager::LoginManager;
pub use scope::{ApiUser, Scope, Scoped};
pub use sessions::Sessions;
