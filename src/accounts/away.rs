//! The way to another site, which tells who somebody is.

use crate::accounts::asked;
use crate::people::providers::{Providers, Visit};
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

/// The page that leads to that site; a sentence if it does not answer.
pub(super) async fn send_away(
    req: &HttpRequest, page: Page, providers: &Providers, slug: &str, visit: &Visit,
) -> Result<Result<HttpResponse, String>> {
    let (name, secret) = (providers.named(slug)?.name.clone(), asked::secret_or_new(req));
    let Some(url) = providers.ask(&Client::of(req), slug, &secret, visit).await? else {
        return Ok(Err(format!(
            "{name} does not answer. Try it later, or log in with your password."
        )));
    };
    let host = url.host_str().unwrap_or_default().to_owned();
    let mut response = render(&LeavePage { page, name, host, url: url.into() })?;
    response.add_cookie(&asked::cookie(req, secret))?;
    Ok(Ok(response))
}
