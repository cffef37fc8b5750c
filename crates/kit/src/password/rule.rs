//! How long a password is, in code points.

use unicode_normalization::UnicodeNormalization as _;

/// The longest password, in code points. It bounds what is normalised and sent to the hash, whose
/// cost does not grow with it. (NIST SP 800-63B-4 asks for at least 64.)
pub const MAX_LENGTH: usize = 256;

/// What is wrong with a password that somebody typed to be recognised, before it costs a hash: a
/// sentence for its field. It may be shorter than the rule is today.
pub fn check_typed(password: &str) -> Result<(), &'static str> {
    if password.is_empty() {
        return Err("Enter your password.");
    }
    if password.nfc().count() > MAX_LENGTH {
        return Err("This is longer than any password here.");
    }
    Ok(())
}

/// The rule for a new password.
#[derive(Clone, Copy)]
pub struct PasswordRule {
    /// The fewest code points.
    pub min_length: usize,
}

impl PasswordRule {
    /// In words, to be read before it is typed.
    pub fn hint(self) -> String {
        format!(
            "At least {} characters. Several words that have nothing to do with each other are \
             easy to remember and hard to guess.",
            self.min_length
        )
    }

    /// What is wrong with the length of a new password.
    pub(super) fn check(self, password: &str) -> Result<(), String> {
        let (length, min_length) = (password.nfc().count(), self.min_length);
        if length < min_length {
            return Err(format!("Use at least {min_length} characters. {length} is too few."));
        }
        if length > MAX_LENGTH {
            return Err(format!("Use at most {MAX_LENGTH} characters."));
        }
        Ok(())
    }
}
