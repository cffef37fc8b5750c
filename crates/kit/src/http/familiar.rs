//! Whether somebody came from there before, among many places, with few looks at where those are kept.

use std::ops::Range;

use crate::http::client::{Client, device};

/// The places somebody came from, as an index has them: the next one after another, so that each place is
/// one look, however often they came from there.
pub trait Places {
    /// Why one cannot be looked up.
    type Error;

    /// The next address, in the order of the index.
    fn next_address(&mut self, after: Option<&str>) -> Result<Option<String>, Self::Error>;

    /// The same for the browsers at one address.
    fn next_browser(
        &mut self, address: &str, after: Option<&str>,
    ) -> Result<Option<String>, Self::Error>;
}

/// What the looks have shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Familiarity {
    /// They came from a browser and a network like these.
    Known,
    /// From others, as far as the looks went.
    Elsewhere,
    /// From nowhere yet.
    First,
}

/// Whether `client` is like one of these places. Takes from `looks` what it looks at.
pub fn familiarity<P: Places>(
    places: &mut P, client: &Client, looks: &mut Range<usize>,
) -> Result<Familiarity, P::Error> {
    let mut is_first = true;
    // The usual case first.
    let mut next = Some(client.ip_address.clone());
    let mut looked_at = None;
    while let Some(ip_address) = next {
        let here = Client { ip_address, ..Client::default() };
        if here.is_near(client) && has_device(places, &here, client, looks)? {
            return Ok(Familiarity::Known);
        }
        if looks.next().is_none() {
            return Ok(Familiarity::Elsewhere);
        }
        next = places.next_address(looked_at.as_deref())?;
        is_first &= next.is_none();
        looked_at.clone_from(&next);
    }
    Ok(if is_first { Familiarity::First } else { Familiarity::Elsewhere })
}

/// Whether they came from one of these addresses with a browser like this.
fn has_device<P: Places>(
    places: &mut P, here: &Client, client: &Client, looks: &mut Range<usize>,
) -> Result<bool, P::Error> {
    let mut looked_at = None;
    while looks.next().is_some() {
        let found = places.next_browser(&here.ip_address, looked_at.as_deref())?;
        let Some(user_agent) = found else { return Ok(false) };
        if device(&user_agent) == client.device() {
            return Ok(true);
        }
        looked_at = Some(user_agent);
    }
    Ok(false)
}
