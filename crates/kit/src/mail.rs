//! Mails, and the way out: a mail server, or a mailbox for developers. [`Queue`] is where they wait.

mod delivery;
mod limit;
mod mailbox;
mod pace;
mod places;
mod relay;

use std::sync::Arc;

use lettre::message::Mailbox;
use time::PrimitiveDateTime;

pub use self::delivery::{LONGEST_PAUSE, Queue, deliver, readings, work};
pub use self::limit::{PER_DAY, PER_HOUR, Posted, wait_after};
pub use self::mailbox::DevMailbox;
pub use self::places::PLACES;
use self::relay::Relay;
use crate::config::Smtp;

/// A mail that is ready to go.
#[derive(Clone)]
pub struct Mail {
    /// Where it waited: the same mail, sent twice by accident, has the same id.
    pub id: i64,
    /// The address.
    pub to: String,
    /// The line that people see in a list.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same for programs that show HTML.
    pub html: String,
    /// When it began to wait.
    pub posted_at: PrimitiveDateTime,
}

/// Takes mails: the mail server, or the development mailbox. Cheap to clone.
#[derive(Clone)]
pub enum Mailer {
    /// A mail server.
    Smtp(Arc<Relay>),
    /// Mail stays here: in development, and in tests.
    Mailbox(DevMailbox),
}

impl Mailer {
    /// To a mail server, if there is one, where we call ourselves `domain`. The error is a sentence for
    /// the operator.
    pub fn new(smtp: Option<&Smtp>, from: &Mailbox, domain: &str) -> Result<Self, String> {
        match smtp {
            Some(smtp) => Ok(Self::Smtp(Arc::new(Relay::new(smtp, from.clone(), domain)?))),
            None => Ok(Self::Mailbox(DevMailbox::default())),
        }
    }

    /// Hands the mail over.
    async fn send(&self, mail: Mail) -> Result<(), Unsent> {
        match self {
            Self::Smtp(relay) => relay.send(&mail).await,
            Self::Mailbox(mailbox) => {
                mailbox.put(mail);
                Ok(())
            }
        }
    }

    /// Sends nothing, and takes as long over it as over a mail: otherwise the mails behind it would
    /// arrive earlier, and tell that there was nothing to say to an address.
    async fn send_nothing(&self) -> Result<(), Unsent> {
        match self {
            Self::Smtp(relay) => relay.send_nothing().await,
            Self::Mailbox(_) => Ok(()),
        }
    }

    /// Talks to the mail server without giving it anything. The error is what it said, or why it did not.
    pub async fn greet(&self) -> Result<(), String> {
        match self {
            Self::Smtp(relay) => relay.greet().await,
            Self::Mailbox(_) => Ok(()),
        }
    }

    /// The mailbox, unless mail goes to a server.
    pub fn mailbox(&self) -> Option<&DevMailbox> {
        match self {
            Self::Smtp(_) => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }
}

/// Why a mail was not sent: for the log, and without an address.
pub enum Unsent {
    /// The next attempt may do better.
    ForNow(String),
    /// No attempt will.
    ForGood(String),
}
