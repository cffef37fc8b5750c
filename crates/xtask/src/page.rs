//! A protected page: route, handler, template, link, test.

use crate::plan::{Lines, Place, Plan};
use crate::project::{Project, Result};
use crate::served;
use crate::words;

/// What a command makes, if nothing is called so.
pub fn plan(project: &Project, name: &str) -> Result<Plan> {
    let plan = made(name)?;
    // What is there by itself is told by its file.
    if !project.has(&format!("src/{name}.rs")) {
        served::check_address(project, &address(name))?;
        served::check_module(project, name)?;
    }
    Ok(plan)
}

/// The same, made already.
pub fn made(name: &str) -> Result<Plan> {
    words::check(name)?;
    let (title, path) = (words::title(name), address(name));
    let camel = words::camel(name);
    let feature = format!(
        r#"//! {title}: a page for whoever is logged in.

use crate::people::CurrentUser;
use crate::web::{{
    Feature, Page, Place, Response, ServiceConfig, Shelf, Template, render, resource,
}};

pub const FEATURE: Feature = Feature {{
    places: &[Place {{ path: "{path}", name: "{title}", icon: "note", shelf: Shelf::Main }}],
    ..Feature::pages(routes)
}};

fn routes(config: &mut ServiceConfig) {{
    config.service(resource("{path}").get(show));
}}

#[derive(Template)]
#[template(path = "{name}.html")]
struct {camel}Page {{
    page: Page,
}}

async fn show(_: CurrentUser, page: Page) -> Response {{
    render(&{camel}Page {{ page }})
}}
"#
    );
    let template = format!(
        "{{% extends \"base.html\" %}}\n{{% block title %}}{title}{{% endblock %}}\n{{% block main %}}\n<h1>{title}</h1>\n{{% endblock %}}\n"
    );
    let test = format!(
        r#"//! {title}.

use crate::browser::Browser;

#[actix_web::test]
async fn {name}_is_there_for_whoever_is_logged_in() {{
    let ada = Browser::logged_in("ada").await;
    ada.get("/dashboard").await.shows("href=\"{path}\"");
    ada.get("{path}").await.shows("<h1>{title}</h1>");
}}
"#
    );
    let line = |file, begin, end, text| Lines { file, place: Place::Among { begin, end }, text };
    Ok(Plan {
        what: format!("the page `{name}`"),
        files: vec![
            (format!("src/{name}.rs"), feature),
            (format!("templates/{name}.html"), template),
            (format!("tests/web/{name}.rs"), test),
        ],
        lines: vec![
            line("src/lib.rs", "// Your features.", "// Ours.", format!("pub mod {name};\n")),
            line(
                "src/app.rs",
                "    // Yours.",
                "    // Ours.",
                format!("    crate::{name}::FEATURE,\n"),
            ),
            line(
                "tests/web/main.rs",
                "// Of your features.",
                "// Of ours.",
                format!("mod {name};\n"),
            ),
        ],
        advice: vec![format!("Take it out again: `cargo xtask undo page {name}`.")],
    })
}

fn address(name: &str) -> String {
    format!("/{}", name.replace('_', "-"))
}
