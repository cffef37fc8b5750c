//! What tests what programs may call.

use crate::remove::steps::Cut::{All, Each, Entry, Item, Lines, Words};
use crate::remove::steps::Cuts;

pub const CUTS: Cuts = cuts! {
    "tests/layers.rs" { Words(r#"&["docs", "purge"]"#, r#"&["purge"]"#); }
    "tests/binary/api.rs" { All; }
    "tests/binary/clients.rs" { All; }
    "tests/binary/clients.py" { All; }
    "tests/binary/copy.rs" { Lines("crate::api::"); }
    "tests/binary/secrets.rs" {
        Item("const KEY_PAIR:");
        Item("const KEY_PASSWORD:");
        Item(r#"("TOKEN_PRIVATE_KEY_FILE","#);
        Item(r#"("TOKEN_PRIVATE_KEY_PASSWORD","#);
        Item("story.a_program_reads(");
        Item("fn a_program_reads(");
        Item("fn program_reads(");
    }
    "tests/chromium/api.rs" { All; }
    "tests/instances/api.rs" { All; }
    "tests/web/api.rs" { All; }
    "tests/web/described.rs" { All; }
    "tests/web/docs.rs" { All; }
    "tests/web/forgeries.rs" { All; }
    "tests/web/program.rs" { All; }
    "tests/web/programs.rs" { All; }
    "tests/web/token_endpoint.rs" { All; }
    "tests/web/well_known.rs" { All; }
    "tests/web/papers/api.rs" { All; }
    "tests/web/papers/feature.rs" {
        Item("api_routes: api::routes,");
        Item("describe: Some(<api::");
        Item("scopes: api::SCOPES,");
        Words("somebody's own, for people and for programs.", "somebody's own.");
    }
    "tests/web/papers/model.rs" {
        Each(", utoipa::ToSchema)]", ")]");
        Lines("#[schema(");
    }
    "tests/web/main.rs" { Item("mod forger;"); }
    "tests/web/account.rs" {
        Item("async fn a_program_that_logs_in_from_where_none_did");
        Item(r#"log_in("token_issued","#);
    }
    "tests/web/addresses.rs" {
        Item("async fn a_pasted_address_gets_a_program_its_token");
        Item("async fn so_it_is_when_a_program_logs_in");
    }
    "tests/web/data.rs" { Item(r#"ada.site.program("ada", "papers:read").await;"#); }
    "tests/web/dev.rs" {
        Item(r#"("GET /api/me","#);
        Item(r#"("TOKEN_PRIVATE_KEY_PASSWORD","#);
        Words(r#", "TOKEN_PRIVATE_KEY_PASSWORD"]"#, "]");
        Item("async fn a_program_asks_who_it_is_too");
    }
    "tests/web/enumeration.rs" { Item("async fn the_token_endpoint_tells_nothing"); }
    "tests/web/activity.rs" { Lines("(\"token_issued\","); }
    "tests/web/events.rs" {
        Item("async fn a_programs_day_is_told");
        Item("let lacking =");
        Lines("lacking.to_string()");
    }
    "tests/web/second_factor.rs" {
        Item("async fn a_program_with_the_password_needs");
        Item("let program = site.program(");
        Lines("program.get(\"/api/papers\")");
    }
    "tests/web/every_event.rs" {
        Words("what programs do all day, what is nobody's,", "what is nobody's,");
        Item("\"token_refreshed\",\n");
        Item(r#""token_refused","#);
        Item(r#""out_of_scope","#);
        Words(r#", "token_refused", "out_of_scope", "limit_reached"]"#, r#", "limit_reached"]"#);
        Item("async fn by_a_program(");
        Item("is_done = is_done || by_a_program(");
    }
    "tests/web/limits.rs" {
        Item(r#"("/auth/revoke","#);
        Item("async fn programs_that_guess_passwords");
    }
    "tests/web/forms.rs" {
        Item("async fn the_token_endpoint_refuses_a_parameter");
        Item("async fn the_token_endpoint_refuses_bytes");
        Item("async fn programs_are_held_to_the_same_rule");
        Item("async fn json_refuses_what_it_does_not_know");
    }
    "tests/web/guards.rs" { Item("async fn nor_is_it_for_a_program"); }
    "tests/web/invalidation.rs" {
        Item("program: Browser,");
        Item("refresh: String,");
        Item("let program = site.program(");
        Item("let refresh = refresh_token(&site)");
        Words("tokens, program, refresh }", "tokens }");
        Item("row.push(self.programs_work()");
        Item("async fn programs_work(");
        Item("async fn refresh_token(");
    }
    "tests/web/kept.rs" { Words(r#" || is_under(&path, "/api")"#, ""); }
    "tests/web/lifetimes.rs" {
        Item("const ADA:");
        Item("async fn tokens(");
        Item("async fn call(");
        Item("async fn an_access_token_ends_with");
        Item("async fn an_access_token_lives");
        Item("async fn a_program_gets_new_tokens");
        Item("async fn a_key_pair_signs_access_tokens");
    }
    "tests/web/lookups.rs" {
        Item("async fn nor_is_a_program_that_comes_again");
        Item("async fn a_program_asks_once_whose_token");
        Item(r#"stranger.get("/api/me")"#);
    }
    "tests/web/models.rs" { Item(r#"let path = path.strip_prefix("/api")"#); }
    "tests/web/negotiation.rs" {
        Item("async fn an_api_answers_programs");
        Item(r#"assert_eq!(sent(&ada, Method::POST, "/api/papers""#);
    }
    "tests/web/next.rs" { Entry(r#""/auth/token""#); }
    "tests/web/public.rs" {
        Lines(r#""/auth/"#);
        Item(r#"("GET", "/.well-known/jwks.json""#);
        Lines("/.well-known/oauth");
        Lines(r#""/openapi.json""#);
        Lines(r#""/docs""#);
        Item(r#"None if path.starts_with("/api/") => {"#);
    }
    "tests/web/purge.rs" { Item("async fn so_do_the_tokens_of_programs"); }
    "tests/web/admin.rs" {
        Item("let program = root.site.program(");
        Item("assert_eq!(program.get(");
    }
    "tests/web/passkeys.rs" { Item("async fn a_program_with_the_password_of_who_has"); }
    "tests/web/queries.rs" {
        Words(r#""on"), PAIR]"#, r#""on")]"#);
        Item("walk_as_a_program(&ada)");
        Item("const PAIR:");
        Item("async fn walk_as_a_program(");
        Item("async fn walk_through_the_apis(");
        Item("async fn call(");
        Item("(\n\"refresh_tokens\",");
        Item(r#"("ORDER BY users.id LIMIT","#);
    }
    "tests/web/refusals.rs" { Item("async fn so_is_a_program_whose_token"); }
    "tests/web/refused_forms.rs" {
        Entry(r#""/api""#);
        Entry(r#""/auth""#);
    }
    "tests/web/rights.rs" {
        Item(r#"("PATCH", "/api/me","#);
        Entry(r#""/auth/token""#);
        Entry(r#""/auth/revoke""#);
        Words("Feature { routes: |_| (), api_routes: |_| (), ..*it }", "Feature { routes: |_| (), ..*it }");
        Entry(r#""SELECT token_hash FROM refresh_tokens""#);
        Words("/// Who may send something to `path`: she, or a program of hers.\nasync fn sender(path: &str) -> Browser {\n    let ada = ada(path).await;\n    if is_for_programs(path) {\n        return program(&ada).await;\n    }\n    ada\n}\n\n", "");
        Item("fn is_for_programs(");
        Item("async fn program(ada");
        Item("writes.extend(writes_of_programs(");
        Item("async fn writes_of_programs(");
        Words("what the forms on its pages and the description of its API\n/// say that they take.", "what the forms on its pages say that they take.");
        Item("type Those =");
        Item("const ALL: Those");
        Item("const PEOPLE: Those");
        Item("const PROGRAMS: Those");
        Words("nothing_comes_of(those: Those, meanwhile", "nothing_comes_of(meanwhile");
        Words("writes().await.into_iter().filter(|(_, path, _)| those(path))", "writes().await");
        Each("sender(path).await", "ada(path).await");
        Item("async fn nothing_is_made_after_the_token_was_ended");
        Each("nothing_comes_of(ALL, ", "nothing_comes_of(");
        Each("nothing_comes_of(PEOPLE, ", "nothing_comes_of(");
    }
    "tests/web/settings.rs" {
        Item(r#"("PASSWORD_GRANT", "2"),"#);
        Item(r#"("API_DOCS", "open"),"#);
        Item(r#"("PASSWORD_GRANT", |config|"#);
        Item(r#"("API_DOCS", |config|"#);
        Item("fn what_is_wrong_with_a_key_pair");
        Item("fn nor_is_a_key_pair");
        Words(r#""SECRET_KEY_FILE", "TOKEN_PRIVATE_KEY_FILE"]"#, r#""SECRET_KEY_FILE"]"#);
    }
    "tests/web/slashes.rs" { Item(r#"("/api/me/","#); }
    "tests/web/tables.rs" { Entry(r#""refresh_tokens""#); }
    "tests/web/tokens.rs" {
        Item("pub fn header(");
        Item("async fn an_access_token_does_not_open_a_page");
        Item("async fn a_scope_that_a_role_took_along");
    }
    "tests/web/twice.rs" {
        Entry(r#""/api""#);
        Entry(r#""/docs""#);
    }
    "tests/web/typed_address.rs" { Item("async fn programs_get_the_address_as_it_was_typed"); }
};
