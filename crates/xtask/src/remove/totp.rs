//! Second factors: apps that make codes, recovery codes, and the second step of a log-in.

use crate::remove::Feature;
use crate::remove::steps::Cut::{
    All, Block, Each, Entry, Item, Lines, Paragraph, Section, With, Words,
};
use crate::remove::steps::Cuts;

pub const FEATURE: Feature = Feature {
    name: "totp",
    sign: "src/factors.rs",
    words: "second factor, second factors, Second factor, Second factors, second-factor, second_factor, \
        second_factor_at, factors, Factors, authenticator, authenticators, Authenticator, recovery code, \
        recovery codes, Recovery codes, recovery_codes, half_log_ins, HalfLogIn, TRUST_BROWSERS, \
        REQUIRE_SECOND_FACTOR, TOTP, otp",
    takes_along: &["passkeys"],
    tables: &["authenticators", "recovery_codes", "half_log_ins"],
    migrations: &["ask_for_second_factors", "count_changes_of_factors"],
    statements: &[
        "ALTER TABLE users DROP COLUMN second_factor_at;",
        "ALTER TABLE users DROP COLUMN factors_version;",
    ],
    cuts: CUTS,
    ..Feature::NOTHING
};

const CUTS: Cuts = cuts! {
    "src/factors.rs" { All; }
    "src/factors" { All; }
    "src/people/factors.rs" { All; }
    "src/people/factors" { All; }
    "templates/factors" { All; }
    "static/factors.css" { All; }
    "src/accounts/email.rs" {
        Words("    let user = entrant.user();\n", "");
        Words("entrant: Entrant,", "user: CurrentUser,");
        Words("session: Entrant,", "session: CurrentSession,");
        Words("Entrant::from_request(", "CurrentSession::from_request(");
        Words("Accounts, Ending, Entrant, Event,", "Accounts, CurrentSession, CurrentUser, Ending, Event,");
    }
    "src/accounts/login.rs" {
        Words("(accounts, factors): (Accounts, Factors)", "accounts: Accounts");
        Words("(accounts, factors): (&Accounts, &Factors)", "accounts: &Accounts");
        Words("(&accounts, &factors)", "&accounts");
        Words("/// Lets somebody in whose first step was right, or asks for the second one.", "/// Lets somebody in.");
        Item("let is_spared = how.is_fresh()");
        Item("if user.second_factor_at.is_some() && !is_spared");
        Item("let how = if user.second_factor_at");
    }
    "src/accounts/login_link.rs" {
        Words("(accounts, factors): (Accounts, Factors)", "accounts: Accounts");
        Words("(&accounts, &factors)", "&accounts");
    }
    "src/accounts/provider.rs" {
        With("oidc", &Words("(accounts, factors): (Accounts, Factors)", "accounts: Accounts"));
        With("oidc", &Words("(&accounts, &factors)", "&accounts"));
    }
    "src/accounts/identities.rs" {
        With("oidc", &Item("note_change(conn, user.id)?;"));
    }
    "src/accounts/sudo.rs" {
        Words("_: Entrant,", "_: CurrentSession,");
        Words("session: Entrant,", "session: CurrentSession,");
        Words("session: &Entrant,", "session: &CurrentSession,");
        Words("{Accounts, Entrant, Event,", "{Accounts, CurrentSession, Event,");
    }
    "src/api/token.rs" {
        Words(", and by a code for whoever has a second factor.", ".");
        Words("(Limited<limits::LogIn>, Limited<limits::SecondFactor>, Accounts, Factors)", "(Limited<limits::LogIn>, Accounts)");
        Words("(passwords, codes, accounts, factors)", "(passwords, accounts)");
        Words("let (username, password, scope, otp) =", "let (username, password, scope) =");
        Words("TokenRequest::Password { username, password, scope, otp } => {", "TokenRequest::Password { username, password, scope, .. } => {");
        Words("(username, password, scope, otp)\n", "(username, password, scope)\n");
        Item("let is_enough =");
        Item("if !is_enough {");
    }
    "src/admin/words.rs" { Item("Act::RemoveSecondFactor => ("); }
    "src/cli/doctor.rs" { Item("if let Some(finding) = data::second_factors("); }
    "src/cli/doctor/data.rs" { Item("pub(super) async fn second_factors("); }
    "tests/binary/second_factor.rs" { All; }
    "tests/chromium/second_factor.rs" { All; }
    "tests/binary/secrets.rs" {
        Item("story.a_second_factor(");
        Item("fn a_second_factor(");
    }
    "tests/kit/otp.rs" { All; }
    "tests/binary/main.rs" { Item("mod otp;"); }
    "tests/chromium/main.rs" { Item("mod otp;"); }
    "tests/web/main.rs" { Item("mod otp;"); }
    "scripts/check" { With("api", &Words("pyotp==2.10.0 ", "")); }
    "src/app.rs" { Item("crate::factors::FEATURE,"); }
    "src/cli/people.rs" {
        Item("RemoveSecondFactor { email: String },");
        Item("Command::RemoveSecondFactor {");
    }
    "src/people/act.rs" {
        Words("Event, User, factors}", "Event, User}");
        Item("RemoveSecondFactor,");
        Item("Self::RemoveSecondFactor => Event");
        Item("Self::RemoveSecondFactor => user");
        Item("Self::RemoveSecondFactor => {");
    }
    "templates/admin/people.html" {
        Words("<th scope=\"col\">Second factor</th>", "");
        Lines("<td data-is=\"Second factor\">");
    }
    "templates/admin/person.html" { Lines("<dt>Second factor</dt>"); }
    "tests/web/admin.rs" {
        Item("async fn bobs_lost_second_factor_is_removed");
        Item("async fn who_must_have_a_second_factor");
        Words("for done in [Act::Enable, Act::Demote, Act::RemoveSecondFactor] {", "for done in [Act::Enable, Act::Demote] {");
    }
    "src/config.rs" {
        Item("pub enum RequiredFor");
        Item("HalfLogIn,");
        Item("Trusted,");
        Item("pub require_second_factor:");
        Item("pub trust_browsers:");
        Item("require_second_factor: read.");
        Item("trust_browsers: read.");
    }
    "src/error.rs" {
        Item("LogInAgain,");
        Words("Self::NotAuthenticated | Self::LogInAgain =>", "Self::NotAuthenticated =>");
    }
    "src/letters.rs" {
        Item("SecondFactorAdded,");
        Item("SecondFactorRemoved,");
        Item("RecoveryCodeUsed {");
        Item("SecondFactorFailed,");
        Item("SecondFactorFailedOtherwise,");
        Item("AuthenticatorRemoved,");
        Item("Self::SecondFactorFailedOtherwise =>");
        Item("Self::AuthenticatorRemoved =>");
        Item("Notice::SecondFactorFailedOtherwise =>");
        Item("Notice::AuthenticatorRemoved =>");
        Item("Self::SecondFactorAdded =>");
        Item("Self::SecondFactorRemoved =>");
        Item("Self::RecoveryCodeUsed { .. } =>");
        Item("Self::SecondFactorFailed =>");
        Item("Self::RecoveryCodeUsed { left } =>");
        Item("Notice::SecondFactorAdded =>");
        Item("Notice::SecondFactorRemoved =>");
        Item("Notice::RecoveryCodeUsed { left } =>");
        Item("Notice::SecondFactorFailed =>");
    }
    "src/mail/message.rs" {
        Item("SecondFactorAdded,");
        Item("SecondFactorRemoved,");
        Item("RecoveryCodeUsed {");
        Item("SecondFactorFailed,");
        Item("SecondFactorFailedOtherwise,");
        Item("AuthenticatorRemoved,");
    }
    "src/people.rs" {
        Item("pub use factors::");
        Item("pub use guards::{Enrolling, Entrant};");
    }
    "src/people/ending.rs" {
        Item("FactorsChanged,");
        Item("Self::FactorsChanged =>");
    }
    "src/people/event.rs" {
        Item("SecondFactorAdded:");
        Item("SecondFactorRemoved:");
        Item("RecoveryCodesMade:");
        Item("RecoveryCodeUsed:");
        Item("SecondFactorFailed:");
    }
    "src/people/grants.rs" {
        Words("            // A code was asked for meanwhile, of whoever has a second factor.\n            User::require_may_enter(conn, &owner, owner.second_factor_at.is_some())?;", "            User::require_still(conn, owner.id, &owner.password_hash)?;");
    }
    "src/people/guards.rs" {
        Words("use actix_web::{HttpMessage as _, HttpRequest};", "use actix_web::HttpRequest;");
        Item("pub struct Entrant(");
        Item("pub struct Enrolling(");
        Item("pub(super) struct OnTheWay(");
        Item("from_request!(Entrant,");
        Item("from_request!(Enrolling,");
        Item("impl Entrant {");
    }
    "src/people/keep.rs" {
        Lines("use actix_web::HttpMessage as _;");
        Words("/// has moved, lets nobody in without a second factor who must have one, and renews the cookie of one in use.", "/// has moved, and renews the cookie of one in use.");
        Words("    sessions: Sessions, (events, factors): (Events, Factors), req: ServiceRequest,\n    next: Next<impl MessageBody + 'static>,", "    sessions: Sessions, events: Events, req: ServiceRequest, next: Next<impl MessageBody + 'static>,");
        Item("hold_back(&factors, &req);");
        Item("fn hold_back(");
    }
    "src/people/limits.rs" { Item("SecondFactor by Account,"); }
    "src/people/session.rs" {
        Item("pub(super) has_second_factor: bool,");
        Words(" has_second_factor: false,", "");
        Item("pub fn and_second_factor(");
        Item("pub fn is_fresh(self)");
        Item("pub fn is_remembered(self)");
    }
    "src/people/sessions.rs" {
        Words("User::require_may_enter(conn, &user, log_in.has_second_factor)?;", "User::require_still(conn, user_id, &user.password_hash)?;");
    }
    "src/people/tries.rs" { Item("impl Limited<SecondFactor> {"); }
    "src/people/user.rs" {
        Item("pub second_factor_at:");
        Item("pub factors_version:");
        Item("pub fn require_may_enter(");
    }
    "src/schema.rs" {
        Lines("second_factor_at ->");
        Lines("factors_version ->");
    }
    "src/state.rs" {
        Item("factors: Factors,");
        Item("let factors = factors(");
        Item("factors,");
        Item("fn factors(");
    }
    "src/web/errors.rs" {
        Item("const LOG_IN_AGAIN:");
        Item("Some(Error::LogInAgain) =>");
    }
    "src/web/refusals.rs" {
        Item("if Entrant::is_on_the_way(");
        Item("fn ask_for_factor(");
    }
    "src/web/words.rs" {
        Item("#[strum(serialize = \"Your account needs a second factor first.\")]");
        Words("!matches!(self, Self::VerifiedAddress | Self::SecondFactor)", "self != Self::VerifiedAddress");
    }
    "templates/accounts/security.html" { Lines("/account/second-factor"); }
    "templates/mail/words.txt" {
        Words("{%- when Letter::SecondFactorAdded -%}\nFrom now on, whoever logs in to your account types a code beside the password. Whoever else was logged in is out.\n---\nKeep the recovery codes where you find them without your phone.\n\nIf that was not you, tell whoever runs this site at once.\n", "");
        Words("{%- when Letter::SecondFactorRemoved -%}\nYour account is guarded by its password alone from now on, and whoever else was logged in is out.\n---\nIf that was not you, choose a new password at once: {{ site }}/forgot. Then set up a second factor again.\n", "");
        Words("{%- when Letter::RecoveryCodeUsed with { .. } -%}\nSomebody, we hope you, logged in with a recovery code in place of the second factor. It works no more.\n---\nIf you have a new phone, set it up at {{ site }}/account/second-factor, which also makes new codes.\n\nIf that was not you, choose a new password at once: {{ site }}/forgot.\n", "");
        Words("{%- when Letter::SecondFactorFailedOtherwise -%}\nSomebody took the first step into your account without its password, as by a link from your mail, and typed wrong codes\nwhere the second factor was asked for, until they were sent away. They did not get in.\n---\nIf that was not you, choose another password for your mail, and for whatever else lets you in here.\n{%- when Letter::AuthenticatorRemoved -%}\nThe app that made codes for your account was removed. Your other second factor guards it as before, and whoever else was\nlogged in is out.\n---\nIf that was not you, choose a new password at once: {{ site }}/forgot.\n", "");
        Words("{%- when Letter::SecondFactorFailed -%}\nSomebody logged in with your password, and typed wrong codes where the second factor was asked for, until they were\nsent away. They did not get in.\n---\nIf that was not you, choose a new password: {{ site }}/forgot. Choose another one wherever else you use it, too.\n", "");
    }
    ".env.example" {
        Block("# Who must have a second factor");
        Block("# How long somebody with a second factor");
    }
    "tests/binary/copy.rs" {
        Item("const SECOND_FACTOR:");
        Item("edit(dir, SECOND_FACTOR);");
    }
    "tests/web/phone.rs" { All; }
    "tests/web/second_factor.rs" { All; }
    "tests/web/cookie_octets.rs" {
        Words("            | CookieUse::Asked\n            | CookieUse::HalfLogIn\n            | CookieUse::Trusted => vec![kind],", "            | CookieUse::Asked => vec![kind],");
    }
    "tests/web/cookies.rs" {
        Item("let (_, codes) = second_factor::");
        Item("let code = [(\"otp\",");
        Item("ada.submit(\"/login/code\",");
    }
    "tests/web/data.rs" {
        Item("second_factor::turn_on(");
        Item("ada.site.stranger().log_in(");
        Lines("SET second_factor_at = NULL");
    }
    "tests/web/every_event.rs" {
        Item("\"second_factor_added\" =>");
        Item("\"second_factor_removed\" =>");
        Item("\"recovery_codes_made\" =>");
        Item("\"recovery_code_used\" =>");
        Item("\"second_factor_failed\" =>");
    }
    "tests/web/invalidation.rs" { Item("async fn a_second_factor_ends_what_began_without_it"); }
    "tests/web/kept.rs" { Item(r#"if path == "/account/second-factor/app/confirm" {"#); }
    "tests/web/login_link.rs" {
        Item("async fn who_has_a_second_factor_proves_it_after_the_link");
        Item("async fn a_browser_that_is_trusted_beside_the_password");
        Item("async fn whose_codes_are_wrong_after_a_link");
    }
    "tests/web/providers.rs" {
        With("oidc", &Item("async fn a_second_factor_is_asked_for_all_the_same"));
        With("oidc", &Item("async fn a_log_in_that_waits_for_its_second_factor_ends"));
    }
    "tests/web/limits.rs" {
        Item(r#"(Method::POST, "/account/second-factor/app"),"#);
        Item("row::<SecondFactor>(");
    }
    "tests/web/queries.rs" {
        Item("walk_through_the_second_factor(&ada)");
        Item("async fn walk_through_the_second_factor");
        Item("(\n\"authenticators\",");
        Item("(\"recovery_codes\",");
        Item("(\n\"half_log_ins\",");
    }
    "tests/web/refused_forms.rs" {
        Item("Phone::set_up(&ada).await;");
        Item("(\n\"/account/second-factor/app/confirm\",");
    }
    "tests/web/rights.rs" {
        Item(r#"("POST", "/account/second-factor/app", "#);
        Item(r#"("POST", "/account/second-factor/app/confirm","#);
        Item(r#"("POST", "/account/second-factor/codes","#);
        Item(r#"("POST", "/account/second-factor/remove","#);
        Entry(r#""/login/code""#);
        Lines("FROM authenticators");
        Lines("FROM recovery_codes");
        Item("match path {\n\"/account/second-factor/app/confirm\" => drop(");
        Item("let code = if path ==");
        Item(r#""/account/second-factor/app/confirm" => format!("#);
    }
    "tests/web/tables.rs" {
        Entry(r#""authenticators""#);
        Entry(r#""recovery_codes""#);
        Entry(r#""half_log_ins""#);
    }
    "tests/pages/story/second_factor.mjs" { All; }
    "tests/pages/story/features.mjs" { Lines("./second_factor.mjs"); }
    "tests/pages/story.mjs" { Lines("features.second_factor."); }
    "README.md" { Lines("| second factor (codes of an app) |"); }
    "docs/architecture.md" {
        Words(", `src/factors.rs`, `src/factors/`", "");
        Paragraph("| whoever has a second factor is let in with it alone");
    }
    "docs/commands.md" { Words(", `user remove-second-factor` takes away one that was lost", ""); }
    "docs/security.md" {
        Words(" A second factor is asked for after it, also where a browser is trusted beside the\npassword; the password is asked for before what matters.", " The password is\nasked for before what matters.");
        Words("whatever changes something; with `REQUIRE_SECOND_FACTOR=admins`, for those with a second factor. People", "whatever changes something. People");
        Words("Nobody's password or second factor is shown", "Nobody's password is shown");
        Section("## Second factors");
        Paragraph("| a second factor is added or removed |");
        Paragraph("| log-in that waits for its second factor |");
        Paragraph("| code of an app |");
        Paragraph("| that a browser is trusted without");
        Paragraph("| app that is set up");
        Paragraph("| a second factor was set up,");
        Paragraph("| a recovery code was used");
        Paragraph("| five wrong codes followed");
        Paragraph("| `SecondFactor` |");
    }
    "docs/threats.md" {
        Words("; a second factor, of whoever has set one up, and ten tries at it an hour (6.5.1)", "");
        Each("a password that is right at the first try, of whoever has none: `REQUIRE_SECOND_FACTOR` (6.3.3)", "a password that is right at the first try");
        Words("it sets another password: without a second factor, an account is as safe as its mail", "it sets another password: an account is as safe as its mail");
        Words(", secrets of second factors encrypted; in the dump", "; in the dump");
        Words(", a browser that looks known or trusted, and the codes of second factors", ", and a browser that looks known");
    }
};
