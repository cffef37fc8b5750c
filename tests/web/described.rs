//! What programs send, by the description of the API.

use serde_json::{Value, json};

use crate::drawn::Take;

/// A good body for an operation, empty where it takes none; `None` if it is not described.
pub fn body(document: &Value, method: &str, path: &str, take: Take) -> Option<String> {
    let operation = document["paths"][path].get(method.to_lowercase())?;
    let schema = operation["requestBody"]["content"].get("application/json");
    Some(schema.map_or_else(String::new, |schema| {
        example(document, "", &schema["schema"], take).to_string()
    }))
}

/// Something good for a schema: its own example, or by its type.
fn example(document: &Value, name: &str, schema: &Value, take: Take) -> Value {
    let first_of = |list: &str| schema[list].as_array().and_then(|list| list.first()).cloned();
    if let Some(place) = schema["$ref"].as_str() {
        let schema = document.pointer(place.trim_start_matches('#')).expect(place);
        return example(document, name, schema, take);
    }
    if let Some(given) = schema.get("example").cloned().or(first_of("examples")) {
        return given;
    }
    if let Some(one) = first_of("enum") {
        return one;
    }
    for list in ["oneOf", "anyOf", "allOf"] {
        let schemas = schema[list].as_array().into_iter().flatten();
        if let Some(schema) = schemas.into_iter().find(|schema| schema["type"] != "null") {
            return example(document, name, schema, take);
        }
    }
    by_type(document, name, schema, take)
}

fn by_type(document: &Value, name: &str, schema: &Value, take: Take) -> Value {
    let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    let kind = kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null");
    let of = |first: Value, second: Value| if take == Take::First { first } else { second };
    match kind {
        Some("object") => {
            let members = schema["properties"].as_object().into_iter().flatten();
            let filled =
                members.map(|(name, schema)| (name.clone(), example(document, name, schema, take)));
            Value::Object(filled.collect())
        }
        // Of the rows that the forms of the pages have made.
        Some("integer") if name.ends_with("_id") => json!(1),
        Some("integer") => json!(within(schema, if take == Take::First { 12 } else { 13 })),
        Some("number") => of(json!(12.5), json!(13.5)),
        Some("boolean") => of(json!(false), json!(true)),
        Some("array") => json!([]),
        _ => text(schema, take).into(),
    }
}

/// A whole number that is no smaller and no larger than may be.
fn within(schema: &Value, wish: i64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "bounds of whole numbers")]
    let bound = |name: &str| schema[name].as_f64().map(|bound| bound as i64);
    wish.clamp(bound("minimum").unwrap_or(i64::MIN), bound("maximum").unwrap_or(i64::MAX))
}

fn text(schema: &Value, take: Take) -> String {
    let [first, second] = match schema["format"].as_str() {
        Some("date") => ["2026-12-01", "2026-12-02"],
        Some("date-time") => ["2026-12-01T12:00:00Z", "2026-12-02T12:00:00Z"],
        Some("time") => ["12:00:00", "13:00:00"],
        Some("email") => ["new@example.com", "newer@example.com"],
        Some("uri" | "url") => ["https://example.com/milk", "https://example.com/bread"],
        Some("decimal") => ["12.50", "13.50"],
        _ => ["Milk", "Bread"],
    };
    let limit = schema["maxLength"].as_u64().map_or(usize::MAX, |limit| limit.try_into().unwrap());
    (if take == Take::First { first } else { second }).chars().take(limit).collect()
}

#[test]
fn a_body_is_good_for_the_schema_that_describes_it() {
    let draft = json!({ "type": "object", "properties": {
        "name": { "type": "string", "maxLength": 3 },
        "due": { "type": ["string", "null"], "format": "date" },
        "state": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/State" }] },
        "code": { "type": "string", "example": "A-1" },
        "paid": { "type": "boolean" },
        "price": { "type": "number" },
        "customer_id": { "type": "integer" },
    }});
    let schemas =
        json!({ "Draft": draft, "State": { "type": "string", "enum": ["open", "paid"] } });
    let content =
        json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Draft" } } });
    let operations = json!({ "post": { "requestBody": { "content": content } }, "delete": {} });
    let document =
        json!({ "paths": { "/api/x": operations }, "components": { "schemas": schemas } });
    let sent = body(&document, "POST", "/api/x", Take::First).unwrap();
    let good = json!({ "name": "Mil", "due": "2026-12-01", "state": "open", "code": "A-1", "paid": false,
        "price": 12.5, "customer_id": 1 });
    assert_eq!(serde_json::from_str::<Value>(&sent).unwrap(), good);
    assert_eq!(body(&document, "DELETE", "/api/x", Take::First).as_deref(), Some(""));
    assert_eq!(body(&document, "PUT", "/api/x", Take::First), None);
}
