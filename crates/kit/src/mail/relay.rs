//! The way to the mail server.

use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::pace::Pace;
use super::{Mail, Unsent};
use crate::config::{Smtp, SmtpSecurity};

/// How long the mail server may take for one answer, and for a mail as a whole. The next attempt comes
/// of itself.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
const MAIL_TIMEOUT: Duration = Duration::from_secs(60);

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// The way to the mail server, and what we call ourselves there.
pub struct Relay {
    transport: Transport,
    pace: Pace,
    from: Mailbox,
    domain: String,
}

impl Relay {
    pub(super) fn new(smtp: &Smtp, from: Mailbox, domain: &str) -> Result<Self, String> {
        let tls = || {
            TlsParameters::new(smtp.host.clone())
                .map_err(|e| format!("Mail cannot be sent encrypted: {e}."))
        };
        let mut transport = Transport::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .timeout(Some(ANSWER_TIMEOUT))
            .hello_name(ClientId::Domain(domain.to_owned()))
            .tls(match smtp.security {
                SmtpSecurity::Tls => Tls::Wrapper(tls()?),
                SmtpSecurity::StartTls => Tls::Required(tls()?),
                SmtpSecurity::Loopback => Tls::None,
            });
        if let Some((user, password)) = &smtp.credentials {
            let password = password.expose().to_owned();
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        let transport = transport.build();
        Ok(Self { transport, pace: Pace::default(), from, domain: domain.to_owned() })
    }

    pub(super) async fn send(&self, mail: &Mail) -> Result<(), Unsent> {
        let message = self.build(mail).map_err(Unsent::ForGood)?;
        self.pace.measure(in_time(self.transport.send(message))).await.map(drop)
    }

    /// A conversation without a mail tells how one with a mail would end, where that is not known.
    pub(super) async fn send_nothing(&self) -> Result<(), Unsent> {
        self.pace.keep(in_time(Box::pin(self.transport.test_connection()))).await
    }

    /// A conversation without a mail, at once.
    pub(super) async fn greet(&self) -> Result<(), String> {
        match in_time(self.transport.test_connection()).await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it hung up".to_owned()),
            Err(Unsent::ForNow(cause) | Unsent::ForGood(cause)) => Err(cause),
        }
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
    let done = done.map_err(|_| Unsent::ForNow("the mail server takes too long".to_owned()))?;
    // The server's own words can hold the address.
    done.map_err(|e| match e.status() {
        Some(code) => Unsent::ForNow(format!("the mail server answered {code}")),
        None => Unsent::ForNow(e.to_string()),
    })
}
