//! What one-time links are for: one description each.

use strum::{IntoStaticStr, VariantArray};
use time::Duration;

use crate::error::{Error, LinkEnding};

/// What a link is for. Its name in the table and in the cookie is that of the variant.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// To make the account that somebody registered for.
    Register,
    /// To make an account that an administrator offers.
    Invite,
    /// To prove the address of an account that was made in another way.
    Confirm,
    ChangeEmail,
    Reset,
    /// To log in without the password, in the browser that asked for it.
    LogIn,
    /// To make the first account. Printed, not sent.
    SetUp,
}

/// All there is to know about a purpose.
pub struct About {
    /// How long the link works, counted from the sending of its mail. What opens an account is short
    /// (ASVS 5.0, 6.4.1: activation and recovery are short-lived); what makes one waits for somebody
    /// who reads their mail the next day.
    pub lifetime: Duration,
    /// Whether it gives its address to an account.
    pub takes_address: bool,
    pub path: &'static str,
    /// The page where another one is to be had.
    pub again: &'static str,
    /// The page to go to from one that was used, and from one whose address has an account by now.
    used: &'static str,
    taken: &'static str,
    /// What it was used for, to end a sentence with.
    pub deed: &'static str,
    /// Where its form leads, and what the second of two clicks on it is told there.
    done: (&'static str, &'static str),
}

/// Whatever makes an account.
const JOIN: About = About {
    lifetime: Duration::hours(24),
    takes_address: true,
    path: "/",
    again: "/",
    used: "/login",
    taken: "/login",
    deed: "to make the account",
    done: ("/dashboard", "Done already: the account is made."),
};

const REGISTER: About = About { path: "/register/confirm", again: "/register", ..JOIN };

const INVITE: About = About { lifetime: Duration::days(7), path: "/join", ..JOIN };

const CONFIRM: About = About {
    lifetime: Duration::hours(24),
    takes_address: false,
    path: "/confirm",
    again: "/account",
    used: "/account",
    taken: "/account",
    deed: "to confirm the address",
    done: ("/account", "Done already: your e-mail address is confirmed."),
};

const CHANGE_EMAIL: About = About {
    lifetime: Duration::hours(1),
    takes_address: true,
    path: "/account/email/confirm",
    again: "/account/email",
    used: "/account",
    taken: "/account/email",
    deed: "to change the address",
    done: ("/account", "Done already: your e-mail address is changed."),
};

const RESET: About = About {
    lifetime: Duration::minutes(30),
    takes_address: false,
    path: "/reset",
    again: "/forgot",
    used: "/forgot",
    taken: "/forgot",
    deed: "to choose a new password",
    done: ("/login", "Done already: the password that was chosen first counts."),
};

const SET_UP: About = About {
    path: "/setup",
    again: "/",
    used: "/login",
    deed: "to make the first account",
    ..RESET
};

const LOG_IN: About = About {
    lifetime: Duration::minutes(15),
    takes_address: false,
    path: "/login/link/open",
    again: "/login/link",
    used: "/login",
    taken: "/login",
    deed: "to log in",
    done: ("/dashboard", "Done already: you are logged in."),
};

impl Purpose {
    pub const fn about(self) -> &'static About {
        match self {
            Self::Register => &REGISTER,
            Self::Invite => &INVITE,
            Self::Confirm => &CONFIRM,
            Self::ChangeEmail => &CHANGE_EMAIL,
            Self::Reset => &RESET,
            Self::LogIn => &LOG_IN,
            Self::SetUp => &SET_UP,
        }
    }

    /// Its name in the table and in the cookie.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn url(self, site: &str, token: &str) -> String {
        format!("{site}{}?token={token}", self.about().path)
    }

    /// Why such a link opens nothing, and where to go from there.
    pub fn ended(self, ending: LinkEnding) -> Error {
        let about = self.about();
        let way_out = match ending {
            LinkEnding::Used(..) => about.used,
            LinkEnding::Taken => about.taken,
            _ => about.again,
        };
        Error::LinkEnded(ending, way_out)
    }

    /// Why its form did nothing. Of two clicks on one button, the browser shows the answer to the
    /// second: that one says what the first one did.
    pub fn refused(self, error: Error) -> Error {
        let Error::LinkEnded(LinkEnding::Used(..), _) = error else { return error };
        let (page, sentence) = self.about().done;
        Error::DoneAlready { page, sentence }
    }
}
