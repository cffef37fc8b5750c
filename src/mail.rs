//! Mail: what is said ([`message`]), and the rows that wait ([`outbox`]). The words are in
//! `crate::letters`, the way out in the kit.

pub mod invitations; // those that are not sent yet
pub mod message; // what we write about
pub mod outbox; // the rows that wait
pub mod unsent; // looking through them

pub use kit::mail::Posted;

pub use self::message::{Message, Notice, Request, forget};
pub use self::outbox::{GIVE_UP_AFTER, Outbox, Writer};
