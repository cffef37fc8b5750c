//! Pages behind a cookie: a stranger is sent to the log-in page and comes back to where they wanted to go,
//! "remember me" outlives the browser, a message travels over one redirect, and the office has a log-in page
//! of its own. `cargo run -p actix-login --example pages`, then open <http://localhost:8081>.

use std::time::Duration;

use actix_login::next::{self, NextPage};
use actix_login::{CookieKind, CurrentUser, LoginManager, Presented, SigningKey, log_in_at};
use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::middleware::{Next as Rest, from_fn};
use actix_web::web::{self, Form, Html, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Result};
use serde::Deserialize;

type Ada = CurrentUser<&'static str>;

/// A month, for who wants to be remembered.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What the next page says. A cookie comes from a browser, so that it names a message and holds none.
#[derive(Clone, Copy)]
enum Flash {
    Welcome,
    LoggedOut,
}

impl Flash {
    fn cookie() -> CookieKind {
        CookieKind::new("__Host-flash", true)
    }

    fn put(self) -> Cookie<'static> {
        let name = if matches!(self, Self::Welcome) { "welcome" } else { "logged-out" };
        Self::cookie().with(name, None)
    }

    fn take(req: &HttpRequest) -> &'static str {
        match Self::cookie().read(req) {
            Presented::One(name) if name == "welcome" => "Welcome back! ",
            Presented::One(name) if name == "logged-out" => "You are logged out. ",
            _ => "",
        }
    }
}

/// A page, which shows the message that waits for it, and ends that.
fn page(req: &HttpRequest, text: &str) -> HttpResponse {
    let said = Flash::take(req);
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .cookie(Flash::cookie().expired())
        .body(format!("<!doctype html><title>Pages</title><p>{said}{text}"))
}

/// Another site's page may send forms here, and the browser sends its cookies along: with somebody else's
/// name and password, to log them in as that (log-in CSRF). A browser tells where a form comes from.
async fn check_origin(
    req: ServiceRequest, next: Rest<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>> {
    let site = req.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    let reads = matches!(*req.method(), Method::GET | Method::HEAD);
    if !reads && !matches!(site, Some(b"same-origin" | b"none")) {
        return Ok(req.into_response(HttpResponse::Forbidden()).map_into_right_body());
    }
    Ok(next.call(req).await?.map_into_left_body())
}

fn lead_to(place: &str, flash: Flash, cookie: &Cookie<'static>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, place)).cookie(cookie.clone()).cookie(flash.put()).finish()
}

/// The form goes to the address that it stands at, and takes `next` along.
async fn ask() -> Html {
    Html::new(
        "<!doctype html><title>Log in</title><form method=post>\
         <label>Name <input name=username autocomplete=username></label>\
         <label>Password <input name=password type=password autocomplete=current-password></label>\
         <label><input name=remember type=checkbox> Remember me</label><button>Log in</button></form>",
    )
}

#[derive(Deserialize)]
struct LogIn {
    username: String,
    password: String,
    remember: Option<String>,
}

async fn log_in(
    logins: LoginManager<&'static str>, Query(NextPage { next }): Query<NextPage>,
    form: Form<LogIn>,
) -> Result<HttpResponse> {
    let LogIn { username, password, remember } = form.into_inner();
    // In earnest, compare hashes, and show the form again with what was typed.
    if (username.as_str(), password.as_str()) != ("ada", "lovelace") {
        return Ok(
            HttpResponse::UnprocessableEntity().body("That is not right. Go back, try again.")
        );
    }
    let cookie = match remember {
        Some(_) => logins.remember(&username, REMEMBERED)?,
        None => logins.log_in(&username)?,
    };
    // It comes from the address bar: it may lead nowhere but here.
    let place = next::safe(&next).unwrap_or_else(|| "/".to_owned());
    Ok(lead_to(&place, Flash::Welcome, &cookie))
}

async fn log_out(logins: LoginManager<&'static str>) -> HttpResponse {
    lead_to("/login", Flash::LoggedOut, &logins.log_out())
}

async fn home(user: Ada, req: HttpRequest) -> HttpResponse {
    page(
        &req,
        &format!(
            "Hello, {}! <form method=post action=/logout><button>Log out</button></form>",
            *user
        ),
    )
}

async fn office(user: Ada, req: HttpRequest) -> HttpResponse {
    page(&req, &format!("The office of {}.", *user))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let logins = LoginManager::builder(vec![SigningKey::random()])
        .user_loader(|claims| async move { Ok((claims.sub == "ada").then_some("Ada")) })
        .build()?;
    let port = std::env::var("PORT").map_or(Ok(8081), |port| port.parse())?;
    let app = move || {
        let log_in_page = |path| web::resource(path).get(ask).post(log_in);
        let inner = web::scope("/office/rooms").route("", web::get().to(office));
        App::new()
            .service(log_in_page("/login"))
            .service(log_in_page("/office/login"))
            .service(inner.wrap(log_in_at("/office/login")))
            .route("/logout", web::post().to(log_out))
            .route("/", web::get().to(home))
            .wrap(log_in_at("/login"))
            .wrap(logins.middleware())
            .wrap(from_fn(check_origin))
    };
    Ok(HttpServer::new(app).bind(("127.0.0.1", port))?.run().await?)
}
