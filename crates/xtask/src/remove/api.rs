//! What programs may call: the API of every feature, its description, and the tokens for it.

mod documents;
mod tests;

use crate::cut;
use crate::draft::Draft;
use crate::remove::Feature;
use crate::remove::steps::Cut::{All, Column, Each, Entry, Item, Lines, Words};
use crate::remove::steps::Cuts;
use crate::scan::Language;

pub const FEATURE: Feature = Feature {
    name: "api",
    sign: "src/api.rs",
    takes_along: &["tokens"],
    words: "/api, api::, api.rs, API, access token, access tokens, access_token, access_tokens, \
        refresh token, refresh tokens, refresh_token, refresh_tokens, Scoped, scopes, Scopes, grants, \
        Grants, password grant, PASSWORD_GRANT, API_DOCS, TOKEN_EXPIRY, REFRESH_EXPIRY, \
        TOKEN_PRIVATE_KEY_FILE, TOKEN_PRIVATE_KEY_PASSWORD, openapi, OpenApi, OpenAPI, utoipa, \"/docs\", \
        /auth, jwks, oauth, OutOfScope, out_of_scope",
    tables: &["refresh_tokens"],
    more: &[tests::CUTS, documents::CUTS],
    further: leave_models,
    cuts: CUTS,
    ..Feature::NOTHING
};

/// The API of every model, as `cargo xtask model` makes it: a file, and lines of its feature.
fn leave_models(draft: &mut Draft) {
    for api in draft.files_in("src").into_iter().filter(|file| file.ends_with("/api.rs")) {
        let Some(model) = api.strip_suffix("/api.rs").map(str::to_owned) else { continue };
        let pages = format!("{model}.rs");
        draft.delete(&api);
        let lines = ["api_routes: api::routes,", "describe: Some(<api::", "scopes: api::SCOPES,"];
        for begins in lines {
            draft.edit(&pages, begins, |text| cut::item(Language::Rust, text, begins));
        }
        let tests = model.replacen("src/", "tests/web/", 1) + ".rs";
        if let Some(text) = draft.read(&tests)
            && let Ok(left) = cut::item(Language::Rust, &text, PROGRAMS_TEST)
        {
            draft.write(&tests, left);
        }
    }
}

/// How the test begins that a program writes what people do.
const PROGRAMS_TEST: &str = "async fn a_program_adds_reads_changes_and_deletes_";

const CUTS: Cuts = cuts! {
    "src/api.rs" { All; }
    "src/api" { All; }
    "src/docs.rs" { All; }
    "src/people/grants.rs" { All; }
    "templates/docs.html" { All; }
    "static/docs.css" { All; }
    "static/docs.js" { All; }
    "Cargo.toml" { Lines("utoipa.opt-level"); }
    "src/accounts.rs" { Item(r#"("refresh_tokens","#); }
    "src/accounts/sessions.rs" {
        Words(r#"everywhere else, and so are programs with your password.""#, r#"everywhere else.""#);
    }
    "src/app.rs" {
        Words("/// its routes, its scopes, its tables with something of users.", "/// its routes, its tables with something of users.");
        Item("crate::api::FEATURE,");
        Item("default_scope: api::DEFAULT_SCOPE,");
        Entry(r#""/auth""#);
        Words(r#"&["/api/", "/auth/", "/.well-known/"]"#, r#"&["/.well-known/"]"#);
        Item("out_of_scope: refusals::name_the_scope,");
        Item("if self.state.config().api_docs {");
    }
    "src/brand.rs" { Words(r#"accounts, protected pages and an API.""#, r#"accounts and protected pages.""#); }
    "src/config.rs" {
        Item("pub token_lifetimes:");
        Item("pub password_grant: bool,");
        Item("pub api_docs: bool,");
        Item("pub token_key_pairs: Vec<KeyPair>,");
        Item("token_lifetimes: read.");
        Item("password_grant: read.");
        Item("api_docs: read.");
        Item("token_key_pairs: read.");
    }
    "src/error.rs" {
        Item("OutOfScope(&'static str),");
        Words(" | Self::OutOfScope(_) |", " |");
        Item("OutOfScope(scope) =>");
    }
    "src/feature.rs" {
        Item("pub api_routes:");
        Item("pub describe:");
        Item("pub scopes: &");
        Item("api_routes: |_| (),");
        Item("describe: None,");
        Item("scopes: &[],");
        Words("/// Adds the routes of all of them, for people and for programs.", "/// Adds the routes of all of them.");
        Words(".configure(feature.api_routes)", "");
        Item("pub fn scopes(self");
        Item("pub fn descriptions(self)");
    }
    "src/people.rs" {
        Item("pub use grants::");
        Words(" Scoped,", "");
    }
    "src/people/ending.rs" {
        Column("=> [", 2);
        Words("const COLUMNS: usize = 4;", "const COLUMNS: usize = 3;");
        Words("this session, the other sessions, the tokens of programs that know the password, and\n/// all links:", "this session, the other sessions, and all links:");
        Words(" programs,", "");
        Item("if programs {");
    }
    "src/people/event.rs" {
        Words("what programs do all day, what is nobody's,", "what is nobody's,");
        Item("Token,");
        Item("About::News(Topic::Token,");
        Item("TokenIssued:");
        Item("TokenRefused:");
        Item("TokenRefreshed:");
        Item("TokenReused:");
        Item("TokenRevoked:");
        Item("OutOfScope:");
        Each(", scope: None }", " }");
        Item("pub scope: Option<");
        Item("if let Some(scope) = self.scope {");
    }
    "src/people/familiar.rs" {
        Words(", Event::TokenIssued]", "]");
        Words("Whether the user, or a program of theirs, has logged in", "Whether the user has logged in");
        Words("/// Somebody's log-ins of one kind. A program may have logged in every minute.", "/// Somebody's log-ins of one kind.");
    }
    "src/people/guards.rs" { Item("pub type Scoped<S>"); }
    "src/people/login.rs" {
        Words("The session of a person at a browser; a program with a token has none.", "The session of a person at a browser; who is only named on a page has none.");
        Item("Family(String, Time),");
        Item("pub(super) fn is_in_time(");
        Item("Self::Family(family, _) =>");
    }
    "src/people/sessions.rs" { Words("\n            && login.right.is_in_time(self.clock.now())", ""); }
    "src/people/rename.rs" {
        Words("asked for with, on the page and by programs.", "asked for with.");
        Words(", utoipa::ToSchema)]", ")]");
        Lines("#[schema(");
    }
    "src/purge.rs" { Item("old_rows!(refresh_tokens."); }
    "src/state.rs" {
        Item("pub default_scope:");
        Item("grants: Grants,");
        Item("scopes: Scopes,");
        Item("let scopes = frame.");
        Item("let login = grants::set_up(");
        Item("let lifetime =");
        Item("let grants = Grants::new(");
        Item("let login = login.may_hold(");
        Words("recognise(login, &db, &sessions, &grants)", "recognise(login, &db, &sessions)");
        Item("grants,");
        Item("scopes,");
        Words(".app_data(self.0.scopes.clone())", "");
        Item("fn holds(");
        Words("by a session's cookie, or an access token.", "by a session's cookie.");
        Words("sessions: &Sessions, grants: &Grants,", "sessions: &Sessions,");
        Words("let (version, grants) = (db.clone(), grants.clone());", "let version = db.clone();");
        Item("let grants = grants.clone();");
        Words("TokenKind::Access => grants.find(claims).await?,", "TokenKind::Access => None,");
    }
    "src/web.rs" { Item("pub use kit::http::json::Valid;"); }
    "src/web/draw.rs" {
        Item("let token = lacking(error)");
        Item("fn lacking(");
        Item("Some(Error::OutOfScope(_)) =>");
    }
    "src/web/errors.rs" {
        Item("Some(Error::OutOfScope(scope)) => (refusals");
        Item("Some(Error::OutOfScope(scope)) => {");
    }
    "src/web/own.rs" {
        Words("a person, only who\n/// has just typed their password (`Sudo`), or a program whose token holds a scope (`Scoped<ThingsRead>`).", "a person, or only\n/// who has just typed their password (`Sudo`).");
    }
    "src/web/refusals.rs" {
        Item("pub out_of_scope:");
        Item("pub fn name_the_scope(");
    }
};
