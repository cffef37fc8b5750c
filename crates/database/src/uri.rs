//! The address of a `SQLite` file.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for itself in a URI (RFC 3986 section 2.3), and the slash.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// For a connection that reads and writes, and never makes a file.
pub(super) fn of(path: &Path) -> String {
    format!("file:{}?mode=rw", utf8_percent_encode(&path.to_string_lossy(), PLAIN))
}
