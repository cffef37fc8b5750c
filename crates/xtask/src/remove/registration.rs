//! Accounts that people ask for by themselves. Whoever an administrator invites makes one all the same.

use crate::remove::Feature;
use crate::remove::steps::Cut::{All, Block, Each, Entry, Item, Lines, Paragraph, With, Words};
use crate::remove::steps::Cuts;

pub const FEATURE: Feature = Feature {
    name: "registration",
    sign: "src/accounts/register.rs",
    words: "register, Register, registers, registered, registering, Registering, registration, Registration, \
        REGISTRATION, /register",
    takes_along: &["oidc"],
    cuts: CUTS,
    ..Feature::NOTHING
};

const CUTS: Cuts = cuts! {
    "src/accounts/register.rs" { All; }
    "templates/accounts/register.html" { All; }
    "templates/accounts/register_sent.html" { All; }
    "src/accounts.rs" { Item("register::routes(config);"); }
    "src/accounts/invite.rs" {
        Item("fn is_open(");
        Item("struct MayInvite(");
        Item("from_request!(MayInvite,");
        Each("MayInvite", "Admin");
    }
    "src/accounts/join.rs" {
        With("invitations", &Words(": one that somebody registered for, or an invitation.", ": an invitation."));
    }
    "src/app.rs" { Entry(r#""/register""#); }
    "src/cli/people.rs" { With("invitations", &Item("if !state.config().registration.invites()")); }
    "src/config.rs" {
        Item("pub enum Registration");
        Item("pub registration: Registration,");
        Item("registration: read.one_of(");
        With("invitations", &Item("impl Registration {"));
    }
    "src/letters.rs" {
        Item("Register,");
        Item("Self::Register => ");
        Words("Request::Register | ", "");
        Item("(Request::Register, None) =>");
    }
    "src/lib.rs" { Words("set-up, register, log-in,", "set-up, log-in,"); }
    "src/mail/message.rs" { Item("Register,"); }
    "src/people/accounts.rs" {
        Words("a stranger who registered\n    /// before them would", "a stranger who made\n    /// one before them would");
    }
    "src/people/purpose.rs" {
        Item("Register,");
        Item("const REGISTER: About");
        Item("Self::Register => ");
    }
    "src/web/page.rs" {
        Item("registration: Registration,");
        Item("registration: state.config()");
        Item("registration: Registration::Closed,");
        Item("pub fn can_register(");
        With("invitations", &Words("self.is_admin() && self.registration.invites()", "self.is_admin()"));
    }
    "templates/accounts/login.html" { Lines("/register"); }
    "templates/home/start.html" {
        Words("\n      {%- if page.can_register() %} <a class=\"button quiet\" href=\"/register\">Create an account</a>{% endif -%}\n    </p>", "</p>");
    }
    "templates/accounts/forgot_sent.html" {
        Words("Perhaps you registered with another address", "Perhaps your account has another address");
    }
    "templates/mail/words.txt" {
        Words("{%- when Letter::Register -%}\nSomebody, we hope you, wants to make an account with this address. Choose your name and your password, and it is made.\n---\n{{ works_for }}\n\nIf that was not you, there is nothing to do: without the link, no account.\n", "");
    }
    "migrations/sqlite/2026-11-03-000001_create_account_life/up.sql" {
        Words("-- what somebody typed who registers", "-- what somebody typed");
        Words("-- the browser they registered with", "-- the browser they did it with");
    }
    "migrations/postgres/2026-11-03-000001_create_account_life/up.sql" {
        Words("-- what somebody typed who registers", "-- what somebody typed");
        Words("-- the browser they registered with", "-- the browser they did it with");
    }
    "migrations/sqlite/2026-11-06-000001_keep_used_links/up.sql" {
        Words("-- Who registers chooses", "-- Who makes an account chooses");
    }
    "migrations/postgres/2026-11-06-000001_keep_used_links/up.sql" {
        Words("-- Who registers chooses", "-- Who makes an account chooses");
    }
    "tests/layers.rs" { Lines(r#""src/accounts/register.rs""#); }
    "tests/chromium/registration.rs" { All; }
    "tests/binary/invitations.rs" { Item("fn a_closed_site_invites_nobody"); }
    "tests/binary/secrets.rs" {
        Item("story.bob_registers(");
        Item("fn bob_registers(");
    }
    "tests/web/register.rs" { All; }
    "tests/web/invitations.rs" {
        Item("async fn admin_where(");
        Item("async fn so_they_are_where_nobody_else");
        Item("async fn where_registration_is_closed");
    }
    "tests/web/addresses.rs" {
        Item("async fn a_pasted_address_is_registered");
        Entry(r#""/register""#);
    }
    "tests/web/appearance.rs" { Lines("/register"); }
    "tests/web/enumeration.rs" { Item("async fn registering_tells_nothing"); }
    "tests/web/dev.rs" { With("invitations", &Words("\"MayInvite\"", "\"Admin\"")); }
    "tests/web/every_event.rs" {
        With("invitations", &Words("            site.stranger().register(\"bob\").await;\n            let fields = [(\"name\", \"Bob\"), (\"password\", PASSWORD)];\n            confirm(&site.stranger(), \"bob\", \"/register/confirm\", &fields).await;", "            site.logged_in(\"root\").await.submit(\"/account/invitations\", &invite).await;\n            let fields = [(\"name\", \"Bob\"), (\"password\", PASSWORD)];\n            confirm(&site.stranger(), \"bob\", \"/join\", &fields).await;"));
    }
    "tests/web/forms.rs" { Item("async fn nor_does_a_field_of_who_registers"); }
    "tests/web/links.rs" {
        Item(r#"("/register/confirm","#);
        Item(r#""/register/confirm" => ("#);
    }
    "tests/web/origins.rs" { Entry(r#""/register""#); }
    "tests/web/public.rs" { Lines(r#""/register"#); }
    "tests/web/queries.rs" {
        Item("walk_to_an_account(&site)");
        Item("async fn walk_to_an_account");
    }
    "tests/web/refused_forms.rs" {
        Item(r#"("/register", &["#);
        Entry(r#""/register/confirm""#);
    }
    "tests/web/reset.rs" { Entry(r#""/register/confirm""#); }
    "tests/web/rights.rs" {
        Entry(r#""/register""#);
        Entry(r#""/register/confirm""#);
    }
    "tests/web/admin.rs" {
        With("invitations", &Item("let closed = Site::with(&[(\"REGISTRATION\", \"closed\")])"));
        With("invitations", &Item("closed.get(\"/admin\")"));
    }
    "tests/web/settings.rs" { Item(r#"("REGISTRATION", "maybe"),"#); }
    "tests/web/twice.rs" { Entry(r#""/register""#); }
    ".env.example" { Block("# Who may make an account:"); }
    "README.md" {
        Words("registering, invitations", "invitations");
        Words("`REGISTRATION=open`, `invite` or `closed`", "");
        Words("`tests/web/register.rs`, `invitations.rs`", "`tests/web/invitations.rs`");
    }
    "docs/architecture.md" {
        Words("when its address is confirmed, not when somebody registers |", "when its address is confirmed |");
        Words(", and a log-in cannot tell a waiting registration from an unknown address |", " |");
        Paragraph("| registering asks for the address only;");
        Words("(registering, forgetting, changing) | `accounts/register.rs`, ", "(forgetting, changing) | ");
        Words("`tests/web/reset.rs`, `tests/web/register.rs`, ", "`tests/web/reset.rs`, ");
        Words("an address that they registered and do not own, or that was", "an address that was");
        Words("| `tests/web/register.rs`, `tests/web/email.rs` |", "| `tests/web/email.rs` |");
    }
    "docs/deploy.md" {
        Lines("REGISTRATION=invite\n");
        Words("With `REGISTRATION=invite`, an administrator invites", "An administrator invites");
    }
    "docs/security.md" {
        Paragraph("| link to make an account that somebody registered for |");
        Paragraph("| somebody registers with a new address |");
        Words("| somebody registers with, is invited to, or wants", "| somebody is invited to, or wants");
        Words("| somebody registers with or wants", "| somebody wants");
        Words("Registering makes no account and asks for the address only. Name and password are chosen", "Name and password are chosen");
        Words("; nothing counts\n  registrations of all networks together.", ".");
        Words("Log-in, registering, a forgotten password", "Log-in, a forgotten password");
    }
    "tests/pages/app.mjs" { Words(r#", REGISTRATION: "open""#, ""); }
    "tests/pages/story/switches.mjs" { Lines("\"on-register\""); }
    "tests/pages/story/registration.mjs" { All; }
    "tests/pages/story/features.mjs" { Lines("./registration.mjs"); }
    "tests/pages/story.mjs" { Lines("features.registration."); }
};
