//! The operations of a document.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use serde_json::Value;

use super::schemas::Schemas;
use super::{Answer, Body, Group, Operation, Parameter, curl, entries, list, text, tokens};

/// The methods in the order in which people think of them, as the document writes them.
const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// What everything in a document is read with.
pub(super) struct Reader<'a> {
    document: &'a Value,
    schemas: Schemas<'a>,
    origin: &'a str,
}

impl<'a> Reader<'a> {
    pub(super) fn of(document: &'a Value, origin: &'a str) -> Self {
        Self { document, schemas: Schemas::of(document), origin }
    }

    /// The tags in the order that the document gives them, and then those that it does not list.
    pub(super) fn groups(&self) -> Vec<Group> {
        let listed = list(&self.document["tags"]);
        let mut groups: Vec<Group> = listed
            .map(|tag| Group {
                name: text(&tag["name"]),
                about: text(&tag["description"]),
                operations: Vec::new(),
            })
            .collect();
        for (path, item) in entries(&self.document["paths"]) {
            for method in METHODS.into_iter().filter(|method| item[method].is_object()) {
                let operation = self.operation(method, path, item);
                let tag = item[method]["tags"][0].as_str().unwrap_or("other");
                if let Some(group) = groups.iter_mut().find(|group| group.name == tag) {
                    group.operations.push(operation);
                } else {
                    let (name, about) = (tag.to_owned(), String::new());
                    groups.push(Group { name, about, operations: vec![operation] });
                }
            }
        }
        groups.retain(|group| !group.operations.is_empty());
        groups
    }

    fn operation(&self, method: &str, path: &str, item: &'a Value) -> Operation {
        let operation = &item[method];
        // Those of the path count for each of its methods, unless the method has its own of that name.
        let all = list(&item["parameters"]).chain(list(&operation["parameters"]));
        let all = all.map(|parameter| self.parameter(parameter));
        let named: BTreeMap<_, _> =
            all.map(|p| ((p.place.clone(), p.field.name.clone()), p)).collect();
        let parameters: Vec<_> = named.into_values().collect();
        let body = self.body(self.schemas.find(&operation["requestBody"]));
        let (needs_token, scopes) = tokens::needed(self.document, operation);
        let method = method.to_uppercase();
        let curl =
            curl::line(self.origin, (&method, path), needs_token, &parameters, body.as_ref());
        Operation {
            id: operation["operationId"].as_str().map_or_else(|| id(&method, path), str::to_owned),
            path: path.to_owned(),
            summary: text(&operation["summary"]),
            about: text(&operation["description"]),
            answers: entries(&operation["responses"])
                .map(|(status, answer)| self.answer(status, self.schemas.find(answer)))
                .collect(),
            method,
            parameters,
            body,
            needs_token,
            scopes,
            curl,
        }
    }

    fn parameter(&self, parameter: &'a Value) -> Parameter {
        let found = self.schemas.find(parameter);
        let is_required = found["required"] == true;
        let mut field = self.schemas.field(text(&found["name"]), &found["schema"], is_required);
        if let Some(about) = found["description"].as_str() {
            about.clone_into(&mut field.about);
        }
        let example = match self.schemas.example(&found["schema"]) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Parameter { place: text(&found["in"]), field, example }
    }

    fn body(&self, body: &'a Value) -> Option<Body> {
        let (media_type, content) = entries(&body["content"]).next()?;
        let example = match &content["example"] {
            Value::Null => self.schemas.example(&content["schema"]),
            example => example.clone(),
        };
        Some(Body {
            media_type: media_type.clone(),
            fields: self.schemas.fields(&content["schema"]),
            example: format!("{example:#}"),
            line: example.to_string(),
        })
    }

    fn answer(&self, status: &str, answer: &'a Value) -> Answer {
        let content = entries(&answer["content"]).next();
        let about = answer["description"].as_str().filter(|about| !about.is_empty());
        let name = StatusCode::from_bytes(status.as_bytes()).ok();
        let name = || name.and_then(|name| name.canonical_reason()).unwrap_or_default();
        Answer {
            status: status.to_owned(),
            about: about.unwrap_or_else(name).to_owned(),
            media_type: content.map_or_else(String::new, |(media_type, _)| media_type.clone()),
            fields: content
                .map_or_else(Vec::new, |(_, content)| self.schemas.fields(&content["schema"])),
        }
    }
}

/// An id for an operation to which the document gives none.
fn id(method: &str, path: &str) -> String {
    format!("{method}{path}").replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}
