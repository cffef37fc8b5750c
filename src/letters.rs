//! The words of each mail.

use askama::Template as _;
use kit::clock::readable;

use crate::error::Result;
use crate::mail::{Message, Notice, Request, Writer, Written};
use crate::people::link::fingerprint;
use crate::people::{Email, Link, Purpose, User};

/// A mail in words: what happened, what to do, and what else to know. As text and as HTML.
#[derive(Default)]
struct Letter {
    to: String,
    subject: String,
    opening: Vec<String>,
    action: Option<(&'static str, String)>,
    closing: Vec<String>,
}

#[derive(askama::Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    letter: &'a Letter,
}

#[derive(askama::Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    letter: &'a Letter,
}

impl Letter {
    fn new(to: &Email, subject: &str, opening: impl Into<String>) -> Self {
        let (to, subject) = (to.typed.clone(), subject.to_owned());
        Self { to, subject, opening: vec![opening.into()], ..Self::default() }
    }

    /// The button.
    fn action(mut self, label: &'static str, url: String) -> Self {
        self.action = Some((label, url));
        self
    }

    /// What else to know.
    fn closing(mut self, paragraph: impl Into<String>) -> Self {
        self.closing.push(paragraph.into());
        self
    }

    fn seal(self) -> Result<Written> {
        let text = Text { letter: &self }.render()?;
        let html = Html { letter: &self }.render()?;
        Ok(Written { to: self.to, subject: self.subject, text, html })
    }
}

/// The letter that says `message` to an address, or `None` when there is nothing to say to it.
pub fn write(writer: &mut Writer, message: Message, to: &Email) -> Result<Option<Written>> {
    let mut words = Words(writer);
    let letter = match message {
        Message::Request(request) => words.answer(request, to)?,
        Message::Notice(notice) => Some(words.report(&notice, to)),
    };
    letter.map(Letter::seal).transpose()
}

/// Finds the words for each letter.
struct Words<'a, 'b>(&'a mut Writer<'b>);

impl Words<'_, '_> {
    fn answer(&mut self, request: Request, to: &Email) -> Result<Option<Letter>> {
        let owner = User::by_email(self.0.conn, to)?;
        Ok(match (request, owner) {
            (
                Request::Register | Request::Invite { .. } | Request::ChangeEmail { .. },
                Some(owner),
            ) => Some(self.known(&owner)),
            (Request::Register, None) => Some(self.register(to)?),
            (Request::Invite { by }, None) => Some(self.invite(to, &by)?),
            (Request::Confirm, Some(owner)) if !owner.is_verified() => Some(self.confirm(&owner)?),
            (Request::Reset, Some(owner)) if owner.may_log_in() => {
                Some(if may_reset(&owner) { self.reset(&owner)? } else { not_by_mail(to) })
            }
            (Request::Confirm | Request::Reset, _) => None,
            (Request::ChangeEmail { user_id, asked_by }, None) => {
                let user = User::by_id(self.0.conn, user_id)?;
                // Whoever chose a new password meanwhile did so to be rid of who asked for this.
                let user = user.filter(|user| user.may_log_in() && fingerprint(user) == asked_by);
                user.map(|user| self.change_email(to, &user)).transpose()?
            }
        })
    }

    fn report(&self, notice: &Notice, to: &Email) -> Letter {
        match notice {
            Notice::EmailChangeAsked { to: new } => self.email_change_asked(to, new),
            Notice::EmailChanged { to: new } => email_changed(to, new),
            Notice::PasswordChanged => self.password_changed(to),
            Notice::NewDevice { device, ip_address } => self.new_device(to, device, ip_address),
            Notice::AccountDeleted => account_deleted(to),
        }
    }

    fn register(&mut self, to: &Email) -> Result<Letter> {
        let url = self.link(Purpose::Register, to, None)?;
        let opening = "Somebody, we hope you, wants to make an account with this address. Choose \
                       your name and your password, and it is made.";
        Ok(Letter::new(to, "Make your account", opening)
            .action("Make your account", url)
            .closing(works_for(Purpose::Register))
            .closing("If that was not you, there is nothing to do: without the link, no account."))
    }

    fn known(&self, owner: &User) -> Letter {
        let opening = "Somebody wanted to use this address for an account, and it has one already.";
        Letter::new(&owner.address(), "You have an account already", opening)
            .action("Log in", format!("{}/login", self.0.site))
            .closing(format!("Forgot the password? Choose a new one at {}/forgot.", self.0.site))
            .closing("If that was not you, there is nothing to do: nothing was changed.")
    }

    fn invite(&mut self, to: &Email, by: &str) -> Result<Letter> {
        let url = self.link(Purpose::Invite, to, None)?;
        let opening = format!("{by} invites you to make an account at {}.", self.0.site);
        Ok(Letter::new(to, "You are invited", opening)
            .action("Make your account", url)
            .closing(works_for(Purpose::Invite)))
    }

    fn confirm(&mut self, user: &User) -> Result<Letter> {
        let to = user.address();
        let url = self.link(Purpose::Confirm, &to, Some(user))?;
        let opening = "Confirm that this is the address of your account, so that we can reach you. \
                       Open the link where you are logged in.";
        Ok(Letter::new(&to, "Confirm your e-mail address", opening)
            .action("Confirm the address", url)
            .closing(works_for(Purpose::Confirm))
            .closing("If you have no account with us, there is nothing to do."))
    }

    fn reset(&mut self, user: &User) -> Result<Letter> {
        let to = user.address();
        let url = self.link(Purpose::Reset, &to, Some(user))?;
        let opening = "Somebody, we hope you, wants to choose a new password for your account.";
        Ok(Letter::new(&to, "Choose a new password", opening)
            .action("Choose a new password", url)
            .closing(works_for(Purpose::Reset))
            .closing("If that was not you, there is nothing to do: your password is as it was."))
    }

    fn change_email(&mut self, to: &Email, user: &User) -> Result<Letter> {
        let url = self.link(Purpose::ChangeEmail, to, Some(user))?;
        let opening = "Somebody, we hope you, wants to use this address for their account. Open \
                       the link where you are logged in.";
        Ok(Letter::new(to, "Confirm your new e-mail address", opening)
            .action("Use this address", url)
            .closing(works_for(Purpose::ChangeEmail))
            .closing("If that was not you, there is nothing to do: nothing is changed."))
    }

    fn email_change_asked(&self, to: &Email, new: &str) -> Letter {
        let opening = format!(
            "Somebody, we hope you, wants to use {new} for your account instead of this address. \
             It changes when the link that we sent there is opened and confirmed by somebody who is \
             logged in."
        );
        Letter::new(to, "Your e-mail address is about to change", opening)
            .closing(self.if_not_you("That ends the link, too."))
    }

    fn password_changed(&self, to: &Email) -> Letter {
        let opening =
            "The password of your account was changed, and whoever else was logged in is out.";
        Letter::new(to, "Your password was changed", opening).closing(self.if_not_you(""))
    }

    fn new_device(&self, to: &Email, device: &str, ip_address: &str) -> Letter {
        let opening = format!(
            "Somebody, we hope you, logged in from where you have not been before: {device}, from \
             {ip_address}, on {}.",
            readable(&self.0.posted_at)
        );
        Letter::new(to, "A log-in from a new device", opening)
            .closing(self.if_not_you("That logs everybody out."))
    }

    fn if_not_you(&self, and: &str) -> String {
        let text = format!(
            "If that was not you, choose a new password at once: {}/forgot. {and}",
            self.0.site
        );
        text.trim_end().to_owned()
    }

    fn link(&mut self, purpose: Purpose, to: &Email, user: Option<&User>) -> Result<String> {
        let token = Link::make(self.0.conn, purpose, to, user, self.0.now)?;
        Ok(purpose.url(self.0.site, &token))
    }
}

/// Whether a link to a new password may go to the address. Not to an administrator's that is not
/// proved: it may be mistyped, and whoever reads its mail would be the administrator.
fn may_reset(owner: &User) -> bool {
    owner.is_verified() || !owner.is_admin
}

fn not_by_mail(to: &Email) -> Letter {
    let opening = "Somebody, we hope you, wants to choose a new password for an administrator's \
                   account with this address. The address was never confirmed, so the link does \
                   not come by mail: whoever runs the site can print it, with the command \
                   `user reset-link`.";
    Letter::new(to, "No new password by mail", opening)
        .closing("If that was not you, there is nothing to do: nothing was changed.")
}

fn email_changed(to: &Email, new: &str) -> Letter {
    let opening = format!("The address of your account is {new} now, and no longer this one.");
    Letter::new(to, "Your e-mail address was changed", opening)
        .closing("If that was not you, tell whoever runs this site at once.")
}

fn account_deleted(to: &Email) -> Letter {
    let opening = "Your account was deleted, and everything in it. This is our last mail to you.";
    Letter::new(to, "Your account is deleted", opening)
}

fn works_for(purpose: Purpose) -> String {
    let minutes = purpose.about().lifetime.whole_minutes();
    let time = match minutes {
        60 => "an hour".to_owned(),
        ..60 => format!("{minutes} minutes"),
        61..2880 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    };
    format!("The link works once, for {time}.")
}
