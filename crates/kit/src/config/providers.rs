//! Other sites that people may log in through (OpenID Connect).

use std::collections::BTreeSet;
use std::sync::Arc;

use url::{Host, Url};

use super::smtp::{decode, is_loopback};
use super::{Reader, Secret};
use crate::text;

/// The longest name of one, in characters: it stands on a button.
const NAME_MAX: usize = 30;

/// Another site that tells who somebody is.
#[derive(Clone, Debug)]
pub struct Provider {
    /// As people know it.
    pub name: String,
    /// The same as a part of our addresses.
    pub slug: String,
    /// What it calls itself, to the letter: with and without a slash at the end are two (OpenID Connect Discovery
    /// 1.0 section 4.3).
    pub issuer: String,
    /// By what it knows us.
    pub client_id: String,
    /// By what it knows that it is us.
    pub client_secret: Secret,
}

impl Provider {
    /// Whether the way to it is encrypted. Where not, it never leaves this machine.
    pub fn is_encrypted(&self) -> bool {
        self.issuer.starts_with("https://")
    }
}

impl Reader<'_> {
    /// Other sites, each as an address with who we are there before it and its name behind it.
    pub fn providers(&mut self, name: &'static str) -> Arc<[Provider]> {
        const EXAMPLE: &str = "https://client-id:client-secret@accounts.example.com#Example";
        let Some(text) = self.text(name) else { return Arc::default() };
        let entries = text.split(',').map(text::trim).filter(|entry| !entry.is_empty());
        let providers: Option<Vec<_>> = entries.map(parse).collect();
        if let Some(providers) = providers.filter(|providers| are_distinct(providers)) {
            return providers.into();
        }
        let rule = "must be https://client-id:client-secret@issuer#Name, with what is special in them \
                    percent-encoded and commas between several, each with a name of its own";
        self.problem(name, "(hidden)", rule, EXAMPLE);
        Arc::default()
    }
}

fn parse(text: &str) -> Option<Provider> {
    let (address, name) = text.split_once('#')?;
    let name = decode(name).filter(|name| text::check_line(name, "a name", NAME_MAX).is_ok())?;
    let slug = name.to_lowercase().replace(|char: char| !char.is_ascii_alphanumeric(), "-");
    let slug = slug.trim_matches('-').to_owned();
    let url = Url::parse(address).ok()?;
    let is_private = match url.scheme() {
        "https" => true,
        // Codes and secrets travel there.
        "http" => is_loopback(&Host::parse(url.host_str()?).ok()?),
        _ => false,
    };
    let is_whole = is_private && url.query().is_none() && !slug.is_empty();
    let client_id = decode(url.username()).filter(|id| is_whole && !id.is_empty())?;
    let client_secret = Secret(decode(url.password()?)?);
    let (scheme, rest) = address.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (_, host) = authority.rsplit_once('@')?;
    let issuer = format!("{scheme}://{host}{path}");
    if scheme != url.scheme() {
        return None;
    }
    Some(Provider { name, slug, issuer, client_id, client_secret })
}

/// Whether each has an address of ours, and is there once.
fn are_distinct(providers: &[Provider]) -> bool {
    let slugs: BTreeSet<_> = providers.iter().map(|provider| &provider.slug).collect();
    let issuers: BTreeSet<_> = providers.iter().map(|provider| &provider.issuer).collect();
    slugs.len() == providers.len() && issuers.len() == providers.len()
}
