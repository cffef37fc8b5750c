//! What people type and paste.

/// Takes away what nobody sees at the ends of a text: white space, and what a paste brings along
/// (byte order marks, zero-width characters, marks of direction). One function for all doors: an
/// address that one door trims and another keeps is two accounts.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_unseen)
}

fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            // A soft hyphen and joiners; zero-width spaces and the marks of direction.
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            // Embeddings and isolates, without the overrides: those are no accident.
            | '\u{202a}'..='\u{202c}' | '\u{2066}'..='\u{2069}'
            // Word joiners and invisible operators; the byte order mark.
            | '\u{2060}'..='\u{2064}' | '\u{feff}'
        )
}
