//! E-mail addresses: one parser for all doors.

use crate::text;

/// The longest e-mail address, in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
pub const EMAIL_MAX: usize = 254;

/// The longest domain and the longest part of one (RFC 1035 section 2.3.4).
const DOMAIN_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// What is said when it is none.
pub(crate) const FORM: &str = "Enter an e-mail address, like name@example.com.";

/// A well-formed e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// As the person wrote it, less the spaces around it, and with the domain as mail servers know it.
    pub typed: String,
    /// As addresses are compared: lower case, the domain in its ASCII form. No tricks with dots or
    /// plus signs: they are other addresses.
    pub canonical: String,
}

impl Email {
    /// Checks and reads an address that somebody wants to use from now on: one that can exist and
    /// that mail can be written to. The error is a sentence for the field.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (local, domain) = read(text)?;
        if !is_dot_atom(local) || !is_host_name(&domain) || !domain.contains('.') {
            return Err(FORM);
        }
        Ok(Self::of(local, &domain))
    }

    /// Reads an address by which an account is looked up. An account from before the rules were
    /// what they are in [`Self::parse`] is still found; `None` is nobody's address.
    pub fn of_account(text: &str) -> Option<Self> {
        let (local, domain) = read(text).ok()?;
        Some(Self::of(local, &domain))
    }

    /// No address at all: where a link goes that is handed over without a mail.
    pub fn nowhere() -> Self {
        Self { typed: String::new(), canonical: String::new() }
    }

    /// Whether the program may send from this address. Unlike a person's, it may be at a name
    /// without a dot, such as `localhost`.
    pub fn may_send(address: &str) -> bool {
        read(address).is_ok_and(|(local, domain)| is_dot_atom(local) && is_host_name(&domain))
    }

    fn of(local: &str, domain: &str) -> Self {
        let canonical = format!("{}@{domain}", local.to_ascii_lowercase());
        Self { typed: format!("{local}@{domain}"), canonical }
    }

    /// The part before the `@`: a name for somebody who has given none.
    pub fn local_part(&self) -> &str {
        self.typed.split_once('@').map_or("", |(local, _)| local)
    }
}

/// The two halves, the second in its ASCII form, of what is safe to compare and to write into a
/// mail's head.
fn read(text: &str) -> Result<(&str, String), &'static str> {
    let typed = text::trim(text);
    if typed.is_empty() {
        return Err("Enter your e-mail address.");
    }
    if typed.len() > EMAIL_MAX {
        return Err("This e-mail address is too long.");
    }
    let (local, domain) = typed.split_once('@').ok_or(FORM)?;
    // Control characters and separators could add a header or a recipient to a mail.
    let strange = |c: char| !c.is_ascii_graphic() || "\"<>()[],;:\\@".contains(c);
    if local.is_empty() || local.len() > 64 || local.contains(strange) {
        return Err(FORM);
    }
    // The parser would decode it, and mail would go elsewhere than where it was compared.
    if domain.contains('%') {
        return Err(FORM);
    }
    let Ok(url::Host::Domain(domain)) = url::Host::parse(domain) else { return Err(FORM) };
    if local.len() + 1 + domain.len() > EMAIL_MAX {
        return Err("This e-mail address is too long.");
    }
    Ok((local, domain))
}

/// Words with single dots between them (RFC 5322 section 3.2.3); [`read`] has looked at their
/// characters.
fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| !atom.is_empty())
}

/// What a host may be called (RFC 1123 section 2.1). A last part of digits alone is half of an IP
/// address.
fn is_host_name(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.len() <= DOMAIN_MAX
        && domain.split('.').all(is_label)
        && !last.bytes().all(|b| b.is_ascii_digit())
}
