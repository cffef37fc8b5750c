//! What happened to somebody's log-ins, for them to look through.

use kit::{Clock, Time};
use time::Date;

use crate::people::{Activity, CurrentUser};
use crate::web::{Db, List, Page, Paging, Response, ServiceConfig, Template, render, resource};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account/activity").get(index));
}

/// The same thing several times in a row.
struct Entry<'a> {
    event: &'a Activity,
    times: i64,
}

struct Day<'a> {
    date: Date,
    entries: Vec<Entry<'a>>,
}

/// The days, the newest first, with what happened on each.
fn days(events: &[Activity]) -> Vec<Day<'_>> {
    let same_day = |a: &Activity, b: &Activity| a.created_at.date() == b.created_at.date();
    let days = events.chunk_by(same_day).filter_map(|of_day| {
        let like = of_day.chunk_by(Activity::is_like);
        let entries = like.filter_map(|like| {
            let times = like.iter().map(|event| event.times).sum();
            Some(Entry { event: like.first()?, times })
        });
        Some(Day { date: of_day.first()?.created_at.date(), entries: entries.collect() })
    });
    days.collect()
}

#[derive(Template)]
#[template(path = "accounts/activity.html")]
struct ActivityPage<'a> {
    page: Page,
    days: Vec<Day<'a>>,
    events: &'a List<Activity>,
    now: Time,
}

async fn index(user: CurrentUser, page: Page, db: Db, clock: Clock, paging: Paging) -> Response {
    let (user_id, only_warnings) = (user.id, paging.only() == "warnings");
    let load =
        move |conn: &mut _, paging: &Paging| Activity::of(conn, user_id, only_warnings, paging);
    let count = move |conn: &mut _| Activity::count(conn, user_id, only_warnings);
    let events = db.list(paging, load, count).await?;
    render(&ActivityPage { page, days: days(&events.items), events: &events, now: clock.now() })
}
