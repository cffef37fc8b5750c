//! The settings as they were read, and where each was set. Of a secret it is told that it is set.

use kit::config::{Origin, Setting};

use crate::dev::developer::Developer;
use crate::state::State;
use crate::web::{Page, Response, Template, render};

#[derive(Template)]
#[template(path = "dev/settings.html")]
struct Index {
    page: Page,
    /// Each with the place where it was set, if it was.
    settings: Vec<(Setting, Option<&'static str>)>,
}

pub(super) async fn index(_: Developer, page: Page, state: State) -> Response {
    let place = |origin: Origin| (origin != Origin::Default).then(|| origin.into());
    let settings = state.config().settings.0.iter();
    let settings = settings.map(|setting| (setting.clone(), place(setting.origin))).collect();
    render(&Index { page, settings })
}
