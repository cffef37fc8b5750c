//! What a page tells of an API, read from its document.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

use kit::http::api_reference::{ApiReference, Field, Operation};
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

/// What is read from a document with these parts.
fn read(mut document: Value) -> ApiReference {
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({ "title": "Bakery", "version": "1" });
    let document: OpenApi = serde_json::from_value(document).unwrap();
    ApiReference::read(&document, "https://bakery.example")
}

/// The only operation of a document with these schemas: it takes the one called `Bread`.
fn baking(schemas: &Value) -> Operation {
    let content =
        json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Bread" } } });
    let operation = json!({ "requestBody": { "content": content }, "responses": {} });
    let paths = json!({ "/bread": { "post": operation } });
    let mut api = read(json!({ "paths": paths, "components": { "schemas": schemas } }));
    api.groups.remove(0).operations.remove(0)
}

/// A field in a line.
fn line(field: &Field) -> String {
    let star = if field.is_required { "*" } else { "" };
    format!("{}{star}: {} {}", field.name, field.kind, field.limits).trim_end().to_owned()
}

fn lines(schemas: &Value) -> Vec<String> {
    baking(schemas).body.unwrap().fields.iter().map(line).collect()
}

#[test]
fn a_baker_reads_what_each_field_may_be() {
    let bread = json!({ "type": "object", "required": ["loaves"], "properties": {
        "loaves": { "type": "integer", "minimum": 1, "maximum": 9 },
        "name": { "type": ["string", "null"], "maxLength": 20 },
        "baked": { "type": "string", "format": "date-time" },
        "flour": { "type": "string", "enum": ["rye", "wheat"] },
        "seeds": { "type": "array", "items": { "type": "string" } }
    } });
    let expected = [
        "baked: string (date-time)",
        "flour: \"rye\" or \"wheat\"",
        "loaves*: integer at least 1, at most 9",
        "name: string or null length at most 20",
        "seeds: array of string",
    ];
    assert_eq!(lines(&json!({ "Bread": bread })), expected);
}

#[test]
fn fields_within_fields_are_told_however_they_are_put_together() {
    let grain = json!({ "type": "object", "properties": { "mill": { "type": "string" } } });
    let oven = json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Grain" }] });
    let bread = json!({ "allOf": [
        { "type": "object", "properties": { "oven": oven } },
        { "type": "object", "properties": { "grains": { "type": "array", "items": grain } } }
    ] });
    let lines = lines(&json!({ "Bread": bread, "Grain": grain }));
    let expected = [
        "oven: null or object",
        "oven.mill: string",
        "grains: array of object",
        "grains[].mill: string",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_list_is_a_field_by_itself() {
    let bread = json!({ "type": "array", "items": { "type": "integer" }, "minItems": 1 });
    let baking = baking(&json!({ "Bread": bread }));
    assert_eq!(
        line(&baking.body.as_ref().unwrap().fields[0]),
        "body*: array of integer items at least 1"
    );
    assert_eq!(baking.body.unwrap().example, "[\n  1\n]");
}

#[test]
fn a_schema_that_holds_itself_comes_to_an_end() {
    let itself = json!({ "$ref": "#/components/schemas/Bread" });
    let bread = json!({ "type": "object", "properties": { "crumbs": { "type": "array", "items": itself } } });
    assert_eq!(lines(&json!({ "Bread": bread }))[1], "crumbs[].crumbs: array of object");
    assert!(lines(&json!({ "Bread": itself })).is_empty());
    let both = json!({ "allOf": [itself, itself], "oneOf": [itself, itself] });
    assert_eq!(baking(&json!({ "Bread": both })).path, "/bread");
}

#[test]
fn nothing_in_a_document_leaves_the_quotes_of_the_line_for_a_shell() {
    let name = json!({ "type": "string", "example": "'; rm -r ~; '" });
    let bread = json!({ "type": "object", "properties": { "name": name } });
    let line = baking(&json!({ "Bread": bread })).curl;
    assert_eq!(
        line,
        r#"curl 'https://bakery.example/bread' -X POST -H 'Content-Type: application/json' -d '{"name":"'\''; rm -r ~; '\''"}'"#
    );
}

#[test]
fn the_line_for_a_shell_holds_what_the_request_cannot_do_without() {
    let parameter = |name: &str, place: &str, required: bool, example: Value| json!({ "name": name, "in": place, "required": required, "schema": { "type": "string", "example": example } });
    let shared = json!([parameter("shop", "path", true, json!("a b/c"))]);
    let own = json!([
        parameter("day", "query", true, json!("Monday & Tuesday")),
        parameter("late", "query", false, json!("no")),
        parameter("X-Till", "header", true, json!("7"))
    ]);
    let operation = json!({ "parameters": own, "responses": {} });
    let paths = json!({ "/{shop}/bread": { "parameters": shared, "get": operation } });
    let found = &read(json!({ "paths": paths })).groups[0].operations[0];
    let url = "https://bakery.example/a%20b%2Fc/bread?day=Monday%20%26%20Tuesday";
    assert_eq!(found.curl, format!("curl '{url}' -H 'X-Till: 7'"));
}

#[test]
fn who_needs_a_token_is_told_for_what() {
    let scopes = json!({ "bread:bake": "Bake bread" });
    let flows = json!({ "password": { "tokenUrl": "/token", "scopes": scopes } });
    let schemes = json!({ "password": { "type": "oauth2", "flows": flows } });
    let operation = |security: Value| json!({ "security": security, "responses": {} });
    let paths = json!({ "/bread": {
        "get": operation(json!([{}, { "password": ["bread:bake"] }])),
        "post": operation(json!([{ "password": ["bread:bake"] }, { "token": [] }])),
        "put": { "responses": {} }
    } });
    let api = read(json!({ "paths": paths, "components": { "securitySchemes": schemes } }));
    let needs: Vec<_> = api.groups[0].operations.iter().map(|op| op.needs_token).collect();
    assert_eq!(needs, [false, true, false]);
    let needed = &api.groups[0].operations[1];
    assert_eq!((&*needed.scopes[0].name, &*needed.scopes[0].about), ("bread:bake", "Bake bread"));
    assert!(needed.curl.ends_with("-H \"Authorization: Bearer $TOKEN\""));
    assert_eq!(api.password.unwrap().url, "/token");
}

#[test]
fn groups_come_in_the_order_of_the_tags_and_methods_in_that_of_people() {
    let operation = |tags: Value| json!({ "tags": tags, "responses": {} });
    let paths = json!({
        "/bread": { "delete": operation(json!(["bread"])), "get": operation(json!(["bread"])) },
        "/cake": { "get": operation(json!(["cake"])), "post": operation(json!([])) }
    });
    let tags = json!([{ "name": "cake", "description": "For Sundays" }, { "name": "none" }]);
    let groups = read(json!({ "paths": paths, "tags": tags })).groups;
    let told: Vec<_> = groups.iter().map(|group| (&*group.name, &*group.about)).collect();
    assert_eq!(told, [("cake", "For Sundays"), ("bread", ""), ("other", "")]);
    assert_eq!(groups[1].operations[0].method, "GET");
    assert_eq!(groups[2].operations[0].id, "POST-cake");
}

#[test]
fn an_answer_without_words_is_called_by_its_status() {
    let responses = json!({ "404": { "description": "" }, "422": { "description": "Burnt" }, "default": { "description": "" } });
    let paths = json!({ "/bread": { "get": { "responses": responses } } });
    let api = read(json!({ "paths": paths }));
    let answers = api.groups[0].operations[0].answers.iter();
    let told: Vec<_> = answers.map(|answer| (&*answer.status, &*answer.about)).collect();
    assert_eq!(told, [("404", "Not Found"), ("422", "Burnt"), ("default", "")]);
}
