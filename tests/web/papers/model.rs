//! A paper, its table, and the form that it is written with.

use app::db::{Backend, Connection, Export, copy_of, lower};
use app::web::{Db, Deserialize, Errors, Form, List, Order, Owned, Paging, Result, Row};
use diesel::prelude::*;
use serde::Serialize;

diesel::table! {
    papers (id) {
        id -> BigInt,
        user_id -> BigInt,
        title -> Text,
        body -> Text,
        created_at -> Timestamp,
    }
}

#[derive(Queryable, Selectable, Serialize, utoipa::ToSchema)]
pub(super) struct Paper {
    pub(super) id: i64,
    pub(super) title: String,
    pub(super) body: String,
    #[serde(serialize_with = "app::web::rfc3339")]
    pub(super) created_at: time::PrimitiveDateTime,
}

#[derive(Default, Deserialize, Insertable, AsChangeset, utoipa::ToSchema)]
#[diesel(table_name = papers)]
#[schema(as = PaperDraft)]
#[serde(default)]
pub(super) struct Draft {
    #[schema(required, min_length = 1, max_length = 100)]
    pub(super) title: String,
    #[schema(max_length = 5000)]
    pub(super) body: String,
}

impl Form for Draft {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("title", &mut self.title, "a title", 100);
        errors.text("body", &mut self.body, 5000);
    }
}

#[diesel::dsl::auto_type]
pub(super) fn papers_of(user_id: i64) -> _ {
    papers::table.filter(papers::user_id.eq(user_id))
}

#[diesel::dsl::auto_type]
pub(super) fn paper_of(user_id: i64, id: i64) -> _ {
    let own: papers_of = papers_of(user_id);
    own.filter(papers::id.eq(id))
}

impl Owned for Paper {
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self> {
        paper_of(user_id, id).select(Self::as_select()).first(conn)
    }
}

pub(super) async fn list(db: &Db, user_id: i64, paging: Paging) -> Result<List<Paper>> {
    let pattern = paging.pattern();
    let found = move || {
        let all = papers_of(user_id).into_boxed::<Backend>();
        let Some(pattern) = pattern.clone() else { return all };
        let in_title = lower(papers::title).like(pattern.clone()).escape('\\');
        all.filter(in_title.or(lower(papers::body).like(pattern).escape('\\')))
    };
    let count = found.clone();
    let load = move |conn: &mut Connection, paging: &Paging| {
        let (newest, title) = (papers::id.desc(), lower(papers::title));
        let rows = match paging.order() {
            ("title", Order::Ascending) => found().order((title.asc(), newest)),
            ("title", Order::Descending) => found().order((title.desc(), newest)),
            ("created", Order::Ascending) => found().order(papers::id.asc()),
            _ => found().order(newest),
        };
        rows.limit(paging.limit()).offset(paging.offset()).select(Paper::as_select()).load(conn)
    };
    db.list(paging, load, move |conn| count().count().get_result(conn)).await
}

pub(super) fn newest(conn: &mut Connection, user_id: i64) -> QueryResult<Vec<Row>> {
    let newest = papers_of(user_id).order(papers::id.desc()).limit(5).select(Paper::as_select());
    let row = |Paper { id, title, created_at, .. }| Row {
        path: format!("/papers/{id}"),
        title,
        created_at,
    };
    Ok(newest.load(conn)?.into_iter().map(row).collect())
}

pub(super) const EXPORT: Export = copy_of!(papers.user_id, Paper; id, title, body, created_at);
