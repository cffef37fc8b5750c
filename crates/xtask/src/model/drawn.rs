//! The sources of a model: one template each, in `templates/model/`.

use askama::Template;

use super::Model;
use crate::project::Result;

macro_rules! templates {
    ($($name:ident = $path:literal;)*) => {
        $(
            #[derive(Template)]
            #[template(path = $path)]
            struct $name<'a> {
                m: &'a Model,
            }
        )*
    };
}

templates! {
    Pages = "model/pages.rs";
    Rows = "model/model.rs";
    Api = "model/api.rs";
    Schema = "model/schema.rs";
    Tests = "model/tests.rs";
    Index = "model/index.html";
    Show = "model/show.html";
    Edit = "model/edit.html";
    Delete = "model/delete.html";
}

#[derive(Template)]
#[template(path = "model/up.sql")]
struct Up<'a> {
    m: &'a Model,
    postgres: bool,
}

/// Every file of it, with its path. Its migration has this name.
pub fn files(m: &Model, migration: &str) -> Result<Vec<(String, String)>> {
    let plural = &m.plural;
    let mut files = vec![
        (format!("src/{plural}.rs"), draw(&Pages { m })?),
        (format!("src/{plural}/model.rs"), draw(&Rows { m })?),
    ];
    if m.api {
        files.push((format!("src/{plural}/api.rs"), draw(&Api { m })?));
    }
    files.push((format!("templates/{plural}/index.html"), draw(&Index { m })?));
    files.push((format!("templates/{plural}/show.html"), draw(&Show { m })?));
    files.push((format!("templates/{plural}/edit.html"), draw(&Edit { m })?));
    files.push((format!("templates/{plural}/delete.html"), draw(&Delete { m })?));
    for (folder, postgres) in [("sqlite", false), ("postgres", true)] {
        let folder = format!("migrations/{folder}/{migration}");
        files.push((format!("{folder}/up.sql"), draw(&Up { m, postgres })?));
        files.push((format!("{folder}/down.sql"), format!("DROP TABLE {plural};\n")));
    }
    files.push((format!("tests/web/{plural}.rs"), draw(&Tests { m })?));
    Ok(files)
}

/// Its table in `src/schema.rs`.
pub fn schema(m: &Model) -> Result<String> {
    draw(&Schema { m })
}

fn draw(template: &impl Template) -> Result<String> {
    let text = template.render().map_err(|error| error.to_string())?;
    // Askama leaves out the line's end at the end of a file.
    Ok(format!("{}\n", text.trim_end()))
}
