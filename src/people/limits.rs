//! How often strangers and people may do what costs something, or can be guessed: one table. [`super::Limited`]
//! counts by it; what is limited by an account as well is in [`super::tries`].

use kit::config::LimitSettings;
use kit::limit::Quota;
use time::Duration;

/// Whose tries are counted together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Those of a network: an IPv4 address, or the first 64 bits of an IPv6 one. In a browser in which somebody
    /// has logged in before, theirs: what neighbours do is not their doing.
    Network,
    /// Those of somebody who is logged in, wherever they are.
    Person,
    /// Those of one session or one token: whoever has stolen another one keeps nobody waiting here.
    LogIn,
    /// Those at one account, too: [`super::tries`].
    Account,
}

/// What is limited.
pub trait Limit: 'static {
    const NAME: &'static str;
    const BY: By;
    /// Whether it guards a password, or mails: counted for all instances together, where they are told to.
    const IS_SHARED: bool;

    /// All of them have to leave room.
    fn quotas(settings: &LimitSettings) -> &[Quota];
}

/// Declares them: what, by whom, where, and how often.
macro_rules! limits {
    (@is_shared here) => { false };
    (@is_shared shared) => { true };
    ($($(#[$doc:meta])* $name:ident by $by:ident, $place:ident: $quotas:expr;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl Limit for $name {
            const NAME: &'static str = stringify!($name);
            const BY: By = By::$by;
            const IS_SHARED: bool = limits!(@is_shared $place);

            fn quotas(settings: &LimitSettings) -> &[Quota] {
                let quotas: fn(&LimitSettings) -> &[Quota] = $quotas;
                quotas(settings)
            }
        }
    )*};
}

limits! {
    /// Passwords of who is not logged in, at every door; failures.
    LogIn by Account, shared: |settings| &settings.log_ins;
    /// Codes of a second factor, of one person: there are a million, of which two are right.
    SecondFactor by Account, shared: |_| const { &[Quota::new(10, Duration::hours(1))] };
    /// Questions to devices, of which each opened log-in page asks one: a row each.
    Ask by Network, here: |_| const { &[Quota::new(60, Duration::minutes(1))] };
    /// What devices answer; failures.
    Passkey by Network, here: |_| const { &[Quota::new(60, Duration::minutes(15))] };
    /// Browsers that are sent to another site: a row each, with what was typed before.
    Leave by Network, here: |_| const { &[Quota::new(60, Duration::minutes(15))] };
    /// The password of who is: a thief of the session guesses it.
    Confirm by LogIn, shared: |_| const {
        &[Quota::new(5, Duration::minutes(15)), Quota::new(20, Duration::days(1))]
    };
    /// Mails to whatever address a stranger types: they fill the outbox, and the patience of mail servers.
    Mail by Network, shared: |settings| &settings.mails;
    /// Forms behind a link. Nobody guesses 256 bits: this is about what each costs, a hash.
    Redeem by Network, here: |settings| &settings.links;
    /// What costs more than a page: a mail, a copy of everything.
    Costly by Person, here: |_| const { &[Quota::new(30, Duration::hours(1))] };
    /// Passwords to be judged while they are typed: a few milliseconds of one thread each.
    Judge by Network, here: |_| const { &[Quota::new(60, Duration::minutes(1))] };
    /// All that is asked for by who is not logged in, and what is no log-in of ours.
    Requests by Network, here: |settings| &settings.requests;
    /// The same, of who is.
    OwnRequests by LogIn, here: |settings| &settings.own_requests;
}
