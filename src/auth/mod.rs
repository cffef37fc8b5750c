//! Who is calling. Knows no pages.

pub mod authenticator;
pub mod guard;
pub mod manager;
pub mod password;
pub mod session;
pub mod token;

pub use authenticator::Authenticator;
pub use guard::{CurrentUser, OptionalUser};
pub use manager::LoginManager;
pub use session::{Login, Sessions};
