//! What `remove` takes out, and what it leaves alone: in a copy of the app.

mod copied;

use crate::copied::Copied;

/// With gadgets, which are the person's own.
fn with_gadgets() -> Copied {
    let app = Copied::new();
    app.makes("model gadget name:string");
    app
}

/// Where a command said that it keeps what was there.
#[track_caller]
fn kept(said: &str) -> &str {
    let kept = said.split(" lies, as it was, in ").nth(1).expect(said);
    kept.trim().trim_end_matches("/.")
}

#[test]
fn what_somebody_wrote_themselves_stays_as_it_is() {
    let app = with_gadgets();
    let own = [
        ("docs/own.md", "# Gadgets\r\n\r\nGadgets are `gadgets`.\n\n\n\nAnd more.\n"),
        (".venv/README.md", "## gadgets\n"),
        (
            "migrations/sqlite/2099-01-01-000001_more/up.sql",
            "ALTER TABLE users ADD COLUMN gadgets TEXT;\n",
        ),
        (
            "migrations/sqlite/2099-01-01-000001_more/down.sql",
            "ALTER TABLE users DROP COLUMN gadgets;\n",
        ),
        ("migrations/sqlite/2099-01-01-000002_fill/up.sql", "UPDATE users SET name = 'gadgets';\n"),
    ];
    for (file, text) in own {
        app.write(file, text);
    }
    app.makes("remove gadgets");
    for (file, text) in own {
        assert_eq!(app.read(file), text, "{file}");
    }
    assert!(!app.has("src/gadgets.rs") && !app.read("src/schema.rs").contains("gadgets"));
}

#[test]
fn a_page_that_is_called_as_a_table_of_others_goes_without_it() {
    let app = Copied::new();
    let schema = app.read("src/schema.rs");
    app.makes("page users");
    let said = app.makes("remove users");
    assert!(!app.has("src/users.rs") && !said.contains("DROP TABLE"), "{said}");
    assert_eq!(app.read("src/schema.rs"), schema);
}

#[test]
fn what_others_need_is_not_taken_out() {
    let app = with_gadgets();
    app.write("src/more.rs", "fn more() { crate::gadgets::more(); }\n");
    app.refuses("remove gadgets", "src/more.rs names the gadgets");
    app.write("src/more.rs", "use crate::schema::{gadgets, users};\n");
    app.refuses("remove gadgets", "src/more.rs names the gadgets");
    app.write("src/more.rs", "// The crate's gadgets_of_others::more.\n");
    let more = "migrations/postgres/2099-01-01-000001_more/up.sql";
    app.write(more, "ALTER TABLE users ADD COLUMN best BIGINT REFERENCES gadgets (id);\n");
    app.refuses("remove gadgets", "2099-01-01-000001_more/up.sql names the gadgets");
    app.write(more, "");
    app.makes("remove gadgets");
}

#[test]
fn what_is_gone_is_found_again_though_it_was_never_committed() {
    let app = with_gadgets();
    let changed = app.read("src/gadgets.rs") + "// Hours of work.\n";
    app.write("src/gadgets.rs", &changed);
    let said = app.makes("remove gadgets");
    assert!(said.contains(" are gone.\n"), "{said}");
    assert_eq!(app.read(&format!("{}/src/gadgets.rs", kept(&said))), changed);
    app.makes("model gizmo name:string");
    app.write("src/gizmos.rs", "// Mine.\n");
    let said = app.makes("compare gizmo --write");
    assert_eq!(app.read(&format!("{}/src/gizmos.rs", kept(&said))), "// Mine.\n");
}
