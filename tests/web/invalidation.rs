//! What ends what: every cell of the table in `docs/security.md`.

use std::rc::Rc;

use app::error::Error;
use app::people::ending::Fate::{self, Ends, OneEnds, Renewed, Stays};
use app::people::{Ending, Link, Purpose};
use strum::VariantArray;

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, Site};
use crate::operator;
use crate::second_factor;

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
    let written = Ending::VARIANTS.iter().map(|ending| columns(*ending));
    assert_eq!(read, written.collect::<Vec<_>>());
}

/// A row of the table. There are three kinds of links, and they end alike.
fn columns(ending: Ending) -> Vec<Fate> {
    let fates = ending.fates();
    let links = fates[fates.len() - 1];
    [&fates[..], &[links; 2]].concat()
}

/// Everything of Ada's that can be ended.
struct Life {
    site: Rc<Site>,
    here: Browser,
    elsewhere: Browser,
    reset: Browser,
    confirm: Browser,
    change: Browser,
    /// Of the links to confirm and to change the address.
    tokens: [String; 2],
    /// A program with her password.
    program: Browser,
    /// The refresh token of another one.
    refresh: String,
    /// A program with a token that she made.
    script: Browser,
}

impl Life {
    async fn new() -> Self {
        let site = Site::open().await;
        site.user("ada").await;
        site.sql("UPDATE users SET verified_at = NULL").await;
        let here = site.logged_in("ada").await;
        let elsewhere = site.logged_in("ada").await;
        let program = site.program("ada", "papers:read").await;
        let refresh = refresh_token(&site).await;
        let script = script(&here).await;
        here.submit("/forgot", &[("email", "ada@example.com")]).await;
        let reset = opened(&site, "ada").await;
        here.submit("/account/confirm", &[]).await;
        let confirm = opened(&site, "ada").await;
        here.submit("/account/email", &[("email", "lovelace@example.com")]).await;
        let change = site.logged_in("ada").await;
        change.open_link(&site.link_to("lovelace").await).await;
        let token = |browser: &Browser, cookie| browser.cookie(cookie).unwrap();
        let tokens = [token(&confirm, "link_confirm"), token(&change, "link_change_email")];
        Self { site, here, elsewhere, reset, confirm, change, tokens, program, refresh, script }
    }

    /// What of it works still, in the order of the table's columns. Looks without ending anything.
    async fn row(&self) -> Vec<bool> {
        let sessions = [self.here.is_logged_in().await, self.elsewhere.is_logged_in().await];
        let mut row = sessions.to_vec();
        row.push(self.programs_work().await);
        row.push(self.script.get("/api/papers").await.status == 200);
        row.push(self.reset.get("/reset").await.status == 200 && self.can_reset().await);
        row.push(self.works(Purpose::Confirm, &self.tokens[0]).await);
        row.push(self.works(Purpose::ChangeEmail, &self.tokens[1]).await);
        row
    }

    /// Fails unless exactly that works which the table leaves.
    async fn is_left_by(&self, ending: Ending) {
        let left = columns(ending).into_iter().map(|fate| matches!(fate, Stays | Renewed));
        assert_eq!(self.row().await, left.collect::<Vec<_>>(), "{ending:?}");
    }

    async fn programs_work(&self) -> bool {
        let refresh = actix_login::hash_token(&self.refresh);
        let refresh =
            format!("SELECT count(*) AS count FROM refresh_tokens WHERE token_hash = '{refresh}'");
        self.program.get("/api/papers").await.status == 200 && self.site.count(refresh).await == 1
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

async fn refresh_token(site: &Rc<Site>) -> String {
    let tokens = site.stranger().token(&[("username", "ada@example.com")]).await.json();
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

/// A program with a token that she makes here.
async fn script(here: &Browser) -> Browser {
    let form = [("name", "Script"), ("days", "30"), ("papers:read", "yes")];
    let made = here.submit("/account/tokens", &form).await.body;
    let token = made.split_once("id=\"token\">").unwrap().1.split_once('<').unwrap().0;
    let script = here.site.stranger();
    script.set_header("authorization", Some(&format!("Bearer {token}")));
    script
}

#[actix_web::test]
async fn at_first_everything_works() {
    assert!(!Life::new().await.row().await.contains(&false));
}

#[actix_web::test]
async fn logging_out_ends_this_session() {
    let life = Life::new().await;
    life.here.submit("/logout", &[]).await;
    life.is_left_by(Ending::LoggedOut).await;
}

#[actix_web::test]
async fn ending_one_session_ends_that_one() {
    let life = Life::new().await;
    life.here.submit("/account/sessions/2/end", &[]).await;
    life.is_left_by(Ending::SessionEnded).await;
}

#[actix_web::test]
async fn ending_all_others_ends_what_began_with_the_password() {
    let life = Life::new().await;
    life.here.submit("/account/sessions/end-others", &[]).await;
    life.is_left_by(Ending::OthersEnded).await;
}

#[actix_web::test]
async fn changing_the_password_ends_all_but_this_session() {
    let life = Life::new().await;
    let form = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    life.here.submit("/account/password", &form).await;
    life.is_left_by(Ending::PasswordChanged).await;
}

#[actix_web::test]
async fn a_reset_ends_everything() {
    let life = Life::new().await;
    let answer = life.reset.submit("/reset", &[("password", OTHER_PASSWORD)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    life.is_left_by(Ending::PasswordReset).await;
}

#[actix_web::test]
async fn the_first_proof_of_the_address_ends_all_but_this_session() {
    let life = Life::new().await;
    let link = life.confirm.cookie("link_confirm").unwrap();
    life.here.set_cookie("link_confirm", &link);
    life.here.get("/confirm").await;
    assert_eq!(life.here.submit("/confirm", &[]).await.location(), "/account");
    life.is_left_by(Ending::AddressProved).await;
}

#[actix_web::test]
async fn reading_the_mail_of_an_address_that_is_not_proved_ends_nothing() {
    let life = Life::new().await;
    life.confirm.submit("/confirm", &[("password", OTHER_PASSWORD)]).await;
    assert!(!life.row().await.contains(&false));
}

#[actix_web::test]
async fn changing_the_address_ends_other_logins_and_all_links() {
    let life = Life::new().await;
    let link = life.change.cookie("link_change_email").unwrap();
    life.here.set_cookie("link_change_email", &link);
    life.here.get("/account/email/confirm").await;
    assert_eq!(life.here.submit("/account/email/confirm", &[]).await.location(), "/account");
    life.is_left_by(Ending::AddressChanged).await;
}

#[actix_web::test]
async fn ending_an_api_token_ends_that_token() {
    let life = Life::new().await;
    life.here.submit("/account/tokens/1/revoke", &[]).await;
    life.is_left_by(Ending::TokenEnded).await;
}

#[actix_web::test]
async fn a_second_factor_ends_what_began_without_it() {
    let life = Life::new().await;
    life.site.sql("UPDATE users SET verified_at = created_at").await;
    second_factor::turn_on(&life.here).await;
    life.site.sql("UPDATE users SET verified_at = NULL").await;
    life.is_left_by(Ending::FactorsChanged).await;
}

#[actix_web::test]
async fn an_operator_who_ends_sessions_ends_whatever_somebody_began() {
    let life = Life::new().await;
    life.operator("end-sessions", "");
    life.is_left_by(Ending::OperatorEnded).await;
}

#[actix_web::test]
async fn an_operator_who_sets_a_password_ends_everything() {
    let life = Life::new().await;
    life.operator("password", &format!("{OTHER_PASSWORD}\n"));
    life.is_left_by(Ending::PasswordReset).await;
    let new = [("email", "ada@example.com"), ("password", OTHER_PASSWORD)];
    assert_eq!(life.site.stranger().submit("/login", &new).await.status, 303);
}

#[actix_web::test]
async fn a_disabled_user_has_nothing_that_works_and_gets_nothing_of_it_back() {
    let life = Life::new().await;
    life.operator("disable", "");
    life.is_left_by(Ending::Disabled).await;
    assert_eq!(life.here.log_in("ada").await.status, 422);
    let answer = life.confirm.submit("/confirm", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/login"));
    life.operator("enable", "");
    life.is_left_by(Ending::Disabled).await;
    assert_eq!(life.here.log_in("ada").await.status, 303, "what is new works");
}

#[actix_web::test]
async fn a_row_that_says_disabled_is_enough_whoever_wrote_it() {
    let life = Life::new().await;
    life.site.sql("UPDATE users SET disabled_at = created_at").await;
    life.is_left_by(Ending::Disabled).await;
}

#[actix_web::test]
async fn a_deleted_account_has_nothing_that_works() {
    let life = Life::new().await;
    assert_eq!(life.here.leave("ada").await.location(), "/");
    life.is_left_by(Ending::Deleted).await;
}

#[actix_web::test]
async fn a_new_name_ends_nothing() {
    let life = Life::new().await;
    life.here.submit("/account", &[("name", "Countess")]).await;
    life.is_left_by(Ending::NameChanged).await;
}

#[actix_web::test]
async fn another_role_ends_links_that_were_sent_before_it() {
    let life = Life::new().await;
    life.operator("promote", "");
    life.is_left_by(Ending::RoleChanged).await;
}
