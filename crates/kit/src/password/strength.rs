//! Whether a new password can be guessed. No rule about digits or signs: they make passwords harder
//! to remember, not to guess (NIST SP 800-63B-4 section 3.1.1.2).

use unicode_normalization::UnicodeNormalization;
use zxcvbn::feedback::Warning;
use zxcvbn::{Score, zxcvbn};

/// Passwords that many people have, in lower case: of `10-million-password-list-top-1000000.txt` (`SecLists`, MIT)
/// and of the list of Royce Williams.
static COMMON: &str = include_str!("common_passwords.txt");

/// How many characters of a password are judged: what is good so far does not get worse.
const JUDGED: usize = 40;

/// With how many words it is compared.
const WORDS_MAX: usize = 20;

/// What is wrong with a password, if it can be guessed: a sentence for its field. `words` are what
/// an attacker knows of the person and the site.
pub(super) fn check(password: &str, words: &[String]) -> Result<(), String> {
    let password: String = password.nfc().collect();
    if is_common(&password) {
        return Err("This is in a list of common passwords: it is tried first.".to_owned());
    }
    if is_made_of(&password, words) {
        return Err(
            "This is your name, your address or the name of this site, and little more.".to_owned()
        );
    }
    // Its work grows with the square of both, and anybody may ask.
    let head: String = password.chars().take(JUDGED).collect();
    let short = |word: &&String| word.chars().count() <= JUDGED;
    let words: Vec<_> = words.iter().filter(short).map(String::as_str).take(WORDS_MAX).collect();
    let estimate = zxcvbn(&head, &words);
    if estimate.score() >= Score::Three {
        return Ok(());
    }
    let reason = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    Err(format!("This is easy to guess: {}", reason.map_or("try several unrelated words.", say)))
}

fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    COMMON.lines().any(|line| line == lower)
}

/// Whether nothing is left of a password without one of the words, digits and signs around it, and
/// repetition: "Example2026!!" and "ada-ada-ada-ada".
fn is_made_of(password: &str, words: &[String]) -> bool {
    let plain = |text: &str| {
        text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>()
    };
    let bare = plain(password);
    let bare = bare.trim_matches(|c: char| c.is_ascii_digit());
    !bare.is_empty()
        && words.iter().map(|word| plain(word)).any(|word| {
            let word = word.trim_matches(|c: char| c.is_ascii_digit());
            word.chars().count() > 2 && bare.replace(word, "").is_empty()
        })
}

fn say(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess
        | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            "these keys lie side by side on the keyboard."
        }
        Warning::RepeatsLikeAaaAreEasyToGuess
        | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => "it repeats itself.",
        Warning::SequencesLikeAbcAreEasyToGuess => "it counts, or goes through the alphabet.",
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => {
            "a year or a date is most of it."
        }
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => "many people have one like it.",
        Warning::AWordByItselfIsEasyToGuess => "it is one word. Try several.",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => "it is a name. Try several words.",
    }
}

/// Reads the dictionaries, so that the first person does not wait for it.
pub(super) fn warm_up() {
    zxcvbn("warm up", &[]);
}
