//! The start page, open to all, and the dashboard: what the features have to show.

use actix_login::Presented;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, HttpResponseBuilder};
use diesel::QueryResult;
use kit::Time;
use kit::http::deadline::may_write;
use serde_json::json;

use crate::brand;
use crate::config::{CHOICE_LASTS, CookieUse};
use crate::db::Connection;
use crate::feature::{Features, Figure, Newest, Place, Row, Shelf};
use crate::people::{Accounts, CurrentUser, User};
use crate::state::State;
use crate::web::{
    Db, Feature, HttpRequest, Page, Response, ServiceConfig, Template, redirect, render, resource,
};

pub const FEATURE: Feature = Feature {
    places: &[Place { path: "/dashboard", name: "Dashboard", icon: "home", shelf: Shelf::Main }],
    ..Feature::pages(routes)
};

fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/").get(start))
        .service(resource("/icon.svg").get(icon))
        .service(resource("/manifest.webmanifest").get(manifest))
        .service(resource("/dashboard").get(dashboard))
        .service(resource("/dashboard/steps").post(dismiss));
}

#[derive(Template)]
#[template(path = "home/start.html")]
struct Start {
    page: Page,
    has_accounts: bool,
}

async fn start(page: Page, accounts: Accounts) -> Response {
    let has_accounts = page.user.is_some() || !accounts.are_none().await?;
    render(&Start { page, has_accounts })
}

#[derive(Template)]
#[template(path = "brand/icon.svg")]
struct Icon;

/// In the colours of the brand, which `static/` cannot know.
async fn icon() -> Response {
    Ok(asset("image/svg+xml").body(Icon.render()?))
}

/// How the site looks among the programs of a phone: <https://www.w3.org/TR/appmanifest/>.
async fn manifest() -> Response {
    let [paper, _] = brand::color("paper");
    let icon = json!({ "src": "/icon.svg", "sizes": "any", "type": "image/svg+xml" });
    let manifest = json!({
        "name": brand::NAME, "short_name": brand::NAME, "start_url": "/dashboard", "display": "standalone",
        "background_color": paper, "theme_color": paper, "icons": [icon],
    });
    Ok(asset("application/manifest+json").body(manifest.to_string()))
}

fn asset(kind: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.content_type(kind).insert_header((CACHE_CONTROL, "public, max-age=86400"));
    response
}

/// What the dashboard shows of the features.
struct Overview {
    figures: Vec<(&'static Figure, i64)>,
    newest: Vec<(&'static Newest, Vec<Row>)>,
}

impl Overview {
    fn of(conn: &mut Connection, features: Features, user_id: i64) -> QueryResult<Self> {
        let figures = features.figures().map(|figure| Ok((figure, (figure.count)(conn, user_id)?)));
        let figures = figures.collect::<QueryResult<_>>()?;
        let newest = features.newest().map(|newest| Ok((newest, (newest.rows)(conn, user_id)?)));
        Ok(Self { figures, newest: newest.collect::<QueryResult<_>>()? })
    }
}

/// Something to do for who is new here.
struct Step {
    is_done: bool,
    path: &'static str,
    title: &'static str,
    about: &'static str,
}

/// The side bar's places of this starter. Whoever adds a page of their own has another.
const STARTERS: &[&str] = &["/dashboard", "/notes"];

fn steps(user: &User, page: &Page, overview: &Overview) -> Vec<Step> {
    let address = Step {
        is_done: user.is_verified(),
        path: "/account",
        title: "Confirm your address",
        about: "By the link in your mail, so that you get in when you forget your password.",
    };
    let own_page = Step {
        is_done: page.places().any(|place| !STARTERS.contains(&place.path)),
        path: "/",
        title: "Add a page of your own",
        about: "Three places: a route and a handler in src/, a template in templates/, and its name among the places.",
    };
    let of_features = overview.figures.iter().filter_map(|(figure, count)| {
        let (title, about) = figure.first_step?;
        Some(Step { is_done: *count > 0, path: figure.path, title, about })
    });
    [address].into_iter().chain(of_features).chain([own_page]).collect()
}

#[derive(Template)]
#[template(path = "home/dashboard.html")]
struct Dashboard {
    page: Page,
    user: CurrentUser,
    overview: Overview,
    /// Until they are dismissed.
    steps: Vec<Step>,
    now: Time,
}

async fn dashboard(user: CurrentUser, page: Page, req: HttpRequest, db: Db) -> Response {
    let (state, user_id) = (State::of(&req), user.id);
    let (features, now) = (*state.features(), state.site().clock().now());
    let overview = db.run(move |conn| Overview::of(conn, features, user_id)).await?;
    let dismissed = state.config().cookie(CookieUse::Steps).read(&req) != Presented::Nothing;
    let steps = if dismissed { Vec::new() } else { steps(&user, &page, &overview) };
    render(&Dashboard { page, user, overview, steps, now })
}

/// For this browser, for a year.
async fn dismiss(_: CurrentUser, req: HttpRequest) -> Response {
    may_write()?;
    let cookie = State::of(&req).config().cookie(CookieUse::Steps);
    let mut response = redirect("/dashboard", None);
    response.add_cookie(&cookie.with("dismissed".to_owned(), Some(CHOICE_LASTS)))?;
    Ok(response)
}
