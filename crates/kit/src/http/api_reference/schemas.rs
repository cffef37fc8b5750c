//! What a JSON schema says, in words, as a list of fields, and as an example.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use super::{Field, entries, list, text};

/// A schema may hold itself, and a reference lead to itself: what lies deeper than this is not told.
const DEPTH: usize = 5;

/// What is allowed, as the schema writes it and as people read it.
const LIMITS: [(&str, &str); 11] = [
    ("minimum", "at least"),
    ("exclusiveMinimum", "more than"),
    ("maximum", "at most"),
    ("exclusiveMaximum", "less than"),
    ("multipleOf", "a multiple of"),
    ("minLength", "length at least"),
    ("maxLength", "length at most"),
    ("minItems", "items at least"),
    ("maxItems", "items at most"),
    ("pattern", "like"),
    ("default", "by default"),
];

/// Strings that are more than that, and one of each.
const FORMATS: [(&str, &str); 6] = [
    ("date-time", "2026-01-31T12:00:00Z"),
    ("date", "2026-01-31"),
    ("email", "ada@example.com"),
    ("uri", "https://example.com/"),
    ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
    ("ipv4", "192.0.2.1"),
];

/// The schemas of a document, which refer to each other.
pub(super) struct Schemas<'a>(&'a Value);

impl<'a> Schemas<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self(document)
    }

    /// What a `$ref` stands for, over however many of them; anything else stands for itself.
    pub(super) fn find(&self, value: &'a Value) -> &'a Value {
        let mut found = value;
        for _ in 0..DEPTH {
            let Some(place) = found["$ref"].as_str() else { return found };
            found = self.0.pointer(place.trim_start_matches('#')).unwrap_or(&Value::Null);
        }
        &Value::Null
    }

    /// What a body holds. One that is no object is a field by itself.
    pub(super) fn fields(&self, schema: &'a Value) -> Vec<Field> {
        let mut fields = Vec::new();
        if self.find(schema).is_null() {
            return fields;
        }
        if self.properties(schema).is_empty() {
            fields.push(self.field("body".to_owned(), schema, true));
            self.within("body", schema, DEPTH, &mut fields);
        } else {
            self.within("", schema, DEPTH, &mut fields);
        }
        fields
    }

    /// One of these.
    pub(super) fn field(&self, name: String, schema: &'a Value, is_required: bool) -> Field {
        let found = self.find(schema);
        let limit = |(key, words): &(&str, &str)| match &found[*key] {
            Value::Null => None,
            // What is empty by default may as well be left out.
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(format!("{words} {text}")),
            other => Some(format!("{words} {other}")),
        };
        Field {
            name,
            kind: self.kind(schema, DEPTH),
            is_required,
            limits: LIMITS.iter().filter_map(limit).collect::<Vec<_>>().join(", "),
            // What is said where it is used counts more than what is said of all of its kind.
            about: schema["description"]
                .as_str()
                .map_or_else(|| text(&found["description"]), str::to_owned),
        }
    }

    /// One that could be sent.
    pub(super) fn example(&self, schema: &'a Value) -> Value {
        self.example_at(schema, DEPTH)
    }

    /// The fields of `schema`, and theirs.
    fn within(&self, outer: &str, schema: &'a Value, depth: usize, fields: &mut Vec<Field>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let one = self.one_of(schema);
        if one["items"].is_object() {
            return self.within(&format!("{outer}[]"), &one["items"], depth, fields);
        }
        for (name, schema, is_required) in self.properties(schema) {
            let dot = if outer.is_empty() { "" } else { "." };
            let name = format!("{outer}{dot}{name}");
            fields.push(self.field(name.clone(), schema, is_required));
            self.within(&name, schema, depth, fields);
        }
    }

    /// The properties of an object, and of all that it is made of; and which must be there.
    fn properties(&self, schema: &'a Value) -> Vec<(&'a str, &'a Value, bool)> {
        let mut found = Vec::new();
        let mut parts = VecDeque::from([(schema, 0)]);
        while let Some((part, depth)) = parts.pop_front() {
            let part = self.one_of(part);
            let required = |name: &str| list(&part["required"]).any(|other| other == name);
            found.extend(entries(&part["properties"]).map(|(n, s)| (n.as_str(), s, required(n))));
            parts.extend(
                list(&part["allOf"]).filter(|_| depth < DEPTH).map(|part| (part, depth + 1)),
            );
        }
        found
    }

    /// Of several kinds, the first that is not `null`.
    fn one_of(&self, schema: &'a Value) -> &'a Value {
        let mut found = self.find(schema);
        for _ in 0..DEPTH {
            let mut kinds = list(&found["oneOf"]).chain(list(&found["anyOf"]));
            let Some(kind) = kinds.find(|kind| kind["type"] != "null") else { break };
            found = self.find(kind);
        }
        found
    }

    fn kind(&self, schema: &'a Value, depth: usize) -> String {
        let found = self.find(schema);
        let Some(depth) = depth.checked_sub(1) else { return "anything".to_owned() };
        let several = list(&found["oneOf"]).chain(list(&found["anyOf"]));
        let several: Vec<_> = several.map(|kind| self.kind(kind, depth)).collect();
        if !several.is_empty() {
            return several.join(" or ");
        }
        let values: Vec<_> = list(&found["enum"]).map(Value::to_string).collect();
        if !values.is_empty() {
            return values.join(" or ");
        }
        let name = |name: &str| match name {
            "array" => format!("array of {}", self.kind(&found["items"], depth)),
            "string" if found["format"].is_string() => {
                format!("string ({})", text(&found["format"]))
            }
            name => name.to_owned(),
        };
        match &found["type"] {
            Value::String(kind) => name(kind),
            Value::Array(kinds) => {
                kinds.iter().filter_map(Value::as_str).map(name).collect::<Vec<_>>().join(" or ")
            }
            _ if found["allOf"].is_array() || found["properties"].is_object() => {
                "object".to_owned()
            }
            _ => "anything".to_owned(),
        }
    }

    fn example_at(&self, schema: &'a Value, depth: usize) -> Value {
        let Some(depth) = depth.checked_sub(1) else { return Value::Null };
        let one = self.one_of(schema);
        let given = [&one["example"], &one["examples"][0], &one["default"], &one["enum"][0]];
        if let Some(given) = given.into_iter().find(|value| !value.is_null() && *value != "") {
            return given.clone();
        }
        let kind = one["type"]
            .as_str()
            .or_else(|| list(&one["type"]).filter_map(Value::as_str).find(|kind| *kind != "null"));
        match kind {
            Some("string") => {
                let format = FORMATS.iter().find(|(name, _)| one["format"] == *name);
                json!(format.map_or("text", |(_, example)| example))
            }
            Some("integer") => json!(one["minimum"].as_i64().unwrap_or(1)),
            Some("number") => json!(one["minimum"].as_f64().unwrap_or(1.5)),
            Some("boolean") => json!(true),
            Some("array") => json!([self.example_at(&one["items"], depth)]),
            _ => self.example_object(schema, depth),
        }
    }

    fn example_object(&self, schema: &'a Value, depth: usize) -> Value {
        let properties = self.properties(schema).into_iter();
        let values = properties
            .map(|(name, schema, _)| (name.to_owned(), self.example_at(schema, depth)))
            .collect::<Map<_, _>>();
        Value::Object(values)
    }
}
