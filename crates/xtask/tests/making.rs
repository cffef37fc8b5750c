//! What the commands make under names that are not easy, and for whom. `scripts/models` builds and tests the like.

mod copied;

use crate::copied::Copied;

#[test]
fn what_everybody_reads_refers_to_what_everybody_reads() {
    let app = Copied::new();
    app.makes("model heron name:string");
    app.makes("model islet name:string --public");
    let sonnet = "model sonnet title:string heron:references --public";
    app.refuses(sonnet, "Everybody would read how somebody's herons are called");
    app.refuses("model sonnet title:string heron:references? --public", "make those by `--public`");
    app.makes("model sonnet title:string islet:references twin:references:islets? --public");
    let pages = app.read("src/sonnets.rs");
    assert!(pages.contains("let named = [sonnet.islet_id];"), "{pages}");
    assert!(pages.contains("let named: Vec<_> = sonnet.twin_id.into_iter().collect();"), "{pages}");
    app.makes("model sighting name:string islet:references");
}

#[test]
fn a_model_is_not_public_any_more_when_its_source_says_so() {
    let app = Copied::new();
    app.makes("model islet name:string --public");
    let source = app.read("src/islets/model.rs").replace("fn all_islets(", "fn some_islets(");
    app.write("src/islets/model.rs", &source);
    app.refuses("model sonnet title:string islet:references --public", "Everybody would read");
}

#[test]
fn choices_and_references_are_called_as_nothing_else_in_the_source_is() {
    let app = Copied::new();
    app.makes("model heron name:string");
    let choices = ["result", "time", "form", "line", "list", "row", "kind", "status", "joust"];
    let choices = choices.map(|name| format!("{name}:choice:one,two"));
    app.makes(&format!("model joust name:string {} value:references:herons", choices.join(" ")));
    let source = app.read("src/jousts/model.rs");
    for name in ["Result", "Time", "Form", "Line", "List", "Row", "Kind", "Joust"] {
        assert!(source.contains(&format!("enum Joust{name} ")), "{name}: {source}");
    }
    assert!(source.contains("enum Status "), "a name that is free stays as it is: {source}");
    assert!(source.contains("choices!(pub(super) JoustValues in herons"), "{source}");
    app.refuses(
        "model fox name:string fox_b1:choice:x,y b_1:choice:x,y b1:choice:x,y",
        "too much like",
    );
}

#[test]
fn names_and_kinds_that_clippy_would_not_choose_are_let_be() {
    let app = Copied::new();
    app.makes(
        "model herb name:string herb_number:string priority:choice:low_priority,high_priority",
    );
    app.makes("model form_letter name:string draft:text? a:bool b:bool c:bool d:bool");
    app.makes("model plateau name:string herbed:bool state:choice:open,closed");
    let [herb, letter, plateau] = ["herbs", "form_letters", "plateaus"]
        .map(|plural| app.read(&format!("src/{plural}/model.rs")));
    assert!(
        herb.contains("clippy::enum_variant_names,\n    clippy::struct_field_names,"),
        "{herb}"
    );
    assert!(letter.contains("clippy::struct_excessive_bools,"), "{letter}");
    assert!(letter.contains("clippy::struct_field_names,"), "{letter}");
    assert!(!plateau.contains("#!["), "{plateau}");
}

#[test]
fn a_variable_hides_nothing_that_its_handler_calls() {
    let app = Copied::new();
    for name in ["change", "redirect", "draw", "render", "save", "owner", "user_id", "caller"] {
        app.makes(&format!("model {name} name:string --plural {name}_list"));
        let pages = app.read(&format!("src/{name}_list.rs"));
        assert!(pages.contains(&format!("async fn edit({name}_row: Own<")), "{pages}");
    }
    app.makes("model pebble name:string");
    app.makes("model magpie name:string magpie:references:pebbles");
    let pages = app.read("src/magpies.rs");
    assert!(pages.contains("    magpies: List<Magpie>,\n    magpie_choices: Named,"), "{pages}");
}

#[test]
fn common_names_are_names_of_models() {
    let app = Copied::new();
    let names = "order message product task project comment post category tag item booking ticket contact invoice \
        customer visit group state status choice question answer profile_page member team label street";
    for name in names.split_whitespace() {
        let fields = "name:string status:choice:open,end kind:string result:text";
        app.makes_or_has(&format!("model {name} {fields}"));
    }
}

#[test]
fn no_model_is_called_as_a_type_of_its_own_source() {
    let app = Copied::new();
    app.makes("model gizmo name:string at:datetime? price:decimal site:url? n:integer:1..5");
    let sources = app.read("src/gizmos.rs") + &app.read("src/gizmos/model.rs");
    let lists = sources.split("use crate::").skip(1).filter_map(|rest| rest.split_once(';'));
    let names = lists.flat_map(|(list, _)| list.split(|c: char| !c.is_alphanumeric()));
    let types = names.filter(|name| name.starts_with(char::is_uppercase) && *name != "UNDO");
    let types: Vec<_> = types.filter(|name| *name != "Gizmo").collect();
    assert!(types.len() > 30, "{types:?}");
    for name in types {
        let name = snake(name);
        app.refuses(
            &format!("model {name} name:string --plural several"),
            "in the sources of every model",
        );
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[test]
fn what_administrators_share_stays_when_one_of_them_leaves() {
    let app = Copied::new();
    app.makes("model edict name:string --admin");
    app.makes("model errand name:string");
    for database in ["sqlite", "postgres"] {
        let [shared, own] =
            ["_create_edicts", "_create_errands"].map(|it| app.migration(database, it));
        assert!(shared.contains(" REFERENCES users (id) ON DELETE SET NULL,"), "{shared}");
        assert!(!shared.contains("NOT NULL REFERENCES users"), "{shared}");
        assert!(own.contains(" NOT NULL REFERENCES users (id) ON DELETE CASCADE,"), "{own}");
    }
    let schema = app.read("src/schema.rs");
    assert!(schema.contains("user_id -> Nullable<BigInt>,\n        name"), "{schema}");
}

#[test]
fn of_two_models_no_part_is_called_alike() {
    let app = Copied::new();
    app.makes("model fox name:string");
    app.refuses("model fox name:string --plural vixens", "There is a model `fox` already");
    app.refuses("model owl name:string --plural foxes_by_user", "The database has `foxes_by_user`");
    app.refuses(
        "model owl name:string --plural deleted_owl",
        "two functions called `deleted_owl_of`",
    );
    app.makes("model leaf name:string --plural foliage");
    app.makes("model foliage name:string --plural foliages leaf:references:foliage");
    if app.has("src/api.rs") {
        app.refuses("model fox_draft name:string", "describes a `FoxDraft`");
        app.refuses("model profile name:string", "src/api.rs describes a `Profile`");
        app.makes("model profile name:string --no-api");
    }
}

#[test]
fn the_app_keeps_its_unit_of_another_name() {
    let app = Copied::new();
    let manifest = app.read("Cargo.toml");
    app.write("deploy/fleet.service", "Mine.");
    app.refuses("rename fleet Fleet", "deploy/fleet.service is there already");
    assert_eq!(app.read("deploy/fleet.service"), "Mine.");
    assert_eq!(app.read("Cargo.toml"), manifest, "nothing is changed");
    app.makes("rename boats Boats");
    assert!(app.has("deploy/boats.service"));
    app.makes("rename fleets Fleets");
    assert!(!app.has("deploy/boats.service"));
}
