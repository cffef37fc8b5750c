//! Log-ins through other sites, which a feature of the crate switches on. What reads the setting stays in the kit, and an
//! account may go on having no password: its owner chooses one by mail.

use crate::remove::Feature;
use crate::remove::steps::Cut::{All, Block, Entry, Item, Lines, Paragraph, Section, Words};
use crate::remove::steps::Cuts;

pub const FEATURE: Feature = Feature {
    name: "oidc",
    sign: "src/people/providers.rs",
    words: "oidc, OIDC_PROVIDERS, OpenID, identities, Providers, authorization_requests",
    tables: &["identities", "authorization_requests"],
    cuts: CUTS,
    ..Feature::NOTHING
};

const CUTS: Cuts = cuts! {
    "src/people/providers" { All; }
    "src/people/providers.rs" { All; }
    "src/people/identity.rs" { All; }
    "src/accounts/provider.rs" { All; }
    "src/accounts/identities.rs" { All; }
    "src/accounts/away.rs" { All; }
    "templates/providers" { All; }
    "deny.toml" { Lines("{ crate = \"openidconnect@4\""); }
    "Cargo.toml" {
        Item("oidc = [\"dep:chrono\"");
        Item("ureq = { version = \"3\", default-features = false, features");
    }
    ".env.example" { Block("# Other sites that people may log in through"); }
    "src/accounts.rs" {
        Item("(\"identities\", Identity::EXPORT),");
        Item("place(\"/account/identities\",");
        Item("provider::routes(config);");
        Item("identities::routes(config);");
    }
    "src/config.rs" {
        Words("here, or another site who this is.", "here.");
        Item("pub providers: Arc<[Provider]>,");
        Item("providers: read.providers(");
        Item("if !cfg!(feature = \"oidc\")");
    }
    "src/letters.rs" {
        Item("IdentityLinked { provider: String },");
        Item("IdentityUnlinked { provider: String },");
        Item("Self::IdentityLinked { .. } =>");
        Item("Self::IdentityUnlinked { .. } =>");
        Item("Self::IdentityLinked { provider } |");
        Item("Notice::IdentityLinked { provider } =>");
        Item("Notice::IdentityUnlinked { provider } =>");
    }
    "src/mail/message.rs" {
        Item("IdentityLinked {");
        Item("IdentityUnlinked {");
    }
    "src/people/accounts.rs" { Item("Identity::trust_on("); }
    "src/people.rs" { Item("pub use identity::"); }
    "src/people/ending.rs" {
        Item("IdentitiesChanged,");
        Item("Self::IdentitiesChanged =>");
    }
    "src/people/event.rs" {
        Item("IdentityLinked:");
        Item("IdentityUnlinked:");
        Item("IdentityRefused:");
    }
    "src/people/limits.rs" { Item("Leave by Network,"); }
    "src/purge.rs" { Item("old_rows!(authorization_requests."); }
    "src/state.rs" {
        Item("providers: Providers,");
        Item("let providers =");
        Item("providers,");
    }
    "src/web/page.rs" {
        Item("pub providers: Arc<[Provider]>,");
        Item("providers: Arc::clone(");
        Item("providers: Arc::default(),");
        Item("pub fn may_lack_password(");
    }
    "templates/accounts/login.html" { Lines("providers/buttons.html"); }
    "templates/accounts/register.html" { Lines("providers/buttons.html"); }
    "templates/accounts/sudo.html" { Lines("No password yet?"); }
    "templates/accounts/password.html" {
        Words("{% if page.may_lack_password() %}I have none yet{% else %}I forgot the current one{% endif %}", "I forgot the current one");
    }
    "templates/accounts/security.html" {
        Words("  {%- if !page.providers.is_empty() %}\n  {%- call list_::door(page, \"/account/identities\", \"key\", \"Linked sites\", \"Log in with an account that you have elsewhere.\") %}{% endcall %}\n  {%- endif %}\n", "");
    }
    "templates/mail/words.txt" {
        Words("{%- when Letter::IdentityLinked with { .. } -%}\nWhoever logs in there with the account that you have shown us gets in to your account here. Your other browsers are logged\nout, if there were any.\n---\nIf that was not you, choose a new password at once: {{ site }}/forgot. From then on that site opens nothing.\n{%- when Letter::IdentityUnlinked with { .. } -%}\nWhoever logs in there gets in to your account here no more, and whoever else was logged in is out.\n---\nIf that was not you, choose a new password at once: {{ site }}/forgot.\n", "");
    }
    "tests/binary/copy.rs" {
        Item("const IDENTITY:");
        Item("edit(dir, IDENTITY);");
    }
    "tests/chromium/providers.rs" { All; }
    "tests/web/providers.rs" { All; }
    "tests/web/other_site.rs" { All; }
    "tests/web/data.rs" { Item("ada.site.sql(IDENTITY)"); }
    "tests/web/every_event.rs" {
        Item("(\"OIDC_PROVIDERS\",");
        Item("\"identity_linked\" |");
        Item("use crate::{other_site::OtherSite, providers};");
    }
    "tests/web/limits.rs" { Item("row::<Leave>("); }
    "tests/web/public.rs" {
        Lines("// Where no other site is known");
        Item("(\"POST\", \"/login/with/{provider}\",");
        Item("(\"GET\", \"/login/with/{provider}/back\",");
    }
    "tests/web/queries.rs" {
        Item("use crate::{other_site::OtherSite, providers};");
        Item("let provider = OtherSite::open()");
        Item("let settings = [&settings[..],");
        Item("providers::walk(&ada)");
        Item("(\n\"identities\",");
        Item("(\n\"authorization_requests\",");
    }
    "tests/web/kept.rs" {
        Words(".replace(\"{provider}\", \"example\")", "");
        Words("    #[cfg(feature = \"oidc\")]\n    let settings = &[(\"OIDC_PROVIDERS\", &*OtherSite::open().setting(\"Example\"))];\n    #[cfg(not(feature = \"oidc\"))]\n    let settings = &[];\n", "");
        Words("Site::with(settings).await.logged_in(\"ada\").await", "Browser::logged_in(\"ada\").await");
        Item("use crate::other_site::OtherSite;");
    }
    "tests/web/rights.rs" {
        Item("(\"POST\", \"/account/identities/link/{provider}\",");
        Item("(\"POST\", \"/account/identities/{id}/unlink\",");
        Item("if path == \"/account/identities/{id}/unlink\"");
        Item("use crate::other_site::OtherSite;");
        Item("(\"OIDC_PROVIDERS\",");
        Item("pub const IDENTITY:");
        Entry("\"/login/with/{provider}\"");
        Lines("FROM identities");
        Lines("FROM authorization_requests");
        Item("let path = path.replace(\"{provider}\",");
    }
    "tests/web/settings.rs" { Item("fn a_program_that_knows_no_other_site_says_so"); }
    "tests/web/tables.rs" { Entry("\"identities\""); }
    "tests/layers.rs" {
        Item("(\"src/accounts/provider.rs\", \"join\"),");
        Item("(\"src/accounts/provider.rs\", \"leave\"),");
        Item("(\"src/accounts/provider.rs\", \"recognise\"),");
    }
    "tests/pages/story/providers.mjs" { All; }
    "tests/pages/story/switches.mjs" { Lines("providers."); }
    "tests/pages/prepare" {
        Words(" --features oidc", "");
        Words("      scripts/clients\n", "");
    }
    "scripts/check" {
        Words(" --features oidc", "");
        Words("scripts/clients\ncargo test", "cargo test");
        Words("# Caddy, systemd-analyze, bubblewrap, wrk and a /usr/bin/python3 with aiosmtpd ready. From PyPI comes another site to\n# log in through (scripts/clients).\n", "# Caddy, systemd-analyze, bubblewrap, wrk and a /usr/bin/python3 with aiosmtpd ready.\n");
    }
    "scripts/clients" { Words(" \\\n  oidc-provider-mock==0.3.4", ""); }
    "README.md" {
        Lines("| log-ins through other sites");
    }
    "docs/security.md" {
        Section("## Log-ins through other sites");
        Paragraph("| another site is linked or unlinked |");
        Paragraph("| another site was linked");
        Paragraph("| log-in at another site:");
        Paragraph("| `Leave` |");
    }
    "docs/deploy.md" { Section("## Log-ins through another site"); }
    "docs/threats.md" { Paragraph("| another site that people log in through"); }
    "docs/architecture.md" { Paragraph("| another site logs in whom it names"); }
};
