//! Who may do what: the tokens that a document asks for, and how to get them.

use serde_json::Value;
use utoipa::openapi::security::{
    Flow, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes, SecurityScheme,
};
use utoipa::openapi::{Components, OpenApi};

use super::curl::quoted;
use super::{entries, list, text};

/// What a token can be good for.
#[derive(Clone)]
pub struct Scope {
    /// The name.
    pub name: String,
    /// What it lets a program do.
    pub about: String,
}

/// How to get a token by a password (RFC 6749 section 4.3).
pub struct PasswordFlow {
    /// Where.
    pub url: String,
    /// The request in a shell, with the password in `$PASSWORD`.
    pub curl: String,
}

impl PasswordFlow {
    pub(super) fn find(document: &Value, origin: &str) -> Option<Self> {
        let mut flows = schemes(document).map(|scheme| &scheme["flows"]["password"]);
        let url = flows.find_map(|flow| flow["tokenUrl"].as_str())?;
        let address = quoted(&format!("{origin}{url}"));
        let scope = scopes(document).first().map_or_else(String::new, |scope| {
            format!(" -d {}", quoted(&format!("scope={}", scope.name)))
        });
        let curl = format!(
            "curl {address} -d grant_type=password -d username=ada@example.com \
             --data-urlencode \"password=$PASSWORD\"{scope}"
        );
        Some(Self { url: url.to_owned(), curl })
    }
}

/// How to get a token for these scopes: as `password`, by a password at `token_url`; as `token`, by one
/// that somebody made for a program of theirs.
pub fn add_security(document: &mut OpenApi, scopes: &actix_login::Scopes, token_url: &str) {
    let scopes: Scopes = scopes.all().iter().map(|scope| (scope.name, scope.about)).collect();
    let password = Flow::Password(Password::with_refresh_url(token_url, scopes, token_url));
    let personal = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme("password", SecurityScheme::OAuth2(OAuth2::new([password])));
    components.add_security_scheme("token", SecurityScheme::Http(personal.build()));
}

/// Every scope, once.
pub(super) fn scopes(document: &Value) -> Vec<Scope> {
    let flows = schemes(document).flat_map(|scheme| entries(&scheme["flows"]));
    let all = flows.flat_map(|(_, flow)| entries(&flow["scopes"]));
    once(all.map(|(name, about)| Scope { name: name.clone(), about: text(about) }))
}

/// Whether an operation needs a token, and for which scopes. What it says of itself stands in the place
/// of what the document says of all.
pub(super) fn needed(document: &Value, operation: &Value) -> (bool, Vec<Scope>) {
    let own = Some(&operation["security"]).filter(|own| own.is_array());
    let ways = own.unwrap_or(&document["security"]);
    let known = scopes(document);
    let names = list(ways).flat_map(entries).flat_map(|(_, names)| list(names)).map(text);
    let needed = once(names.map(|name| {
        let found = known.iter().find(|scope| scope.name == name).cloned();
        found.unwrap_or(Scope { name, about: String::new() })
    }));
    // One empty way among them is that of those who have nothing.
    let is_open = list(ways).any(|way| entries(way).next().is_none());
    (list(ways).next().is_some() && !is_open, needed)
}

fn schemes(document: &Value) -> impl Iterator<Item = &Value> {
    entries(&document["components"]["securitySchemes"]).map(|(_, scheme)| scheme)
}

/// The first of each name.
fn once(scopes: impl Iterator<Item = Scope>) -> Vec<Scope> {
    let mut all: Vec<Scope> = Vec::new();
    for scope in scopes {
        if all.iter().all(|known| known.name != scope.name) {
            all.push(scope);
        }
    }
    all
}
