//! What ends what: every cell of the table in `docs/security.md`.

use std::rc::Rc;

use app::error::Error;
use app::people::ending::Fate::{Ends, OneEnds, Renewed, Stays};
use app::people::{Ending, Link, Purpose};
use strum::VariantArray;

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, Site};
use crate::operator;

/// The cells behind the first of each row of the table, the header's too.
fn table() -> impl Iterator<Item = Vec<&'static str>> {
    let table = include_str!("../../docs/security.md").split("| what happens |").nth(1).unwrap();
    let rows = table.split("\n\n").next().unwrap().lines();
    rows.skip(2).map(|row| row.trim_matches('|').split('|').skip(1).map(str::trim).collect())
}

#[test]
fn the_code_reads_as_the_table_does() {
    let fate = |cell| match cell {
        "–" => Stays,
        "gets a new secret" => Renewed,
        "that one ends" => OneEnds,
        "end" | "ends" => Ends,
        other => panic!("what is {other}?"),
    };
    let read: Vec<Vec<_>> = table().map(|row| row.into_iter().map(fate).collect()).collect();
    let written = Ending::VARIANTS.iter().map(|ending| {
        let [here, others, programs, personal, links] = ending.fates();
        vec![here, others, programs, personal, links, links, links]
    });
    assert_eq!(read, written.collect::<Vec<_>>());
}

/// Everything of Ada's that can be ended.
struct Life {
    site: Rc<Site>,
    here: Browser,
    elsewhere: Browser,
    program: Browser,
    refresh: String,
    script: Browser,
    reset: Browser,
    confirm: Browser,
    change: Browser,
    /// Of the links to confirm and to change the address.
    tokens: [String; 2],
}

/// What of it works still, in the order of the table's columns.
type Row = [bool; 7];

impl Life {
    async fn new() -> Self {
        let site = Site::open().await;
        site.user("ada").await;
        site.sql("UPDATE users SET verified_at = NULL").await;
        let here = site.logged_in("ada").await;
        let elsewhere = site.logged_in("ada").await;
        let program = site.program("ada", "papers:read").await;
        let tokens = site.stranger().token(&[("username", "ada@example.com")]).await.json();
        let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
        let form = [("name", "Script"), ("days", "30"), ("papers:read", "yes")];
        let made = here.submit("/account/tokens", &form).await.body;
        let token =
            made.split_once("id=\"token\">").unwrap().1.split_once('<').unwrap().0.to_owned();
        let script = site.stranger();
        script.set_header("authorization", Some(&format!("Bearer {token}")));
        here.submit("/forgot", &[("email", "ada@example.com")]).await;
        let reset = opened(&site, "ada").await;
        here.submit("/account/confirm", &[]).await;
        let confirm = opened(&site, "ada").await;
        here.submit("/account/email", &[("email", "lovelace@example.com")]).await;
        let change = site.logged_in("ada").await;
        change.open_link(&site.link_to("lovelace").await).await;
        let token = |browser: &Browser, cookie| browser.cookie(cookie).unwrap();
        let tokens = [token(&confirm, "link_confirm"), token(&change, "link_change_email")];
        Self { site, here, elsewhere, program, refresh, script, reset, confirm, change, tokens }
    }

    /// Looks without ending anything.
    async fn row(&self) -> Row {
        let refresh = actix_login::hash_token(&self.refresh);
        let refresh =
            format!("SELECT count(*) AS count FROM refresh_tokens WHERE token_hash = '{refresh}'");
        [
            self.here.is_logged_in().await,
            self.elsewhere.is_logged_in().await,
            self.program.get("/api/papers").await.status == 200
                && self.site.count(refresh).await == 1,
            self.script.get("/api/papers").await.status == 200,
            self.reset.get("/reset").await.status == 200 && self.can_reset().await,
            self.works(Purpose::Confirm, &self.tokens[0]).await,
            self.works(Purpose::ChangeEmail, &self.tokens[1]).await,
        ]
    }

    /// Whether a link that a browser has opened is good for its account still. (Its page may ask for a
    /// log-in before.)
    async fn works(&self, purpose: Purpose, token: &str) -> bool {
        let (token, now) = (token.to_owned(), self.site.clock.now());
        let find = move |conn: &mut _| Link::find(conn, (purpose, &token), None, now);
        match self.site.db.run(find).await {
            Ok(link) => link.account().is_ok(),
            Err(Error::LinkEnded(..)) => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// A form that is refused for its password was let in by its link.
    async fn can_reset(&self) -> bool {
        self.reset.submit("/reset", &[("password", "short")]).await.status == 422
    }

    /// An operator does something to Ada at the command line.
    fn operator(&self, command: &str, input: &str) {
        operator::command(&self.site, &["user", command, "ada@example.com"], input);
    }
}

/// A browser of nobody's that has opened the newest link to `name`.
async fn opened(site: &Rc<Site>, name: &str) -> Browser {
    let browser = site.stranger();
    browser.open_link(&site.link_to(name).await).await;
    browser
}

const YES: bool = true;
const NO: bool = false;

#[actix_web::test]
async fn at_first_everything_works() {
    assert_eq!(Life::new().await.row().await, [YES; 7]);
}

#[actix_web::test]
async fn logging_out_ends_this_session() {
    let life = Life::new().await;
    life.here.submit("/logout", &[]).await;
    assert_eq!(life.row().await, [NO, YES, YES, YES, YES, YES, YES]);
}

#[actix_web::test]
async fn ending_one_session_ends_that_one() {
    let life = Life::new().await;
    life.here.submit("/account/sessions/2/end", &[]).await;
    assert_eq!(life.row().await, [YES, NO, YES, YES, YES, YES, YES]);
}

#[actix_web::test]
async fn ending_all_others_ends_people_and_programs_with_the_password() {
    let life = Life::new().await;
    life.here.submit("/account/sessions/end-others", &[]).await;
    assert_eq!(life.row().await, [YES, NO, NO, YES, YES, YES, YES]);
}

#[actix_web::test]
async fn changing_the_password_ends_all_but_this_session() {
    let life = Life::new().await;
    let form = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    life.here.submit("/account/password", &form).await;
    assert_eq!(life.row().await, [YES, NO, NO, NO, NO, NO, NO]);
}

#[actix_web::test]
async fn a_reset_ends_everything() {
    let life = Life::new().await;
    let answer = life.reset.submit("/reset", &[("password", OTHER_PASSWORD)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(life.row().await, [NO; 7]);
}

#[actix_web::test]
async fn the_first_proof_of_the_address_ends_all_but_this_session() {
    let life = Life::new().await;
    let link = life.confirm.cookie("link_confirm").unwrap();
    life.here.set_cookie("link_confirm", &link);
    life.here.get("/confirm").await;
    assert_eq!(life.here.submit("/confirm", &[]).await.location(), "/account");
    assert_eq!(life.row().await, [YES, NO, NO, NO, NO, NO, NO]);
}

#[actix_web::test]
async fn reading_the_mail_of_an_address_that_is_not_proved_ends_nothing() {
    let life = Life::new().await;
    life.confirm.submit("/confirm", &[("password", OTHER_PASSWORD)]).await;
    assert_eq!(life.row().await, [YES; 7]);
}

#[actix_web::test]
async fn changing_the_address_ends_other_logins_and_all_links() {
    let life = Life::new().await;
    let link = life.change.cookie("link_change_email").unwrap();
    life.here.set_cookie("link_change_email", &link);
    life.here.get("/account/email/confirm").await;
    assert_eq!(life.here.submit("/account/email/confirm", &[]).await.location(), "/account");
    assert_eq!(life.row().await, [YES, NO, NO, YES, NO, NO, NO]);
}

#[actix_web::test]
async fn ending_an_api_token_ends_that_token() {
    let life = Life::new().await;
    life.here.submit("/account/tokens/1/revoke", &[]).await;
    assert_eq!(life.row().await, [YES, YES, YES, NO, YES, YES, YES]);
}

#[actix_web::test]
async fn an_operator_who_ends_sessions_ends_sessions_and_tokens() {
    let life = Life::new().await;
    life.operator("end-sessions", "");
    assert_eq!(life.row().await, [NO, NO, NO, NO, YES, YES, YES]);
}

#[actix_web::test]
async fn an_operator_who_sets_a_password_ends_everything() {
    let life = Life::new().await;
    life.operator("password", &format!("{OTHER_PASSWORD}\n"));
    assert_eq!(life.row().await, [NO; 7]);
    let new = [("email", "ada@example.com"), ("password", OTHER_PASSWORD)];
    assert_eq!(life.site.stranger().submit("/login", &new).await.status, 303);
}

#[actix_web::test]
async fn a_disabled_user_has_nothing_that_works_and_gets_nothing_of_it_back() {
    let life = Life::new().await;
    life.operator("disable", "");
    assert_eq!(life.row().await, [NO; 7]);
    assert_eq!(life.here.log_in("ada").await.status, 422);
    let answer = life.confirm.submit("/confirm", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/login"));
    life.operator("enable", "");
    assert_eq!(life.row().await, [NO; 7]);
    assert_eq!(life.here.log_in("ada").await.status, 303, "what is new works");
}

#[actix_web::test]
async fn a_row_that_says_disabled_is_enough_whoever_wrote_it() {
    let life = Life::new().await;
    life.site.sql("UPDATE users SET disabled_at = created_at").await;
    assert_eq!(life.row().await, [NO; 7]);
}

#[actix_web::test]
async fn a_deleted_account_has_nothing_that_works() {
    let life = Life::new().await;
    assert_eq!(life.here.leave("ada").await.location(), "/");
    assert_eq!(life.row().await, [NO; 7]);
}

#[actix_web::test]
async fn a_new_name_ends_nothing() {
    let life = Life::new().await;
    life.here.submit("/account", &[("name", "Countess")]).await;
    assert_eq!(life.row().await, [YES; 7]);
}

#[actix_web::test]
async fn another_role_ends_links_that_were_sent_before_it() {
    let life = Life::new().await;
    life.operator("promote", "");
    assert_eq!(life.row().await, [YES, YES, YES, YES, NO, NO, NO]);
}
