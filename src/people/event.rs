//! What can happen to log-ins and tokens: one line for each, from which follow its name in the table,
//! whether it becomes a row, and how its owner reads it.

use std::fmt;

use kit::http::client::device_icon;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Which side of an account it touches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// What it is, and who may come in.
    Account,
    /// The browser that it happened in.
    Device,
    /// An address, or what was sent to one.
    Mail,
    /// Programs that come in.
    Token,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// It becomes a row, which its owner reads as this.
    News(Topic, &'static str),
    /// The same, to be looked at: something went wrong.
    Warning(&'static str),
    /// It becomes a row that nobody owns: whom it happened to is gone by it.
    Farewell(&'static str),
    /// It is for the log only: what programs do all day, what is nobody's, and what happened to who is
    /// gone.
    Logged,
}

/// Declares the events: the name of each, and what becomes of it.
macro_rules! events {
    ($($(#[$only:meta])* $name:ident: $about:expr,)*) => {
        /// A kind of event. Its name in the table, in the log and in the export is that of the variant.
        #[derive(Clone, Copy, Debug, EnumString, IntoStaticStr, PartialEq, Eq, VariantArray)]
        #[strum(serialize_all = "snake_case")]
        #[expect(missing_docs, reason = "the sentence beside each says what it is")]
        pub enum Event {
            $($(#[$only])* $name,)*
        }

        impl Event {
            pub fn about(self) -> About {
                use About::{Farewell, Logged, News, Warning};
                match self {
                    $($(#[$only])* Self::$name => $about,)*
                }
            }
        }
    };
}

events! {
    LoggedIn: News(Topic::Device, "Logged in"),
    // Kept for unknown addresses too, so that those take as long.
    LogInFailed: Warning("A log-in failed: wrong password"),
    LoggedOut: News(Topic::Device, "Logged out"),
    Registered: News(Topic::Account, "The account was made"),
    EmailConfirmed: News(Topic::Mail, "The e-mail address was confirmed"),
    EmailChangeAsked: News(Topic::Mail, "Another e-mail address was asked for"),
    EmailChanged: News(Topic::Mail, "The e-mail address was changed"),
    PasswordChanged: News(Topic::Account, "The password was changed"),
    PasswordReset: News(Topic::Account, "A new password was chosen through a link"),
    ResetLinkMade: News(Topic::Account, "An operator made a link to a new password"),
    SecondFactorAdded: News(Topic::Account, "A second factor was added"),
    SecondFactorRemoved: News(Topic::Account, "The second factor was removed"),
    RecoveryCodesMade: News(Topic::Account, "New recovery codes were made"),
    RecoveryCodeUsed: Warning("A recovery code was used in place of the second factor"),
    // Its password was right.
    SecondFactorFailed: Warning("A log-in failed: wrong code of the second factor"),
    #[cfg(feature = "passkeys")]
    PasskeyAdded: News(Topic::Account, "A passkey was added"),
    #[cfg(feature = "passkeys")]
    PasskeyRemoved: News(Topic::Account, "A passkey was removed"),
    #[cfg(feature = "passkeys")]
    PasskeyRefused: Warning("A log-in failed: the passkey was refused"),
    #[cfg(feature = "oidc")]
    IdentityLinked: News(Topic::Account, "Another site opens the account from now on"),
    #[cfg(feature = "oidc")]
    IdentityUnlinked: News(Topic::Account, "Another site opens the account no more"),
    #[cfg(feature = "oidc")]
    IdentityRefused: Warning("A log-in through another site was refused"),
    SessionEnded: News(Topic::Account, "A session was ended from another one"),
    OtherSessionsEnded: News(Topic::Account, "All other sessions were ended"),
    SessionsEnded: News(Topic::Account, "Everything was logged out by an operator"),
    ResetLinkSent: News(Topic::Mail, "A link to a new password was sent"),
    AccountDisabled: News(Topic::Account, "The account was disabled"),
    AccountEnabled: News(Topic::Account, "The account was enabled"),
    AdministratorMade: News(Topic::Account, "The account became an administrator's"),
    AdministratorUnmade: News(Topic::Account, "The account is no administrator's any more"),
    AccountRemoved: Farewell("The account was deleted by an administrator"),
    SessionMoved: Warning("A session turned up in another browser and network"),
    NeedsFresh: Logged,
    SudoGranted: News(Topic::Account, "The password was confirmed"),
    SudoDenied: Warning("The password to be confirmed was wrong"),
    DataExported: News(Topic::Account, "A copy of the data was taken"),
    AccountDeleted: Logged,
    Invited: News(Topic::Mail, "Somebody was invited"),
    InvitationTakenBack: News(Topic::Mail, "An invitation was taken back"),
    MailTriedAgain: News(Topic::Mail, "A mail that had failed was tried again"),
    TokenIssued: News(Topic::Token, "A program logged in with the password"),
    TokenRefused: Logged,
    TokenRefreshed: Logged,
    // It was stolen, from its owner or by them.
    TokenReused: Warning("A used token came back: that program was logged out"),
    TokenRevoked: News(Topic::Token, "A token was ended"),
    ApiTokenCreated: News(Topic::Token, "An API token was made"),
    // A row for each would be what the limit is there to avoid.
    LimitReached: Logged,
    Unauthorized: Logged,
    OutOfScope: Logged,
}

impl Event {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What happened, for people; `None` of what is for the log only.
    pub fn sentence(self) -> Option<&'static str> {
        match self.about() {
            About::News(_, sentence) | About::Warning(sentence) | About::Farewell(sentence) => {
                Some(sentence)
            }
            About::Logged => None,
        }
    }

    /// Whether something went wrong: to be looked at.
    pub fn is_warning(self) -> bool {
        matches!(self.about(), About::Warning(_))
    }

    /// One of `static/icons.svg`, for what such a browser did.
    pub fn icon(self, user_agent: &str) -> &'static str {
        match self.about() {
            About::Warning(_) => "error",
            About::News(Topic::Device, _) => device_icon(user_agent),
            About::News(Topic::Mail, _) => "mailed",
            About::News(Topic::Token, _) => "key",
            _ => "shield",
        }
    }

    pub fn of(self, user_id: i64) -> SecurityEvent {
        self.of_somebody(Some(user_id))
    }

    /// It happened to somebody, or nobody knows to whom. What was typed as an address is not told:
    /// people type passwords into that field.
    pub fn of_somebody(self, user_id: Option<i64>) -> SecurityEvent {
        SecurityEvent { event: self, user_id, by: None, scope: None }
    }
}

/// An event that happened: something that an operator may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    pub event: Event,
    pub user_id: Option<i64>,
    /// Who did it, where it was an administrator and not the user.
    pub by: Option<i64>,
    /// The scope that a token lacked.
    pub scope: Option<&'static str>,
}

impl SecurityEvent {
    /// It was done by this administrator.
    #[must_use]
    pub fn by(self, admin_id: i64) -> Self {
        Self { by: Some(admin_id), ..self }
    }
}

impl fmt::Display for SecurityEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.event.name())?;
        if let Some(user_id) = self.user_id {
            write!(f, " user_id={user_id}")?;
        }
        if let Some(by) = self.by {
            write!(f, " by={by}")?;
        }
        if let Some(scope) = self.scope {
            write!(f, " scope={scope}")?;
        }
        Ok(())
    }
}
