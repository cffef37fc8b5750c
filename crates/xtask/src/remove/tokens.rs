//! Tokens that people make for their own programs.

use crate::remove::Feature;
use crate::remove::steps::Cut::{All, Column, Entry, Item, Lines, Paragraph, Words};
use crate::remove::steps::Cuts;

pub const FEATURE: Feature = Feature {
    name: "tokens",
    sign: "src/accounts/tokens.rs",
    words: "personal token, personal tokens, Personal token, Personal tokens, personal API token, \
        personal API tokens, Personal API tokens, personal_token, personal_tokens, PersonalToken, \
        api_token, api_tokens, api_token_created, ApiToken, ApiTokenCreated, API token, API tokens, \
        /account/tokens",
    tables: &["api_tokens"],
    cuts: CUTS,
    ..Feature::NOTHING
};

const CUTS: Cuts = cuts! {
    "src/accounts/tokens.rs" { All; }
    "src/people/personal_token.rs" { All; }
    "templates/accounts/tokens.html" { All; }
    "templates/accounts/token_new.html" { All; }
    "src/accounts.rs" {
        Item(r#"("api_tokens","#);
        Item(r#"place("/account/tokens""#);
        Item("Figure {\nname: \"API tokens\",");
        Item("tokens::routes(config);");
    }
    "src/accounts/security.rs" {
        Item("tokens: i64,");
        Words("QueryResult::Ok((Session::count(conn, user_id)?, PersonalToken::count(conn, user_id)?))", "Session::count(conn, user_id)");
        Words("let (sessions, tokens) =", "let sessions =");
        Words("sessions, tokens }", "sessions }");
    }
    "src/admin/people.rs" {
        Item("tokens: Vec<PersonalToken>,");
        Item("let tokens = PersonalToken::of(");
        Words("sessions, tokens, entries", "sessions, entries");
    }
    "templates/admin/person.html" {
        Words("{%- if !tokens.is_empty() %}\n<section class=\"card sheet\"><h2>API tokens</h2><table class=\"list\"><tbody>\n  {%- for token in tokens %}\n  <tr><td>{{ page.icon(\"key\") }}<strong>{{ token.name }}</strong> <code>…{{ token.last_four }}</code><p>{{ token.scope }}</p></td>\n    <td>{% if token.expires_at <= now %}<span class=\"badge bad\">ended</span>{% else %}until {{ crate::web::when(token.expires_at) }}{% endif %}</td></tr>\n  {%- endfor %}\n</tbody></table></section>\n{%- endif %}\n", "");
    }
    "tests/web/admin.rs" {
        Words("    let bob = root.site.logged_in(\"bob\").await;\n    let token = [(\"name\", \"Script\"), (\"days\", \"30\"), (\"papers:read\", \"yes\")];\n    bob.submit(\"/account/tokens\", &token).await;\n", "    root.site.logged_in(\"bob\").await;\n");
        Item("page.shows(\"Script\").shows(\"papers:read\")");
    }
    "src/api/token.rs" {
        Words("/// It is here because it is what makes a first script easy; personal API tokens are the better way.", "/// It is here because it is what makes a first script easy.");
    }
    "src/people.rs" { Item("pub use personal_token::"); }
    "src/people/ending.rs" {
        Item("TokenEnded,");
        Item("Self::TokenEnded =>");
        Column("=> [", 3);
        Words("const COLUMNS: usize = 5;", "const COLUMNS: usize = 4;");
        Words(", the\n/// tokens that people made for their programs, and all links:", ", and\n/// all links:");
        Words(" personal_tokens,", "");
        Item("if personal_tokens {");
    }
    "src/people/event.rs" { Item("ApiTokenCreated:"); }
    "src/people/grants.rs" {
        Words("Ends a personal token, or the family of", "Ends the family of");
        Item("if let Some(user_id) = PersonalToken::end(");
    }
    "src/people/login.rs" {
        Item("ApiToken(i64),");
        Item("Self::ApiToken(id) =>");
    }
    "src/purge.rs" { Item("old_rows!(api_tokens."); }
    "src/state.rs" { Item("let login = personal_token::set_up("); }
    "templates/accounts/password.html" { Words(", and your API tokens end.", "."); }
    "templates/accounts/security.html" { Lines("/account/tokens"); }
    "templates/docs.html" {
        Words("{%- if page.user.is_some() %} <a href=\"/account/tokens\">Make one for a program of yours</a>\n    {%- else %} People make one for each program of theirs, in their account{% endif %}\n    {%- if api.password.is_some() %}, or get one for a short time by a password:{% else %}.{% endif %}</p>", "{%- if api.password.is_some() %} Get one for a short time by a password:{% endif %}</p>");
    }
    "tests/binary/tokens.rs" { All; }
    "tests/binary/copy.rs" { Lines("crate::tokens::"); }
    "tests/binary/secrets.rs" {
        Item("story.a_script_reads(");
        Item("fn a_script_reads(");
    }
    "tests/chromium/tokens.rs" { All; }
    "tests/web/api_tokens.rs" { All; }
    "tests/web/api.rs" { Entry(r#""/account/tokens""#); }
    "tests/web/data.rs" { Item(r#"ada.submit("/account/tokens","#); }
    "tests/web/events.rs" { Item("async fn an_api_token_is_told_of"); }
    "tests/web/every_event.rs" {
        Item(r#"let token = [("name""#);
        Item(r#""api_token_created" =>"#);
    }
    "tests/web/limits.rs" { Item(r#"(Method::POST, "/account/tokens"),"#); }
    "tests/web/forms.rs" {
        Entry(r#""/account/tokens/new""#);
        Entry(r#"("/account/tokens", "name")"#);
    }
    "tests/web/invalidation.rs" {
        Item("script: Browser,");
        Item("let script = script(&here)");
        Words("refresh, script }", "refresh }");
        Item("row.push(self.script.");
        Item("async fn script(");
        Item("async fn ending_an_api_token_ends_that_token");
    }
    "tests/web/kept.rs" { Item(r#"("/account/tokens","#); }
    "tests/web/lookups.rs" {
        Item(r#"("/account/tokens/7/revoke","#);
        Item("async fn a_mistyped_personal_token_costs_no_query");
    }
    "tests/web/purge.rs" { Item("async fn an_api_token_is_shown_as_ended"); }
    "tests/web/queries.rs" {
        Item("walk_through_the_tokens(&ada)");
        Item("async fn walk_through_the_tokens");
        Item("(\n\"api_tokens\",");
    }
    "tests/web/refused_forms.rs" { Item("(\n\"/account/tokens\","); }
    "tests/web/rights.rs" {
        Item(r#"("POST", "/account/tokens","#);
        Item(r#"("POST", "/account/tokens/{id}/revoke","#);
        Entry(r#""SELECT name || token_hash FROM api_tokens""#);
        Item("make_token(&ada).await;");
        Item("async fn make_token(");
        Item("async fn a_program_writes_nothing_after_its_personal_token");
    }
    "tests/web/tables.rs" { Entry(r#""api_tokens""#); }
    "tests/web/token_endpoint.rs" { Item("async fn a_personal_token_can_be_given_back_too"); }
    "tests/web/twice.rs" {
        Item(r#"ada.submit("/account/tokens","#);
        Words("    let form = form.filled_by_kind(Take::Second);\n    if form.action == \"/account/tokens\" { form.filled(&[(\"papers:read\", \"yes\")]) } else { form }", "    form.filled_by_kind(Take::Second)");
        Item("async fn a_token_is_made_once_and_the_second");
        Entry(r#""api_tokens""#);
        Entry(r#""/account/tokens/1/revoke""#);
    }
    ".env.example" { Words(" Personal API tokens work either\n# way.", ""); }
    "README.md" {
        Words("with access, refresh and personal tokens and scopes", "with access and refresh tokens and scopes");
        Words("`api_tokens.rs`, `api.rs`", "`api.rs`");
    }
    "docs/architecture.md" {
        Paragraph("| personal tokens |");
        Words("(`Grants::refresh`). Personal tokens are rows in `api_tokens`; `personal_token::set_up` lets them in. Where key", "(`Grants::refresh`). Where key");
        Words("it is what makes a first script easy; personal tokens are there for the second |", "it is what makes a first script easy |");
        Words("when a session or a personal token was last used is noted", "when a session was last used is noted");
        Words("`tests/binary/api.rs`, `tests/binary/tokens.rs` (", "`tests/binary/api.rs` (");
    }
    "docs/login-manager.md" {
        Words("\n   `personal_token::set_up` adds the request loader. `Sessions`", "\n   `Sessions`");
        Paragraph("| personal API tokens, by the request loader |");
        Words("        Ok(personal_token::load(db, clock, req).await?)", "        Ok(None)");
        Words("Another way is an extension of that call in `personal_token::set_up`. It says", "The app needs none: set it on `login` in `State::new`. It says");
    }
    "docs/performance.md" {
        Words("; 31.2 µs (28.4–33.4) with a personal token, not reached, because it is looked up each time |", " |");
        Lines("| ours: /api/me, personal token |");
    }
    "docs/running.md" {
        Words("\n  refresh tokens, personal tokens and links.", "\n  refresh tokens and links.");
    }
    "docs/security.md" {
        Paragraph("| a personal API token is ended |");
        Column("| what happens |", 4);
        Paragraph("| personal API token |");
        Words("a personal token 30 days after its end, for its owner's list, and a link's row", "and a link's row");
    }
    "benches/personal_tokens.py" { All; }
    "benches/src/lib.rs" { Item(r#"place(Shelf::Person, "/account/tokens""#); }
    "scripts/bench" { Lines("personal_tokens"); }
    "tests/pages/story/tokens.mjs" { All; }
    "tests/pages/story/features.mjs" { Lines("./tokens.mjs"); }
    "tests/pages/story.mjs" { Lines("features.tokens."); }
};
