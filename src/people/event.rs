//! What can happen to log-ins and tokens: one line for each, from which follow its name in the table,
//! whether it becomes a row, and how its owner reads it.

use std::fmt;

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
    /// It is for the log only: what programs do all day, what is nobody's, and what happened to who is
    /// gone.
    Logged,
}

/// Declares the events: the name of each, and what becomes of it.
macro_rules! events {
    ($($name:ident: $about:expr,)*) => {
        /// A kind of event. Its name in the table, in the log and in the export is that of the variant.
        #[derive(Clone, Copy, Debug, EnumString, IntoStaticStr, PartialEq, Eq, VariantArray)]
        #[strum(serialize_all = "snake_case")]
        #[expect(missing_docs, reason = "the sentence beside each says what it is")]
        pub enum Event {
            $($name,)*
        }

        impl Event {
            pub fn about(self) -> About {
                use About::{Logged, News, Warning};
                match self {
                    $(Self::$name => $about,)*
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
    SessionEnded: News(Topic::Account, "A session was ended from another one"),
    OtherSessionsEnded: News(Topic::Account, "All other sessions were ended"),
    SessionsEnded: News(Topic::Account, "Everything was logged out by an operator"),
    SessionMoved: Warning("A session turned up in another browser and network"),
    NeedsFresh: Logged,
    SudoGranted: News(Topic::Account, "The password was confirmed"),
    SudoDenied: Warning("The password to be confirmed was wrong"),
    DataExported: News(Topic::Account, "A copy of the data was taken"),
    AccountDeleted: Logged,
    Invited: News(Topic::Mail, "Somebody was invited"),
    InvitationTakenBack: News(Topic::Mail, "An invitation was taken back"),
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

    pub fn of(self, user_id: i64) -> SecurityEvent {
        SecurityEvent { event: self, user_id: Some(user_id), scope: None }
    }

    /// It happened to somebody, or nobody knows to whom. What was typed as an address is not told:
    /// people type passwords into that field.
    pub fn of_somebody(self, user_id: Option<i64>) -> SecurityEvent {
        SecurityEvent { event: self, user_id, scope: None }
    }
}

/// An event that happened: something that an operator may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    pub event: Event,
    pub user_id: Option<i64>,
    /// The scope that a token lacked.
    pub scope: Option<&'static str>,
}

impl fmt::Display for SecurityEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.event.name())?;
        if let Some(user_id) = self.user_id {
            write!(f, " user_id={user_id}")?;
        }
        if let Some(scope) = self.scope {
            write!(f, " scope={scope}")?;
        }
        Ok(())
    }
}
