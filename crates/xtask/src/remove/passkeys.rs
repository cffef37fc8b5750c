//! Passkeys, which a feature of the crate switches on.

use crate::remove::Feature;
use crate::remove::steps::Cut::{All, Each, Entry, Item, Lines, Paragraph, Section, Words};
use crate::remove::steps::Cuts;

pub const FEATURE: Feature = Feature {
    name: "passkeys",
    sign: "src/people/passkeys.rs",
    words: "passkey, passkeys, Passkey, Passkeys, PasskeyAdded, PasskeyRemoved, PasskeyRefused, ceremonies, WebAuthn",
    tables: &["passkeys", "ceremonies"],
    cuts: CUTS,
    ..Feature::NOTHING
};

const CUTS: Cuts = cuts! {
    "src/people/passkeys.rs" { All; }
    "src/people/factors/passkey.rs" { All; }
    "src/web/passkeys.rs" { All; }
    "src/accounts/passkey.rs" { All; }
    "src/factors/passkeys.rs" { All; }
    "templates/passkeys" { All; }
    "static/passkeys.js" { All; }
    "deny.toml" {
        Lines("{ crate = \"webauthn-");
        Lines("{ crate = \"crypto-glue\"");
        Lines("# The feature `passkeys`, which is off by default. Whoever");
    }
    "Cargo.toml" {
        Item("passkeys = [\"dep:webauthn-rs\"]");
        Item("ring = \"0.17\"");
    }
    "src/accounts.rs" { Item("passkey::routes(config);"); }
    "src/accounts/sudo.rs" { Item("pub(super) fn refuse("); }
    "src/factors.rs" {
        Item("(\"passkeys\", Passkey::EXPORT),");
        Item("old_rows!(ceremonies.");
        Item("Place {\npath: \"/account/passkeys\",");
        Item("passkeys::routes(config);");
    }
    "src/factors/prove.rs" {
        Item("has_passkey: bool,");
        Words("            let app = Authenticator::since(conn, user_id)?;\n            QueryResult::Ok((app.is_some(), Passkey::count(conn, user_id)? > 0))\n", "            QueryResult::Ok(Authenticator::since(conn, user_id)?.is_some())\n");
        Words("let (has_app, has_passkey) = State", "let has_app = State");
        Words("factors, has_app, has_passkey }", "factors, has_app }");
    }
    "src/factors/set_up.rs" {
        Item("passkeys: i64,");
        Item("let passkeys = Passkey::count(");
        Words("Ok((Authenticator::since(conn, user_id)?, passkeys, recovery", "Ok((Authenticator::since(conn, user_id)?, recovery");
        Words("let (since, passkeys, codes_left)", "let (since, codes_left)");
        Words("since, passkeys, codes_left }", "since, codes_left }");
    }
    "src/letters.rs" {
        Item("PasskeyAdded { name: String },");
        Item("PasskeyRemoved { name: String },");
        Item("Self::PasskeyAdded { .. } =>");
        Item("Self::PasskeyRemoved { .. } =>");
        Item("Self::PasskeyAdded { name } |");
        Item("Notice::PasskeyAdded { name } =>");
        Item("Notice::PasskeyRemoved { name } =>");
    }
    "src/mail/message.rs" {
        Item("PasskeyAdded {");
        Item("PasskeyRemoved {");
    }
    "src/people/accounts.rs" { Item("Passkey::trust_on("); }
    "src/people/event.rs" {
        Item("PasskeyAdded:");
        Item("PasskeyRemoved:");
        Item("PasskeyRefused:");
    }
    "src/people/factors.rs" {
        Words("if !is_left && Passkey::count(conn, user.id)? == 0 {", "if !is_left {");
        Item("Passkey::remove_all(conn, user.id)?;");
    }
    "src/people/limits.rs" {
        Item("Ask by Network,");
        Item("Passkey by Network,");
    }
    "src/people/session.rs" { Item("pub fn by_passkey("); }
    "src/web/page.rs" { Item("pub fn has_passkeys("); }
    "templates/accounts/login.html" {
        Words("  {%- let action = \"/login/passkey\" %}{% let label = \"Log in with a passkey\" %}{% let offered = form.errors.is_empty() %}\n  {%- include \"passkeys/button.html\" %}\n", "");
        Words("autocomplete = \"username webauthn\"", "autocomplete = \"username\"");
    }
    "templates/accounts/sudo.html" {
        Words("  {%- let action = \"/sudo/passkey\" %}{% let label = \"Confirm with a passkey\" %}{% let offered = false %}\n  {%- include \"passkeys/button.html\" %}\n", "");
    }
    "templates/factors/code.html" {
        Words("{% if waiting.has_passkey %}, or use your passkey{% endif %}", "");
        Words("  {%- if waiting.has_passkey %}\n  {%- let action = \"/login/passkey\" %}{% let label = \"Use a passkey\" %}{% let offered = false %}\n  {%- include \"passkeys/button.html\" %}\n  {%- endif %}\n", "");
    }
    "templates/factors/index.html" {
        Words("{%- if page.has_passkeys() %}\n<div class=\"card\">\n  <h2>Passkeys <span class=\"badge{% if passkeys > 0 %} good{% endif %}\">{{ passkeys }}</span></h2>\n  <p>Your phone or your laptop logs you in when you unlock it, with nothing to type.</p>\n  <p class=\"actions\"><a class=\"button quiet\" href=\"/account/passkeys\">Passkeys</a></p>\n</div>\n{%- endif %}\n", "");
        Words("{%- if since.is_some() || passkeys > 0 %}", "{%- if since.is_some() %}");
    }
    "templates/mail/words.txt" {
        Words("{%- when Letter::PasskeyAdded with { .. } -%}\nWhoever holds this device and unlocks it gets in to your account. Whoever logs in with your password proves more than\nthat, too. Whoever else was logged in is out.\n---\nIf that was not you, choose a new password at once: {{ site }}/forgot. From then on this passkey opens nothing by itself.\nAnd tell whoever runs this site: they can take it away.\n{%- when Letter::PasskeyRemoved with { .. } -%}\nThis passkey opens your account no more, and whoever else was logged in is out.\n---\nIf that was not you, choose a new password at once: {{ site }}/forgot.\n", "");
    }
    "tests/binary/copy.rs" {
        Item("const PASSKEY:");
        Item("edit(dir, PASSKEY);");
    }
    "tests/chromium/passkeys.rs" { All; }
    "tests/chromium/driver.rs" {
        Item("pub async fn has_a_device(");
        Item("pub async fn unlocks(");
    }
    "tests/web/passkeys.rs" { All; }
    "tests/web/device.rs" { All; }
    "tests/web/data.rs" {
        Item("ada.site.sql(PASSKEY)");
        Item("const PASSKEY:");
    }
    "tests/web/every_event.rs" {
        Item("\"passkey_added\" =>");
        Item("\"passkey_removed\" =>");
        Item("\"passkey_refused\" =>");
        Item("use crate::passkeys;");
    }
    "tests/web/limits.rs" {
        Item("row::<Ask>(");
        Item("row::<Passkey>(");
    }
    "tests/web/public.rs" {
        Item("(\"POST\", \"/login/passkey\",");
        Item("(\"POST\", \"/login/passkey/options\",");
    }
    "tests/web/queries.rs" {
        Item("use crate::{device, passkeys};");
        Item("walk_through_the_passkeys(&ada)");
        Item("async fn walk_through_the_passkeys");
        Item("(\n\"passkeys\",");
        Item("(\"ceremonies\",");
    }
    "tests/web/refused_forms.rs" {
        Item("(\n\"/login/passkey\",");
        Item("(\"/sudo/passkey\",");
    }
    "tests/web/rights.rs" {
        Item("use crate::passkeys;");
        Item("(\"POST\", \"/account/passkeys\",");
        Item("(\"POST\", \"/account/passkeys/options\",");
        Item("(\"POST\", \"/account/passkeys/{id}\",");
        Item("(\"POST\", \"/account/passkeys/{id}/remove\",");
        Item("(\"POST\", \"/sudo/passkey\",");
        Entry("\"/login/passkey\"");
        Entry("\"/login/passkey/options\"");
        Lines("FROM passkeys");
        Lines("FROM ceremonies");
        Lines("// Those of log-ins are used up by whoever answers.");
        Item("\"/account/passkeys/{id}\" | \"/account/passkeys/{id}/remove\" =>");
        Item("let passkey = match path {");
        Item("\"/account/passkeys\" | \"/sudo/passkey\" => passkey,");
    }
    "tests/web/tables.rs" { Entry("\"passkeys\""); }
    "tests/web/twice.rs" { Item("if path == \"/account/passkeys\""); }
    "tests/pages/story/passkeys.mjs" { All; }
    "tests/pages/story/switches.mjs" {
        Words("// What a page may weigh that offers all of them.\nconst limits = passkeys.LIMITS;\n\n", "");
        Each(", limits }", " }");
        Lines("passkeys.");
    }
    "tests/pages/prepare" { Words(" --features passkeys", ""); }
    "scripts/check" { Each(" --features passkeys", ""); }
    "README.md" { Lines("| passkeys (feature"); }
    "docs/security.md" {
        Section("## Passkeys");
        Paragraph("| `Ask` |");
        Paragraph("| `Passkey` |");
        Paragraph("| a passkey was added or removed");
        Paragraph("| passkey: the question to a device");
    }
    "docs/architecture.md" { Paragraph("| a passkey logs in whoever unlocks the device"); }
};
