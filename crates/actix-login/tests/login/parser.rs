//! A parser of what strangers send, and what it must keep, whatever comes. The tests try that with what `inputs.rs`
//! makes up; a fuzzer, with what leads further into the code.

/// A parser, as those see it who try it.
pub struct Parser {
    pub name: &'static str,
    /// What inputs are made of that it does not refuse at once.
    pub pieces: &'static [&'static str],
    /// Asserts what must hold, whatever the input. Whether it was taken for good.
    pub holds: fn(&[u8]) -> bool,
}

/// A text that somebody has changed: of each four bytes, two say where, one how, and one to what. With less than that
/// it is as it was.
pub fn edited(text: &str, edits: &[u8]) -> Vec<u8> {
    let mut text = text.as_bytes().to_vec();
    for edit in edits.chunks_exact(4) {
        let at = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % (text.len() + 1);
        match edit[2] % 3 {
            0 => text.insert(at, edit[3]),
            1 if at < text.len() => text[at] = edit[3],
            _ if at < text.len() => drop(text.remove(at)),
            _ => {}
        }
    }
    text
}
