//! An `OpenAPI` document, read for a page that tells people of it: what there is to ask for, what each
//! request needs, and what comes back.

mod curl;
mod reader;
mod schemas;
mod tokens;

use serde_json::Value;
use utoipa::openapi::OpenApi;

use self::reader::Reader;
pub use self::tokens::{PasswordFlow, Scope, add_security};

/// What the whole document says.
pub struct ApiReference {
    /// What the API is called.
    pub title: String,
    /// The number of its version.
    pub version: String,
    /// What it is for.
    pub about: String,
    /// What it does, by tags.
    pub groups: Vec<Group>,
    /// Every scope that a token can hold.
    pub scopes: Vec<Scope>,
    /// How to get a token by a password, where that is offered.
    pub password: Option<PasswordFlow>,
}

/// The operations that share a tag.
pub struct Group {
    /// The tag.
    pub name: String,
    /// What the tag stands for.
    pub about: String,
    /// The operations, by their paths.
    pub operations: Vec<Operation>,
}

/// A method of a path.
pub struct Operation {
    /// What it is called in the document: good for an id in a page.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    /// A line about it.
    pub summary: String,
    /// What else there is to say.
    pub about: String,
    /// What its address and its headers hold.
    pub parameters: Vec<Parameter>,
    /// What is sent with it.
    pub body: Option<Body>,
    /// What comes back, by status.
    pub answers: Vec<Answer>,
    /// Whether it is refused to those without a token.
    pub needs_token: bool,
    /// What that token has to be good for.
    pub scopes: Vec<Scope>,
    /// The same request in a shell, with the token in `$TOKEN`.
    pub curl: String,
}

/// A part of an address, or a header.
pub struct Parameter {
    /// `path`, `query`, `header` or `cookie`.
    pub place: String,
    /// What it is.
    pub field: Field,
    /// A value that it could have.
    example: String,
}

/// A value with a name. One within another is called `outer.inner`, one within a list `list[].inner`.
pub struct Field {
    /// The name.
    pub name: String,
    /// What kind of value: "string", "integer or null", "array of object".
    pub kind: String,
    /// Whether it must be there.
    pub is_required: bool,
    /// What is allowed, with commas: "at least 1, at most 9".
    pub limits: String,
    /// What it means.
    pub about: String,
}

/// What is sent with a request.
pub struct Body {
    /// Its media type.
    pub media_type: String,
    /// What it holds.
    pub fields: Vec<Field>,
    /// One that could be sent, on several lines.
    pub example: String,
    /// The same on one.
    line: String,
}

/// What comes back.
pub struct Answer {
    /// The status, or `default` for all others.
    pub status: String,
    /// When it comes; without a description, what such a status is called.
    pub about: String,
    /// The media type of its body, empty without one.
    pub media_type: String,
    /// What its body holds.
    pub fields: Vec<Field>,
}

impl ApiReference {
    /// Reads a document. Requests go to `origin`: `https://app.example.com`.
    pub fn read(document: &OpenApi, origin: &str) -> Self {
        let document = &serde_json::to_value(document)
            .expect("a description is JSON: its maps have strings for keys");
        let info = &document["info"];
        Self {
            title: text(&info["title"]),
            version: text(&info["version"]),
            about: text(&info["description"]),
            groups: Reader::of(document, origin).groups(),
            scopes: tokens::scopes(document),
            password: PasswordFlow::find(document, origin),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
