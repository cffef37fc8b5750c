//! [[ m.title_plural() ]].

[% if m.api -%]
use actix_web::http::Method;
use serde_json::json;

[% endif -%]
use crate::browser::{Browser, Site};
[%- if !m.references().is_empty() %]
use crate::models::leave_rows;
[%- endif %]

const FORM: &[(&str, &str)] = &[
    [%- for field in m.fields %]
    ("[[ field.name ]]", "[[ field.typed() ]]"),
    [%- endfor %]
];

[% if m.needs_ada() -%]
/// Somebody who can add [[ m.a() ]].
async fn ada(site: &std::rc::Rc<Site>) -> Browser {
    [%- if m.is_admin() %]
    site.admin("ada").await;
    [%- endif %]
    [%- if m.references().is_empty() %]
    site.logged_in("ada").await
    [%- else %]
    let ada = site.logged_in("ada").await;
    [%- for slug in m.referenced() %]
    leave_rows(&ada, "/[[ slug ]]").await;
    [%- endfor %]
    ada
    [%- endif %]
}

[% endif -%]
#[actix_web::test]
async fn [[ m.sentence_a() ]]_is_added_read_changed_deleted_and_brought_back() {
    [[ m.set_up() ]]
    let answer = ada.submit("[[ m.path ]]", FORM).await;
    ada.follow(&answer).await.shows("Your [[ m.words ]] is saved.").shows("[[ m.label().typed() ]]");
    let changed = [FORM, &[("[[ m.label().name ]]", "Bread")]].concat();
    let answer = ada.submit("[[ m.path ]]/1", &changed).await;
    ada.follow(&answer).await.shows("Your changes are saved.").shows("<h1>Bread</h1>");
    ada.get("[[ m.path ]]/1/edit").await.shows("value=\"Bread\"");
    let answer = ada.submit("[[ m.path ]]/1/delete", &[]).await;
    ada.follow(&answer).await.shows("Your [[ m.words ]] is deleted.").hides("Bread");
    assert_eq!(ada.get("[[ m.path ]]/1").await.status, 404);
    let answer = ada.submit("[[ m.path ]]/1/restore", &[]).await;
    ada.follow(&answer).await.shows("Your [[ m.words ]] is back.").shows("<h1>Bread</h1>");
}
[% if m.is_admin() %]
#[actix_web::test]
async fn only_administrators_are_let_in() {
    let eve = Browser::logged_in("eve").await;
    for path in ["[[ m.path ]]", "[[ m.path ]]/new"] {
        assert_eq!(eve.get(path).await.status, 403, "{path}");
    }
    assert_eq!(eve.submit("[[ m.path ]]", FORM).await.status, 403);
    eve.get("/dashboard").await.hides("href=\"[[ m.path ]]\"");
}

#[actix_web::test]
async fn [[ m.sentence_a() ]]_stays_when_the_administrator_who_added_it_leaves() {
    let site = Site::open().await;
    let (ada, grace) = (ada(&site).await, site.administrator("grace").await);
    ada.submit("[[ m.path ]]", FORM).await;
    assert_eq!(ada.leave("ada").await.location(), "/");
    grace.get("[[ m.path ]]/1").await.shows("<h1>[[ m.label().typed() ]]</h1>");
}
[%- else %]
#[actix_web::test]
[%- if m.is_public() %]
async fn everybody_reads_[[ m.sentence_a() ]]_and_nobody_else_writes_it() {
[%- else %]
async fn anothers_[[ m.name ]]_is_not_there() {
[%- endif %]
    let site = Site::open().await;
    let (ada, eve) = ([[ m.ada() ]], site.logged_in("eve").await);
    ada.submit("[[ m.path ]]", FORM).await;
    [%- if m.is_public() %]
    for reader in [site.stranger(), site.logged_in("eve").await] {
        reader.get("[[ m.path ]]").await.shows("[[ m.label().typed() ]]");
        reader.get("[[ m.path ]]/1").await.shows("<h1>[[ m.label().typed() ]]</h1>").hides("[[ m.path ]]/1/edit");
        [%- for reference in m.references() %]
        reader.get("[[ m.path ]]/1").await.shows("<a href=\"/[[ reference.slug() ]]/1\">");
        [%- endfor %]
    }
    for path in ["[[ m.path ]]/1/edit", "[[ m.path ]]/1/delete"] {
    [%- else %]
    eve.get("[[ m.path ]]").await.hides("[[ m.label().typed() ]]");
    for path in ["[[ m.path ]]/1", "[[ m.path ]]/1/edit", "[[ m.path ]]/1/delete"] {
    [%- endif %]
        assert_eq!(eve.get(path).await.status, 404, "{path}");
    }
    for path in ["[[ m.path ]]/1", "[[ m.path ]]/1/delete", "[[ m.path ]]/1/restore"] {
        assert_eq!(eve.submit(path, FORM).await.status, 404, "{path}");
    }
    ada.get("[[ m.path ]]/1").await.shows("<h1>[[ m.label().typed() ]]</h1>");
}
[%- endif %]

#[actix_web::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_is_lost() {
    [[ m.set_up() ]]
    let wrong = [FORM, &[[ m.wrong() ]]].concat();
    let page = ada.submit("[[ m.path ]]", &wrong).await;
    assert_eq!(page.status, 422);
    page.shows("Enter [[ m.label().asked() ]].");
    [%- for field in m.wrong_fields() %]
    page.shows("id=\"[[ field.name ]]-error\"")[% if let Some(wrong) = field.wrong_shown() %].shows("[[ wrong ]]")[% endif %];
    [%- endfor %]
    [%- if let Some(kept) = m.kept() %]
    page.shows("[[ kept.typed() ]]</textarea>");
    [%- endif %]
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM [[ m.plural ]]").await, 0);
}

#[actix_web::test]
async fn [[ m.plural ]]_are_found_by_their_words_and_sorted_by_a_head() {
    [[ m.set_up() ]]
    for word in ["Bread", "Tea"] {
        ada.submit("[[ m.path ]]", &[FORM, &[("[[ m.label().name ]]", word)]].concat()).await;
    }
    ada.get("[[ m.path ]]?q=tea").await.shows(">Tea</a>").hides(">Bread</a>");
    [%- for field in m.sorted() %]
    [%- if field.name == m.label().name %]
    let sorted = ada.get("[[ m.path ]]?sort=[[ field.name ]]").await.body;
    assert!(sorted.find(">Bread</a>") < sorted.find(">Tea</a>"), "{sorted}");
    [%- else %]
    ada.get("[[ m.path ]]?sort=-[[ field.name ]]").await.shows(">Tea</a>").shows("aria-sort=\"descending\"");
    [%- endif %]
    [%- endfor %]
}
[% for reference in m.references() %]
#[actix_web::test]
async fn [[ reference.sentence() ]]_of_somebody_else_is_none() {
    let site = Site::open().await;
    [%- if m.is_admin() %]
    let ada = ada(&site).await;
    let form = [FORM, &[("[[ reference.name ]]", "99")]].concat();
    [%- else %]
    let (ada, eve) = (ada(&site).await, site.logged_in("eve").await);
    leave_rows(&eve, "/[[ reference.slug() ]]").await;
    let id = site.count("SELECT max(id) AS count FROM [[ reference.table() ]]").await.to_string();
    let form = [FORM, &[("[[ reference.name ]]", id.as_str())]].concat();
    [%- endif %]
    let page = ada.submit("[[ m.path ]]", &form).await;
    assert_eq!(page.status, 422);
    page.shows("Choose one of yours.").shows("id=\"[[ reference.name ]]-error\"");
    assert_eq!(site.count("SELECT count(*) AS count FROM [[ m.plural ]]").await, 0);
}

#[actix_web::test]
async fn [[ reference.sentence() ]]_that_[[ m.sentence_a() ]]_names_stays() {
    [[ m.set_up() ]]
    ada.submit("[[ m.path ]]", FORM).await;
    let page = ada.submit("/[[ reference.slug() ]]/1/delete", &[]).await;
    assert_eq!(page.status, 409);
    page.shows("One of your [[ m.words_plural ]] names this.");
    ada.submit("[[ m.path ]]/1/delete", &[]).await;
    assert_eq!(ada.submit("/[[ reference.slug() ]]/1/delete", &[]).await.status, 409, "it can be brought back");
    ada.site.clock.advance(app::feature::UNDO);
    assert_eq!(ada.submit("/[[ reference.slug() ]]/1/delete", &[]).await.status, 303);
}
[% endfor -%]
[%- if m.api %]
#[actix_web::test]
async fn a_program_adds_reads_changes_and_deletes_[[ m.sentence_a() ]]() {
    [%- if m.needs_ada() %]
    let site = Site::open().await;
    ada(&site).await;
    [%- else %]
    let site = Site::open().await;
    [%- endif %]
    let program = site.program("ada", "[[ m.slug() ]]:read [[ m.slug() ]]:write").await;
    let draft = json!({ [[ m.json() ]] });
    let made = program.json(Method::POST, "/api[[ m.path ]]", &draft).await;
    assert_eq!((made.status, &made.json()["[[ m.last().name ]]"]), (201, &draft["[[ m.last().name ]]"]), "{}", made.body);
    assert_eq!(program.get("/api[[ m.path ]]/1").await.json(), made.json());
    let mut changed = draft.clone();
    changed["[[ m.label().name ]]"] = json!("Bread");
    let answer = program.json(Method::PUT, "/api[[ m.path ]]/1", &changed).await;
    assert_eq!(answer.json()["[[ m.label().name ]]"], "Bread");
    changed["[[ m.label().name ]]"] = json!("");
    let refused = program.json(Method::PUT, "/api[[ m.path ]]/1", &changed).await;
    assert_eq!((refused.status, &refused.json()["errors"]["[[ m.label().name ]]"]), (422, &json!("Enter [[ m.label().asked() ]].")));
    assert_eq!(program.get("/api[[ m.path ]]?q=bread").await.json()["total"], 1);
    assert_eq!(program.send(Method::DELETE, "/api[[ m.path ]]/1", None).await.status, 204);
    assert_eq!(program.get("/api[[ m.path ]]/1").await.status, 404);
}
[%- endif %]
