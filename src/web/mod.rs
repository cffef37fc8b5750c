//! What all pages share: layout, forms, errors, and the rules every request must keep.

pub mod accept;
pub mod assets;
pub mod body;
pub mod draw;
mod ended;
pub mod errors;
pub mod fields;
pub mod flash;
pub mod form;
pub mod fragment;
pub mod headers;
pub mod health;
pub mod json;
pub mod kept;
pub mod list;
pub mod next;
pub mod observe;
pub mod origin;
pub mod own;
pub mod page;
pub mod programs;
pub mod request_id;
pub mod seal;
pub mod slash;
pub mod time;

pub use flash::{Flash, redirect};
pub use form::{Errors, Form, Submitted};
pub use json::Valid;
pub use list::{List, Paging};
pub use own::{Own, Owned};
pub use page::{Page, render, render_with};
pub use time::{ago, when};

pub use crate::clock::rfc3339;
pub use crate::once::Sent;
