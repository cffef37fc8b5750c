//! What stands between the network and a handler: the rules that every request must keep, and what
//! handlers ask for as arguments. The middlewares and some arguments read the [`Site`](site::Site), which the
//! application puts beside its routes, once.

pub mod accept;
pub mod api_reference;
pub mod assets;
pub mod body;
pub mod client;
pub mod cookies;
pub mod deadline;
pub mod device;
pub mod familiar;
pub mod fields;
pub mod flash;
pub mod form;
pub mod fragment;
mod from_request;
pub mod headers;
pub mod health;
pub mod json;
pub mod kept;
pub mod kinds;
pub mod link;
pub mod list;
pub mod next;
pub mod oauth;
pub mod observe;
pub mod origin;
pub mod problem;
pub mod programs;
mod request_id;
pub mod resource;
mod seal;
pub mod sent;
pub mod server;
pub mod site;
pub mod slash;
pub mod theme;
pub mod typed;

pub use from_request::Later;
