//! The beginning of a message of HTTP/1.1: its first line, and its headers.

use std::io::{self, Read};

/// A longer one is passed on as it is: whoever gets it says what is wrong.
const MAX: usize = 64 * 1024;

/// What was read of a message so far.
pub struct Head {
    /// All lines up to the empty one. None, if that did not come.
    lines: Vec<Vec<u8>>,
    /// What came behind it.
    pub rest: Vec<u8>,
}

impl Head {
    pub fn read(from: &mut impl Read) -> io::Result<Self> {
        let (mut read, mut chunk) = (Vec::new(), [0; 8192]);
        let end = loop {
            if let Some(end) = read.windows(4).position(|octets| octets == b"\r\n\r\n") {
                break end;
            }
            let count = from.read(&mut chunk)?;
            read.extend_from_slice(&chunk[..count]);
            if count == 0 || read.len() > MAX {
                return Ok(Self { lines: Vec::new(), rest: read });
            }
        };
        let rest = read.split_off(end + 4);
        read.truncate(end);
        let lines = read.split(|octet| *octet == b'\n');
        let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec()).collect();
        Ok(Self { lines, rest })
    }

    /// A word of the first line: `GET`, `/notes`, `HTTP/1.1`.
    pub fn word(&self, index: usize) -> String {
        let first = self.lines.first().map(|line| String::from_utf8_lossy(line));
        first.and_then(|line| Some(line.split(' ').nth(index)?.to_owned())).unwrap_or_default()
    }

    /// The value of a header, if it is there, in small letters.
    pub fn header(&self, name: &str) -> Option<String> {
        let value = |line: &Vec<u8>| {
            let line = String::from_utf8_lossy(line).to_ascii_lowercase();
            let (other, value) = line.split_once(':')?;
            (other == name).then(|| value.trim().to_owned())
        };
        self.lines.iter().skip(1).find_map(value)
    }

    /// Sets a header in place of the one of this name.
    pub fn set(&mut self, name: &str, value: &str) {
        let is_other =
            |line: &Vec<u8>| !line.to_ascii_lowercase().starts_with(format!("{name}:").as_bytes());
        self.lines.retain(is_other);
        self.lines.push(format!("{name}: {value}").into_bytes());
    }

    /// As it is sent on.
    pub fn octets(&self) -> Vec<u8> {
        let mut octets = self.lines.join(&b"\r\n"[..]);
        if !self.lines.is_empty() {
            octets.extend_from_slice(b"\r\n\r\n");
        }
        octets
    }
}
