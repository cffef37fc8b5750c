//! Scopes: who may hold which, and what a request for a token gets.

use actix_login::{Scope as _, ScopeInfo, Scopes};
use actix_web::FromRequest as _;
use actix_web::test::TestRequest;

use crate::site::{People, Reports, SCOPES};

fn scopes() -> Scopes {
    Scopes::new(SCOPES.iter().copied(), Reports::NAME)
}

#[test]
fn the_macro_declares_a_type_a_name_and_a_sentence_for_each() {
    let reports = ScopeInfo::new("reports", "Read the reports", false);
    let people = ScopeInfo::new("people", "List the people", true);
    assert_eq!(SCOPES, [reports, people]);
    assert_eq!(scopes().all(), SCOPES);
    assert_eq!((Reports::NAME, People::NAME), ("reports", "people"));
}

#[test]
fn of_is_what_somebody_may_hold() {
    let names = |is_admin| scopes().of(is_admin).iter().map(|scope| scope.name).collect::<Vec<_>>();
    assert_eq!(names(false), ["reports"]);
    assert_eq!(names(true), ["reports", "people"]);
}

#[test]
fn may_hold_knows_administrators_and_no_other_names() {
    let may = |is_admin, scope| scopes().may_hold(is_admin, scope);
    assert!(may(false, "reports") && may(true, "reports") && may(true, "people"));
    assert!(!may(false, "people"));
    for unknown in ["", "REPORTS", "reports ", "report", "reports people", "*"] {
        assert!(!may(true, unknown), "{unknown:?}");
    }
}

#[test]
fn a_second_declaration_opens_no_administrators_scope() {
    let copied = ScopeInfo::new(SCOPES[1].name, "", false);
    let scopes = Scopes::new([SCOPES[1], copied].into_iter(), People::NAME);
    assert!(!scopes.may_hold(false, "people") && scopes.may_hold(true, "people"));
    assert!(scopes.of(false).is_empty());
}

#[test]
fn parse_sorts_the_names_and_takes_each_once() {
    let parse = |requested| scopes().parse(true, requested);
    assert_eq!(parse("reports").as_deref(), Some("reports"));
    assert_eq!(parse(" reports  people\treports ").as_deref(), Some("people reports"));
}

#[test]
fn parse_takes_the_default_when_none_is_named() {
    for requested in ["", " ", "\t\n"] {
        assert_eq!(scopes().parse(false, requested).as_deref(), Some("reports"), "{requested:?}");
    }
}

#[test]
fn parse_gives_nothing_when_one_of_them_may_not_be_held() {
    for requested in ["people", "reports people", "reports nonsense", "reports,people", "Reports"] {
        assert_eq!(scopes().parse(false, requested), None, "{requested}");
    }
    let closed = Scopes::new(SCOPES.iter().copied(), People::NAME);
    assert_eq!(closed.parse(false, ""), None, "the default is no way around it");
}

#[actix_web::test]
async fn a_handler_gets_what_the_application_put_beside_its_routes() {
    let with = TestRequest::default().app_data(scopes()).to_http_request();
    assert_eq!(Scopes::extract(&with).await.unwrap().all(), SCOPES);
    let without = TestRequest::default().to_http_request();
    let error = Scopes::extract(&without).await.unwrap_err();
    assert!(matches!(error, actix_login::Error::Internal(_)), "{error}");
}
