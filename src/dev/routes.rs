//! The routes, and what the handler of each asks for: its guards are among its arguments.

use kit::http::resource::{Argument, Route, short};

use crate::dev::developer::Developer;
use crate::web::{HttpRequest, Page, Response, Template, render};

#[derive(Template)]
#[template(path = "dev/routes.html")]
struct Index {
    page: Page,
    handlers: Vec<Handler>,
}

struct Handler {
    method: String,
    path: String,
    guards: Vec<String>,
    others: Vec<String>,
}

impl Handler {
    fn of(route: &Route, method: &str) -> Self {
        let arguments = route.arguments(method).unwrap_or_default().into_iter();
        let (guards, others): (Vec<_>, Vec<_>) = arguments.partition(is_guard);
        let names = |arguments: Vec<Argument>| arguments.iter().map(alias).collect();
        let (guards, others) = (names(guards), names(others));
        Self { method: method.to_owned(), path: route.path.clone(), guards, others }
    }
}

/// Whether an argument can keep a handler from running, and is one of the app's or a guard of the log-in core.
/// (What the kit and Actix Web refuse is a form or an address that cannot be read.)
fn is_guard(argument: &Argument) -> bool {
    let app = module_path!().split("::").next().unwrap_or_default();
    let mut path = argument.name.split("::");
    let origin = (path.next().unwrap_or_default(), path.next().unwrap_or_default());
    argument.refuses && (origin.0 == app || origin == ("actix_login", "guards"))
}

/// As handlers write it.
fn alias(argument: &Argument) -> String {
    let name = short(&argument.name).replace("<Login>", "").replace("<Login, ", "<");
    name.replace("<Error>", "").replace(", CurrentUser>", ">")
}

pub(super) async fn index(_: Developer, page: Page, req: HttpRequest) -> Response {
    let routes = Route::all(&req);
    let handlers = routes
        .iter()
        .flat_map(|route| route.methods.iter().map(|method| Handler::of(route, method)));
    render(&Index { page, handlers: handlers.collect() })
}
