//! What all pages share: the layout, errors as answers, and what was typed without a log-in.

pub mod draw; // how an error looks
pub mod errors; // errors become answers
pub mod kept; // what was typed without a log-in
pub mod own; // a row in the address, and its owner
pub mod page; // the layout's needs
#[cfg(feature = "passkeys")]
pub mod passkeys; // what a script asks a device for
pub mod refusals; // who may not, until they log in
pub mod words; // what those read who may not

// What nearly every feature asks for, so that one line brings it.
pub use actix_web::web::{Path, Query, ServiceConfig};
pub use actix_web::{HttpRequest, HttpResponse};
pub use askama::Template;
pub use kit::clock::rfc3339;
pub use kit::http::client::Client;
pub use kit::http::flash::{Flash, redirect};
pub use kit::http::form::{Errors, Form, Submitted};
pub use kit::http::json::Valid;
pub use kit::http::kinds::{EmailAddress, Integer, Line, Text, WebAddress};
pub use kit::http::list::{List, Order, Paging};
pub use kit::http::problem::until_later;
pub use kit::http::resource::resource;
pub use kit::http::sent::Sent;
pub use kit::http::theme::Theme;
pub use kit::http::typed::Typed;

pub use serde::Deserialize;

pub use self::own::{Own, Owned, save};
pub use self::page::{Page, ago, day, render, render_with, when};
pub use crate::db::Db;
pub use crate::error::{Error, Response, Result};
pub use crate::feature::{Feature, Features, Figure, Newest, Place, Reference, Row, Shelf, UNDO};
pub use crate::once::once;
