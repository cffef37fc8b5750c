//! Mail: what is said ([`message`]), the rows that wait ([`outbox`]), and the way out ([`Mailer`]).

pub mod letter;
pub mod message;
pub mod outbox;
mod pace;
mod places;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use time::PrimitiveDateTime;

pub use self::message::{Again, Notice, Posted, Request};
pub use self::outbox::Outbox;
use self::pace::Pace;
use crate::config::{Config, SmtpSecurity};

/// How long the mail server may take for one answer, and for a mail as a whole. The next attempt comes
/// of itself.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
const MAIL_TIMEOUT: Duration = Duration::from_secs(60);

/// How many mails the development mailbox keeps.
const MAILBOX_MAX: usize = 100;

/// A mail that is ready to go.
#[derive(Clone)]
pub struct Mail {
    /// The row of the outbox: the same mail, sent twice by accident, has the same id.
    pub id: i64,
    /// The address.
    pub to: String,
    /// The line that people see in a list.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same for programs that show HTML.
    pub html: String,
    /// When it was put into the outbox.
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
    /// As the settings say. The error is a sentence for the operator.
    pub fn new(config: &Config) -> Result<Self, String> {
        let Some(smtp) = &config.smtp else { return Ok(Self::Mailbox(DevMailbox::default())) };
        let tls = || {
            TlsParameters::new(smtp.host.clone())
                .map_err(|e| format!("Mail cannot be sent encrypted: {e}."))
        };
        let domain = config.host_name().to_owned();
        let mut transport = Transport::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .timeout(Some(ANSWER_TIMEOUT))
            .hello_name(ClientId::Domain(domain.clone()))
            .tls(match smtp.security {
                SmtpSecurity::Tls => Tls::Wrapper(tls()?),
                SmtpSecurity::StartTls => Tls::Required(tls()?),
                SmtpSecurity::Loopback => Tls::None,
            });
        if let Some((user, password)) = &smtp.credentials {
            let password = password.expose().to_owned();
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        let (transport, from) = (transport.build(), config.mail_from.clone());
        let pace = Pace::default();
        Ok(Self::Smtp(Arc::new(Relay { transport, pace, from, domain })))
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

    /// The mailbox, unless mail goes to a server.
    pub fn mailbox(&self) -> Option<&DevMailbox> {
        match self {
            Self::Smtp(_) => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }
}

/// Why a mail was not sent: for the log, and without an address.
enum Unsent {
    /// The next attempt may do better.
    Yet(String),
    /// No attempt will.
    Ever(String),
}

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// The way to the mail server, and what we call ourselves there.
pub struct Relay {
    transport: Transport,
    pace: Pace,
    from: Mailbox,
    domain: String,
}

impl Relay {
    async fn send(&self, mail: &Mail) -> Result<(), Unsent> {
        let message = self.build(mail).map_err(Unsent::Ever)?;
        self.pace.measure(in_time(self.transport.send(message))).await.map(drop)
    }

    /// A conversation without a mail tells how one with a mail would end, where that is not known.
    async fn send_nothing(&self) -> Result<(), Unsent> {
        self.pace.keep(in_time(Box::pin(self.transport.test_connection()))).await
    }

    fn build(&self, mail: &Mail) -> Result<lettre::Message, String> {
        let to = mail.to.parse().map_err(|_| "the address cannot be written to".to_owned())?;
        let posted_at = mail.posted_at.assume_utc().unix_timestamp();
        let id = format!("<{}.{posted_at}@{}>", mail.id, self.domain);
        // So that no out-of-office note comes back (RFC 3834 section 5).
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .message_id(Some(id))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|e| e.to_string())
    }
}

async fn in_time<T>(
    conversation: impl Future<Output = Result<T, smtp::Error>>,
) -> Result<T, Unsent> {
    let done = tokio::time::timeout(MAIL_TIMEOUT, conversation).await;
    let done = done.map_err(|_| Unsent::Yet("the mail server takes too long".to_owned()))?;
    // The server's own words can hold the address.
    done.map_err(|e| match e.status() {
        Some(code) => Unsent::Yet(format!("the mail server answered {code}")),
        None => Unsent::Yet(e.to_string()),
    })
}

/// Mails that nobody sends: to be read at `/dev/mail`. Gone when the program ends. Cheap to clone.
#[derive(Clone, Default)]
pub struct DevMailbox(Arc<Mutex<VecDeque<Mail>>>);

impl DevMailbox {
    fn put(&self, mail: Mail) {
        let mut mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mails.push_front(mail);
        mails.truncate(MAILBOX_MAX);
    }

    /// All of them, the newest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
