//! The way to another site, which tells who somebody is.

use crate::accounts::asked;
use crate::people::providers::{Departure, Providers, Visit};
use crate::web::{Client, HttpRequest, HttpResponse, Page, Result, Template, render};

/// Not a redirect: browsers follow none from a form to another site (`form-action`).
#[derive(Template)]
#[template(path = "providers/leave.html")]
struct LeavePage {
    page: Page,
    name: String,
    host: String,
    url: String,
}

/// The page that leads to that site; a sentence if it does not answer. `keep` writes down that they come back, with the
/// rights of whoever leaves.
pub(super) async fn send_away(
    req: &HttpRequest, page: Page, (providers, slug): (&Providers, &str), visit: &Visit,
    keep: impl AsyncFnOnce(Departure) -> Result<usize>,
) -> Result<Result<HttpResponse, String>> {
    let (name, secret) = (providers.named(slug)?.name.clone(), asked::secret_or_new(req));
    let asked = providers.ask(&Client::of(req), slug, &secret, visit).await?;
    let Some(departure) = asked else {
        return Ok(Err(format!("{name} does not answer. Try it later, or choose another way.")));
    };
    let (host, url) = (departure.url.host_str().unwrap_or_default(), departure.url.to_string());
    let away = LeavePage { page, name, host: host.to_owned(), url };
    keep(departure).await?;
    let mut response = render(&away)?;
    response.add_cookie(&asked::cookie(req, secret))?;
    Ok(Ok(response))
}
