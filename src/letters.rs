//! The mails as letters: who gets which, with which link. Their words are in `templates/mail/words.txt`.

use askama::Template;
use kit::clock::{readable, span};
use kit::mail::Mail;
use kit::text::paragraphs;

use crate::error::Result;
use crate::mail::{Message, Notice, Request, Writer};
use crate::people::link::fingerprint;
use crate::people::{Email, Link, Purpose, User};

enum Letter {
    Register,
    Known,
    Invite { by: String },
    Confirm,
    Reset,
    LogIn { browser: String },
    NoResetByMail,
    ChangeEmail,
    EmailChangeAsked { new: String },
    EmailChanged { new: String },
    PasswordChanged,
    NewDevice { device: String, ip_address: String },
    SecondFactorAdded,
    SecondFactorRemoved,
    PasskeyAdded { name: String },
    PasskeyRemoved { name: String },
    IdentityLinked { provider: String },
    IdentityUnlinked { provider: String },
    RecoveryCodeUsed { left: i64 },
    SecondFactorFailed,
    SecondFactorFailedOtherwise,
    AuthenticatorRemoved,
    AccessChanged { sentence: String },
    LogInsStopped,
    AccountDeleted,
}

impl Letter {
    /// The line that people see in a list, and the button, with what its link is for.
    fn head(&self) -> (&'static str, Option<(&'static str, Option<Purpose>)>) {
        use Purpose::{ChangeEmail, Confirm, Invite, LogIn, Register, Reset};
        let link = |label, purpose| Some((label, Some(purpose)));
        match self {
            Self::Register => ("Make your account", link("Make your account", Register)),
            Self::Known => ("You have an account already", Some(("Log in", None))),
            Self::Invite { .. } => ("You are invited", link("Make your account", Invite)),
            Self::Confirm => ("Confirm your e-mail address", link("Confirm the address", Confirm)),
            Self::Reset => ("Choose a new password", link("Choose a new password", Reset)),
            Self::LogIn { .. } => ("Log in", link("Log in", LogIn)),
            Self::NoResetByMail => ("No new password by mail", None),
            Self::ChangeEmail => {
                ("Confirm your new e-mail address", link("Use this address", ChangeEmail))
            }
            Self::EmailChangeAsked { .. } => ("Your e-mail address is about to change", None),
            Self::EmailChanged { .. } => ("Your e-mail address was changed", None),
            Self::PasswordChanged => ("Your password was changed", None),
            Self::NewDevice { .. } => ("A log-in from a new device", None),
            Self::SecondFactorAdded => ("A second factor guards your account", None),
            Self::SecondFactorRemoved => ("The second factor is removed", None),
            Self::PasskeyAdded { .. } => ("A passkey opens your account", None),
            Self::PasskeyRemoved { .. } => ("A passkey is removed", None),
            Self::IdentityLinked { .. } => ("Another site opens your account", None),
            Self::IdentityUnlinked { .. } => ("Another site opens your account no more", None),
            Self::RecoveryCodeUsed { .. } => ("A recovery code was used", None),
            Self::SecondFactorFailed => ("Somebody knows your password", None),
            Self::SecondFactorFailedOtherwise => ("Somebody is one step from your account", None),
            Self::AuthenticatorRemoved => ("Your app makes no codes any more", None),
            Self::AccessChanged { .. } => ("Your account was changed", None),
            Self::LogInsStopped => ("Your password was tried too often", None),
            Self::AccountDeleted => ("Your account is deleted", None),
        }
    }
}

impl Letter {
    /// What happened, in a few words each.
    fn facts(self, posted_at: String) -> Vec<(&'static str, String)> {
        let mut facts = match self {
            Self::NewDevice { device, ip_address } => {
                vec![("Device", device), ("From", ip_address)]
            }
            Self::EmailChangeAsked { new } | Self::EmailChanged { new } => {
                vec![("New address", new)]
            }
            Self::PasskeyAdded { name } | Self::PasskeyRemoved { name } => {
                vec![("Its name", name)]
            }
            Self::IdentityLinked { provider } | Self::IdentityUnlinked { provider } => {
                vec![("Site", provider)]
            }
            Self::RecoveryCodeUsed { left } => vec![("Codes left", left.to_string())],
            _ => Vec::new(),
        };
        facts.push(("When", posted_at));
        facts
    }
}

#[derive(Template)]
#[template(path = "mail/words.txt")]
struct Words<'a> {
    letter: &'a Letter,
    site: &'a str,
    works_for: String,
}

/// A letter before it is drawn, as text and as HTML.
struct Sheet {
    subject: &'static str,
    opening: Vec<String>,
    facts: Vec<(&'static str, String)>,
    action: Option<(&'static str, String)>,
    closing: Vec<String>,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    letter: &'a Sheet,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    letter: &'a Sheet,
}

/// The letter that says `message` to an address, or `None` when there is nothing to say to it.
pub fn write(writer: &mut Writer, message: Message, to: &Email) -> Result<Option<Mail>> {
    let (letter, user) = match message {
        Message::Request(request) => match answer(writer, request, to)? {
            Some(found) => found,
            None => return Ok(None),
        },
        Message::Notice(notice) => (report(notice), None),
    };
    // A link to change an address goes to the new one; all else to the one that the account has.
    let has_address = user.as_ref().filter(|_| !matches!(letter, Letter::ChangeEmail));
    let to = has_address.map_or_else(|| to.clone(), User::address);
    let (subject, button) = letter.head();
    let purpose = button.and_then(|(_, purpose)| purpose);
    let url = match purpose {
        None => format!("{}/login", writer.site),
        Some(purpose) => {
            let token = Link::make(writer.conn, purpose, &to, user.as_ref(), writer.now)?;
            if let Letter::LogIn { browser } = &letter {
                Link::bind(writer.conn, &token, browser)?;
            }
            purpose.url(writer.site, &token)
        }
    };
    let works_for = purpose.map_or_else(String::new, |purpose| {
        format!("The link works once, for {}.", span(purpose.about().lifetime))
    });
    let words = Words { letter: &letter, site: writer.site, works_for }.render()?;
    let (opening, closing) = words.split_once("\n---\n").unwrap_or((&words, ""));
    let (opening, closing) = (paragraphs(opening), paragraphs(closing));
    let (facts, action) =
        (letter.facts(readable(&writer.posted_at)), button.map(|(label, _)| (label, url)));
    let sheet = Sheet { subject, opening, facts, action, closing };
    let (text, html) = (Text { letter: &sheet }.render()?, Html { letter: &sheet }.render()?);
    let (id, posted_at) = (writer.id, writer.posted_at);
    Ok(Some(Mail { id, to: to.typed, subject: subject.to_owned(), text, html, posted_at }))
}

/// What somebody is told who asked for something, and the account that it is about.
fn answer(
    writer: &mut Writer, request: Request, to: &Email,
) -> Result<Option<(Letter, Option<User>)>> {
    let owner = User::by_email(writer.conn, to)?;
    Ok(match (request, owner) {
        (Request::Register | Request::Invite { .. } | Request::ChangeEmail { .. }, Some(owner)) => {
            Some((Letter::Known, Some(owner)))
        }
        (Request::Register, None) => Some((Letter::Register, None)),
        (Request::Invite { by }, None) => Some((Letter::Invite { by }, None)),
        (Request::Confirm, Some(owner)) if !owner.is_verified() => {
            Some((Letter::Confirm, Some(owner)))
        }
        (Request::Reset, Some(owner)) if owner.may_log_in() => {
            let letter = if may_reset(&owner) { Letter::Reset } else { Letter::NoResetByMail };
            Some((letter, Some(owner)))
        }
        // Not where the address may be mistyped: whoever reads its mail would be in.
        (Request::LogIn { browser }, Some(owner)) if owner.may_log_in() && owner.is_verified() => {
            Some((Letter::LogIn { browser }, Some(owner)))
        }
        (Request::Confirm | Request::Reset | Request::LogIn { .. }, _) => None,
        (Request::ChangeEmail { user_id, asked_by }, None) => {
            let user = User::by_id(writer.conn, user_id)?;
            // Whoever chose a new password meanwhile did so to be rid of who asked for this.
            let user = user.filter(|user| user.may_log_in() && fingerprint(user) == asked_by);
            user.map(|user| (Letter::ChangeEmail, Some(user)))
        }
    })
}

fn report(notice: Notice) -> Letter {
    match notice {
        Notice::EmailChangeAsked { to: new } => Letter::EmailChangeAsked { new },
        Notice::EmailChanged { to: new } => Letter::EmailChanged { new },
        Notice::PasswordChanged => Letter::PasswordChanged,
        Notice::SecondFactorAdded => Letter::SecondFactorAdded,
        Notice::SecondFactorRemoved => Letter::SecondFactorRemoved,
        Notice::PasskeyAdded { name } => Letter::PasskeyAdded { name },
        Notice::PasskeyRemoved { name } => Letter::PasskeyRemoved { name },
        Notice::IdentityLinked { provider } => Letter::IdentityLinked { provider },
        Notice::IdentityUnlinked { provider } => Letter::IdentityUnlinked { provider },
        Notice::RecoveryCodeUsed { left } => Letter::RecoveryCodeUsed { left },
        Notice::SecondFactorFailed => Letter::SecondFactorFailed,
        Notice::SecondFactorFailedOtherwise => Letter::SecondFactorFailedOtherwise,
        Notice::AuthenticatorRemoved => Letter::AuthenticatorRemoved,
        Notice::AccessChanged { sentence } => Letter::AccessChanged { sentence },
        Notice::LogInsStopped => Letter::LogInsStopped,
        Notice::NewDevice { device, ip_address } => Letter::NewDevice { device, ip_address },
        Notice::AccountDeleted => Letter::AccountDeleted,
    }
}

/// Whether a link to a new password may go to the address. Not to an administrator's that is not
/// proved: it may be mistyped, and whoever reads its mail would be the administrator.
fn may_reset(owner: &User) -> bool {
    owner.is_verified() || !owner.is_admin
}
