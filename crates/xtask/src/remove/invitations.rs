//! Accounts that administrators offer.

use crate::remove::Feature;
use crate::remove::steps::Cut::{All, Each, Entry, Item, Lines, Paragraph, With, Words};
use crate::remove::steps::Cuts;

pub const FEATURE: Feature = Feature {
    name: "invitations",
    sign: "src/accounts/invite.rs",
    words: "invitation, invitations, Invitation, Invitations, invite, Invite, invites, invited, Invited, \
        INVITE, /join",
    migrations: &["list_invitations"],
    statements: &["DROP INDEX links_unanswered;"],
    cuts: CUTS,
    ..Feature::NOTHING
};

const CUTS: Cuts = cuts! {
    "src/accounts/invite.rs" { All; }
    "src/people/invitation.rs" { All; }
    "src/mail/invitations.rs" { All; }
    "templates/accounts/invitations.html" { All; }
    "src/accounts.rs" {
        Item("invite::routes(config);");
        Item(r#"place("/account/invitations""#);
    }
    "src/accounts/join.rs" {
        With("registration", &Words(": one that somebody registered for, or an invitation.", "."));
        Item("is_invitation: bool,");
        Item("let is_invitation =");
        Words("link, is_invitation, rule", "link, rule");
    }
    "templates/accounts/join.html" { Words("{% if is_invitation %}You are invited. {% endif %}", ""); }
    "src/app.rs" { Entry(r#""/join""#); }
    "src/cli/people.rs" {
        Item("Invite { email: String },");
        Item("Command::Invite { email } =>");
        Item("async fn invite(");
    }
    "src/config.rs" {
        With("registration", &Item("Invite,"));
        With("registration", &Item("impl Registration {"));
    }
    "src/accounts/provider.rs" { With("oidc", &Item("Registration::Invite => {")); }
    "tests/web/providers.rs" { With("oidc", &Item("(\"invite\", \"Example opens no account here.")); }
    "src/feature.rs" { Item("Invitations,"); }
    "src/letters.rs" {
        Item("Invite { by: String },");
        Item("Self::Invite { .. } =>");
        Words("Request::Invite { .. } | ", "");
        Item("(Request::Invite { by }, None) =>");
    }
    "src/mail/message.rs" { Item("Invite { by: String },"); }
    "src/people.rs" { Item("pub use invitation::"); }
    "src/people/event.rs" {
        Item("Invited:");
        Item("InvitationTakenBack:");
    }
    "src/people/purpose.rs" {
        Item("Invite,");
        Item("const INVITE: About");
        Item("Self::Invite => ");
    }
    "src/web/page.rs" {
        Item("pub fn may_invite(");
        Words("\n                || (place.shelf == Shelf::Invitations && self.may_invite())", "");
    }
    "templates/admin/index.html" {
        Words("\n  {%- if page.may_invite() %}\n  {%- call list_::door(page, \"/account/invitations\", \"plus\", \"Invitations\", \"Offer somebody an account, and see who has not answered.\") %}{% endcall %}\n  {%- endif %}", "");
    }
    "tests/web/admin.rs" {
        Words("    page.shows(\"/account/invitations\").shows(named!(@ \" \")).shows(env!(\"CARGO_PKG_VERSION\"));\n", "    page.shows(named!(@ \" \")).shows(env!(\"CARGO_PKG_VERSION\"));\n");
        Item("async fn an_invitation_that_failed_and_was_taken_back");
        With("registration", &Item("let closed = Site::with(&[(\"REGISTRATION\", \"closed\")])"));
        With("registration", &Item("closed.get(\"/admin\")"));
    }
    "templates/mail/words.txt" {
        Words("{%- when Letter::Invite with { by } -%}\n{{ by }} invites you to make an account at {{ site }}.\n---\n{{ works_for }}\n", "");
    }
    "tests/binary/invitations.rs" { All; }
    "tests/binary/secrets.rs" {
        Item("story.grace_is_invited(");
        Item("fn grace_is_invited(");
    }
    "tests/chromium/invitations.rs" { All; }
    "tests/web/invitations.rs" { All; }
    "tests/web/addresses.rs" { Entry(r#""/account/invitations""#); }
    "tests/web/at_once.rs" {
        Item("async fn invited()");
        Item("async fn of_ten_who_accept_one_invitation");
        Item("async fn of_two_browsers_that_accept_one_invitation");
    }
    "tests/web/every_event.rs" {
        Item("let invite =");
        Item(r#""invited" => {"#);
        Item(r#""invitation_taken_back" => {"#);
        Item(r#""invited" | "invitation_taken_back" =>"#);
    }
    "tests/web/dev.rs" { Item(r#"("POST /account/invitations","#); }
    "tests/web/guards.rs" { Words(r#"&["Admin", "MayInvite"]"#, r#"&["Admin"]"#); }
    "tests/web/kept.rs" { Item("async fn an_administrators_invitation_comes_back_too"); }
    "tests/web/limits.rs" { Item(r#"(Method::POST, "/account/invitations"),"#); }
    "tests/web/links.rs" {
        Item(r#"("/join","#);
        Item(r#""/join" => ("#);
    }
    "tests/web/lookups.rs" { Item(r#"("/account/invitations","#); }
    "tests/web/mail.rs" { Item("async fn what_somebody_typed_is_only_text_in_a_mail"); }
    "tests/web/public.rs" { Lines(r#""/join""#); }
    "tests/web/queries.rs" {
        Item("walk_through_the_invitations(&ada)");
        Item("async fn walk_through_the_invitations");
    }
    "tests/web/refused_forms.rs" {
        Item("(\n\"/account/invitations\",");
        Entry(r#""/join""#);
    }
    "tests/web/register.rs" { Words(r#"&["closed", "invite"]"#, r#"&["closed"]"#); }
    "tests/web/reset.rs" { Entry(r#""/join""#); }
    "tests/web/rights.rs" {
        Item(r#"("POST", "/account/invitations","#);
        Item(r#"("POST", "/account/invitations/take-back","#);
        Entry(r#""/join""#);
        Item(r#"ada.submit("/account/invitations","#);
    }
    "tests/web/twice.rs" { Item("async fn an_invitation_too_many_is_refused_again"); }
    ".env.example" {
        Words("open (everybody), invite (whoever an administrator invites) or closed\n# (nobody; use the command `user add`).", "open (everybody) or closed (nobody; use the command\n# `user add`).");
    }
    "README.md" {
        Words("registering, invitations, a forgotten", "registering, a forgotten");
        Words("`REGISTRATION=open`, `invite` or `closed`", "`REGISTRATION=open` or `closed`");
        Words("`tests/web/register.rs`, `invitations.rs`, ", "`tests/web/register.rs`, ");
    }
    "docs/settings.md" {
        Words("| `open`, `invite` or `closed` |", "| `open` or `closed` |");
        Words("\n  (to invite people, confirm the address on your profile first, or use `user invite`),", ",");
    }
    "docs/commands.md" { Words(" `user invite` sends an\ninvitation, `user reset-link`", " `user reset-link`"); }
    "docs/architecture.md" { Words(", `tests/web/invitations.rs` |", " |"); }
    "docs/deploy.md" { Each("REGISTRATION=invite\n", "REGISTRATION=closed\n"); }
    "docs/security.md" {
        Paragraph("| invitation |");
        Paragraph("| an administrator invites |");
        Words("registers with, is invited to, or wants", "registers with or wants");
        Words("| somebody is invited to, or wants", "| somebody wants");
        Words("\nmail, as by who is invited: so nobody's", "\nmail: so nobody's");
    }
    "benches/src/lib.rs" {
        Item("Invitations,");
        Item("place(Shelf::Invitations,");
        Item("Shelf::Invitations => ");
    }
    "tests/pages/story/invitations.mjs" { All; }
    "tests/pages/story/features.mjs" { Lines("./invitations.mjs"); }
    "tests/pages/story.mjs" { Lines("features.invitations."); }
};
