//! The fields of a form that was sent (`application/x-www-form-urlencoded`), read to the letter.

use std::collections::BTreeMap;

use actix_web::HttpMessage;
use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::http::body::Received;

/// The hidden field with the id of the form: see `templates/form.html`.
pub const FORM_ID: &str = "form_id";

/// What was sent: names and values in their order.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a body. Bytes that are no UTF-8 are refused: with U+FFFD in their place, a text would be
    /// stored that nobody typed.
    pub fn read(body: &[u8]) -> Result<Self> {
        let pairs = body.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
            let mut parts = pair.splitn(2, |&byte| byte == b'=');
            let mut next = || decode(parts.next().unwrap_or_default());
            Ok((next()?, next()?))
        });
        pairs.collect::<Result<_>>().map(Self)
    }

    /// What the form holds that a request carries; `None` when it carries none, or one that cannot be
    /// read.
    pub fn of(req: &impl HttpMessage) -> Option<Self> {
        let extensions = req.extensions();
        let body = extensions.get::<Received>().filter(|_| is_form(req))?;
        Self::read(&body.0).ok()
    }

    /// As much as arrived of one that did not arrive whole, or is too large.
    pub fn beginning(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What was sent under this name; the last one counts.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().filter(|(sent, _)| *sent == name).last().map(|(_, value)| value)
    }

    /// Whether a name is there twice.
    pub fn repeat(&self) -> bool {
        self.last_of_each().len() < self.0.len()
    }

    /// What was sent as `F`, and whether all of it fits there: what does not is left out. Names that
    /// `F` does not know are nothing to it: a browser adds the name of the button that was pressed.
    pub fn fit<F: DeserializeOwned + Default>(&self) -> (F, bool) {
        let pairs = self.last_of_each();
        if let Ok(fields) = parse(&pairs) {
            return (fields, true);
        }
        let fits = |pair: &(&str, &str)| parse::<F>(&BTreeMap::from([*pair])).is_ok();
        (parse(&pairs.into_iter().filter(fits).collect()).unwrap_or_default(), false)
    }

    /// Of a name that was sent twice the last one counts: so a hidden field can stand before a check
    /// box and say what it means when it is not ticked.
    fn last_of_each(&self) -> BTreeMap<&str, &str> {
        self.iter().collect()
    }
}

fn parse<F: DeserializeOwned>(
    pairs: &BTreeMap<&str, &str>,
) -> Result<F, serde_urlencoded::de::Error> {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    serde_urlencoded::from_str(&text.extend_pairs(pairs).finish())
}

fn decode(part: &[u8]) -> Result<String> {
    let spaced: Vec<u8> = part.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    let text = percent_decode(&spaced).decode_utf8();
    text.map(String::from).map_err(|_| Error::BadRequest)
}

/// Whether the body is a form.
pub fn is_form(req: &impl HttpMessage) -> bool {
    req.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded") && is_utf8(req)
}

/// Whether the body is declared as UTF-8, or not at all. Pages of ours are UTF-8, and so are the
/// forms that browsers send from them.
pub fn is_utf8(req: &impl HttpMessage) -> bool {
    req.encoding().is_ok_and(|encoding| encoding.name() == "UTF-8")
}
