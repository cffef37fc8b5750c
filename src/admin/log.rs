//! The audit log: what happened to anybody, to be looked through, and to be taken along as a file.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use diesel::QueryResult;
use kit::clock::to_rfc3339;
use kit::text::csv_line;
use kit::{Clock, Email, Time};
use strum::VariantArray as _;
use time::Date;
use url::form_urlencoded::Serializer;

use crate::db::Connection;
use crate::people::audit::{Entry, Wanted};
use crate::people::{Admin, Event, User};
use crate::web::{
    Db, Deserialize, HttpResponse, List, Page, Paging, Query, Response, Result, ServiceConfig,
    Submitted, Template, Typed, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/admin/log").get(index))
        .service(resource("/admin/log.csv").get(export));
}

/// How many lines a file has at most: about two megabytes.
const LINES_MAX: i64 = 10_000;

/// The id that nobody has.
const NOBODY: i64 = 0;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Search {
    kind: String,
    /// An address, or the number of somebody who is gone.
    person: String,
    network: String,
    since: Typed<Option<Date>>,
    until: Typed<Option<Date>>,
}

impl Search {
    async fn wanted(&self, db: &Db) -> Result<Wanted> {
        let person = match self.person.trim() {
            "" => None,
            text => match Email::of_account(text) {
                None => Some(text.parse().unwrap_or(NOBODY)),
                Some(email) => {
                    let user = db.look_up(move |conn| User::by_email(conn, &email)).await?;
                    Some(user.map_or(NOBODY, |user| user.id))
                }
            },
        };
        let day = |typed: &Typed<Option<Date>>| typed.value().ok().copied().flatten();
        Ok(Wanted {
            kind: self.kind.parse().ok(),
            person,
            network: self.network.trim().to_owned(),
            since: day(&self.since),
            until: day(&self.until),
        })
    }

    /// As it stands in an address.
    fn query(&self, page: i64) -> String {
        let fields = [
            ("kind", &*self.kind),
            ("person", &*self.person),
            ("network", &*self.network),
            ("since", self.since.text()),
            ("until", self.until.text()),
            ("page", &*page.to_string()),
        ];
        let mut query = Serializer::new(String::new());
        query.extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
        query.finish()
    }
}

#[derive(Template)]
#[template(path = "admin/log.html")]
struct Index {
    page: Page,
    form: Submitted<Search>,
    kinds: Vec<(&'static str, &'static str)>,
    entries: List<Entry>,
    now: Time,
}

async fn index(
    _: Admin, page: Page, db: Db, clock: Clock, paging: Paging, Query(search): Query<Search>,
) -> Response {
    let wanted = search.wanted(&db).await?;
    let mut form = Submitted::with(search);
    form.errors.typed("since", &form.fields.since);
    form.errors.typed("until", &form.fields.until);
    // Away from the thread that serves: for some of this, all rows are looked at.
    let load = move |conn: &mut Connection| {
        let found = wanted.load(conn, (paging.offset(), paging.limit()))?;
        let total = paging.needs_count(found.len()).then(|| wanted.count(conn)).transpose()?;
        QueryResult::Ok(paging.list(found, total))
    };
    let entries = db.run(load).await?;
    render_with(form.status(), &Index { page, form, kinds: kinds(), entries, now: clock.now() })
}

/// What may be asked for by itself.
fn kinds() -> Vec<(&'static str, &'static str)> {
    let kept = Event::VARIANTS.iter().filter_map(|event| Some((event.name(), event.sentence()?)));
    kept.collect()
}

async fn export(admin: Admin, db: Db, Query(search): Query<Search>) -> Response {
    let wanted = search.wanted(&db).await?;
    let load = move |conn: &mut _| Ok(wanted.load(conn, (0, LINES_MAX))?);
    let entries = admin.read(&db, load).await?;
    let head = ["when", "kind", "what", "person", "by", "network", "browser", "times"];
    let is_cut = i64::try_from(entries.len()).is_ok_and(|count| count == LINES_MAX);
    let more = is_cut.then(|| csv_line(["Older lines are left out: choose fewer days."]));
    let lines = entries.iter().map(line).chain(more);
    let table: String = std::iter::once(csv_line(head)).chain(lines).collect();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit-log.csv\""))
        .body(table))
}

fn line(entry: &Entry) -> String {
    csv_line([
        &*to_rfc3339(entry.created_at()),
        entry.kind(),
        entry.sentence(),
        &entry.whom.text,
        &entry.by.text,
        entry.ip_address(),
        entry.user_agent(),
        &entry.times().to_string(),
    ])
}
