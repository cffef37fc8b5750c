//! A request as a line for a shell.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Body, Parameter};

/// What an address cannot hold as it is (RFC 3986 section 2.3).
const RESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// The line for an operation, with whatever it cannot do without.
pub(super) fn line(
    origin: &str, (method, path): (&str, &str), needs_token: bool, parameters: &[Parameter],
    body: Option<&Body>,
) -> String {
    let (mut path, mut query, mut options) = (path.to_owned(), Vec::new(), Vec::new());
    if method != "GET" {
        options.push(format!("-X {method}"));
    }
    if needs_token {
        options.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
    }
    for parameter in parameters.iter().filter(|parameter| parameter.field.is_required) {
        let (name, example) = (&parameter.field.name, &parameter.example);
        let [key, value] = [name, example].map(|text| utf8_percent_encode(text, RESERVED));
        match parameter.place.as_str() {
            "path" => path = path.replace(&format!("{{{name}}}"), &value.to_string()),
            "query" => query.push(format!("{key}={value}")),
            "header" => options.push(format!("-H {}", quoted(&format!("{name}: {example}")))),
            _ => (),
        }
    }
    if let Some(body) = body {
        options.push(format!("-H {}", quoted(&format!("Content-Type: {}", body.media_type))));
        options.push(format!("-d {}", quoted(&body.line)));
    }
    let query = query.join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    let url = quoted(&format!("{origin}{path}{mark}{query}"));
    [vec!["curl".to_owned(), url], options].concat().join(" ")
}

/// A text that a shell takes as it is. A quote in it would end the quotes, and what follows would be
/// run by whoever pastes the line (command injection): it stands outside of them.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
