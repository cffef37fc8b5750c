//! How pages look, in this browser.

use kit::http::theme::Theme;

use crate::config::{CHOICE_LASTS, CookieUse};
use crate::people::CurrentUser;
use crate::state::State;
use crate::web::{
    Deserialize, Errors, Flash, Form, HttpRequest, Page, Response, ServiceConfig, Submitted,
    Template, redirect, render, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account/appearance").get(show).post(choose));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ThemeForm {
    theme: String,
}

impl Form for ThemeForm {
    fn check(&mut self, errors: &mut Errors) {
        if self.theme.parse::<Theme>().is_err() {
            errors.add("theme", "Choose one of these.");
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/appearance.html")]
struct AppearancePage {
    page: Page,
    form: Submitted<ThemeForm>,
}

async fn show(_: CurrentUser, page: Page) -> Response {
    render(&AppearancePage { page, form: Submitted::default() })
}

async fn choose(
    _: CurrentUser, req: HttpRequest, page: Page, form: Submitted<ThemeForm>,
) -> Response {
    let (true, Ok(theme)) = (form.is_valid(), form.fields.theme.parse::<Theme>()) else {
        return render_with(form.status(), &AppearancePage { page, form });
    };
    let cookie = State::of(&req).config().cookie(CookieUse::Theme);
    let mut response =
        redirect("/account/appearance", Flash::success("The theme is saved, for this browser."));
    response.add_cookie(&cookie.with(theme.name().to_owned(), Some(CHOICE_LASTS)))?;
    Ok(response)
}
