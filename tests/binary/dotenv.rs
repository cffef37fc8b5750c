//! The file `.env`, as people write it.

use std::fs;
use std::path::Path;
use std::thread;

use app::config::SIGNING_KEYS;

use crate::server::{Server, free_port, program};

/// What the program says about its settings with this file; the code must be 78.
fn complaint(file: impl AsRef<[u8]>) -> String {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".env"), file).unwrap();
    let output = program(dir.path(), &[], &["migrate"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(!said.contains("hunter2"), "no value is shown: {said}");
    said
}

/// What `APP_ENV` is with this file: the program repeats a wrong one.
#[track_caller]
fn assert_app_env(file: &str, value: &str) {
    let said = complaint(file);
    assert!(said.contains(&format!("  APP_ENV={value}\n    must be")), "{file:?}: {said}");
}

#[test]
fn what_people_write_is_what_they_get() {
    for (file, value) in [
        ("APP_ENV=here", "here"),
        ("APP_ENV=here   ", "here"),
        ("  APP_ENV = here\n", "here"),
        ("export APP_ENV=here\n", "here"),
        ("export\tAPP_ENV=\"in here\"\n", "in here"),
        ("\u{feff}APP_ENV=here\r\nPORT=8080\r\n", "here"),
        ("\u{feff}# A comment, don't mind\r\n\r\nAPP_ENV=\"a b\" # isn't it\r\n", "a b"),
        ("APP_ENV=here # a comment with 'quotes' and $words\n", "here"),
        ("APP_ENV=he#re\n", "he#re"),
        ("APP_ENV='he #re'\n", "he #re"),
        ("APP_ENV='pa$word1'\n", "pa$word1"),
        ("APP_ENV='a\"b\\c'\n", "a\"b\\c"),
        ("APP_ENV=\"a\\\"b\\\\c\\$d\"\n", "a\"b\\c$d"),
        ("APP_ENV=\"it's\"\n", "it's"),
        ("APP_ENV=\"one\ntwo\"\n", "one\ntwo"),
        ("APP_ENV='one\r\n# two\r\n\r\nthree'\r\nPORT=1\r\n", "one\n# two\n\nthree"),
        ("APP_ENV=a=b==\n", "a=b=="),
        ("APP_ENV=\u{e9}t\u{e9}\n", "\u{e9}t\u{e9}"),
    ] {
        assert_app_env(file, value);
    }
}

#[test]
fn an_empty_value_counts_as_none() {
    for empty in ["", " ", "\"\"", "''", " # none", "   \r"] {
        let file = format!("APP_ENV={empty}\nPORT={empty}\nLOG_FORMAT=xml\n");
        let said = complaint(&file);
        assert!(said.contains("LOG_FORMAT=xml"), "{said}");
        assert!(!said.contains("APP_ENV") && !said.contains("PORT="), "{file:?}: {said}");
    }
}

#[test]
fn a_value_that_cannot_be_read_is_named_by_its_line_and_never_shown() {
    for (value, advice) in [
        ("smtps://u:hunter2 secret@mail.example", "put it in quotes"),
        ("hunter2\u{a0}b", "put it in quotes"),
        ("#hunter2", "put it in quotes"),
        ("\"hunter2\" b", "put it in quotes"),
        ("'hunter2'b", "put it in quotes"),
        ("smtps://u:pa$hunter2@mail.example", "put it in single quotes"),
        ("${hunter2}", "put it in single quotes"),
        ("\"pa$hunter2\"", "put it in single quotes"),
        ("\"a\\\\$hunter2\"", "put it in single quotes"),
        ("hunter2$", "put it in single quotes"),
        ("pa\\hunter2", "put it in single quotes"),
        ("C:\\new\\hunter2", "put it in single quotes"),
        ("pa\"hunter2\"", "put it in single quotes"),
        ("it's-hunter2", "put it in single quotes"),
        ("\"C:\\hunter2\"", "put it in single quotes"),
        ("'hunter2\\'", "in double quotes"),
        ("'hunter2", "put it in quotes"),
        ("\"hunter2\\\"", "put it in quotes"),
    ] {
        let said = complaint(format!("# Mail\n\nSMTP_URL={value}\nLOG_FORMAT=json\n"));
        let at = said.contains(".env, line 3, SMTP_URL: ");
        assert!(at && said.contains(advice), "{value}: {said}");
        assert_eq!(said.matches("\n  ").count(), 1, "nothing else is wrong: {said}");
    }
}

#[test]
fn a_line_without_a_setting_is_named_and_never_shown() {
    for line in [
        "hunter2",
        "hunter2 hunter2=",
        "hunter2-hunter2=",
        "=hunter2",
        "export hunter2",
        "1=hunter2",
    ] {
        let said = complaint(format!("PORT=8080\n{line}\n"));
        assert!(said.contains(".env, line 2: "), "{line}: {said}");
    }
    // What was pasted alone can look like a name.
    assert!(complaint("hunter2= x y\n").contains(".env, line 1: "));
}

#[test]
fn all_that_is_wrong_in_the_file_and_in_the_settings_is_said_at_once() {
    let file = "A=\"one\ntwo\"\nSMTP_URL=a hunter2\nPORT=http\nDATABASE_URL=$hunter2\nAPP_ENV=production\n";
    let said = complaint(file);
    for part in
        [".env, line 3, SMTP_URL: ", "PORT=http", ".env, line 5, DATABASE_URL: ", "SECRET_KEY="]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!said.contains("SMTP_URL=") && !said.contains("DATABASE_URL="), "told once: {said}");
}

#[test]
fn a_file_that_is_no_text_is_named_by_its_line() {
    let latin = complaint(b"PORT=8080\nSMTP_URL=caf\xe9hunter2\n");
    assert!(latin.contains(".env, line 2, SMTP_URL: this is not UTF-8"), "{latin}");
    let utf16: Vec<u8> = "PORT=hunter2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(complaint(&utf16).contains("is not UTF-8"));
    assert!(complaint([b"\xff\xfe".to_vec(), utf16].concat()).contains(".env, line 1: "));
}

#[test]
fn the_real_environment_counts_more_than_the_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".env"), "PORT=http\n").unwrap();
    for (port, succeeds) in [("8080", true), ("", true), ("https", false)] {
        let status = program(dir.path(), &[("PORT", port)], &["migrate"]).output().unwrap().status;
        assert_eq!(status.success(), succeeds, "PORT={port}");
    }
}

#[test]
fn what_needs_no_setting_works_with_a_broken_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".env"), "SECRET_KEY=$oops\n").unwrap();
    for arguments in [&["secret"][..], &["--help"]] {
        assert!(program(dir.path(), &[], arguments).output().unwrap().status.success());
    }
}

/// The settings of `.env.example`, as they read when their `# ` is taken away.
fn examples() -> Vec<String> {
    let lines = include_str!("../../.env.example").lines();
    let lines = lines.filter_map(|line| line.strip_prefix("# ")).filter(|line| {
        let name = line.split_once('=').map_or("-", |(name, _)| name);
        name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    });
    // Nobody may use the sample.
    lines.map(|line| line.replace(SIGNING_KEYS.sample, &actix_login::generate_key())).collect()
}

/// Whether the program does its work with this file.
fn assert_starts(dir: &Path, file: &str) {
    let copy = format!("STATIC_DIR={}/static", env!("CARGO_MANIFEST_DIR"));
    fs::write(dir.join(".env"), file.replace("STATIC_DIR=static", &copy)).unwrap();
    let output = program(dir, &[], &["routes"]).output().unwrap();
    assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn each_line_of_the_example_works_when_it_is_uncommented() {
    let lines = examples();
    assert!(lines.len() > 20, "{lines:?}");
    thread::scope(|threads| {
        for lines in lines.chunks(lines.len().div_ceil(4)) {
            threads.spawn(move || {
                let dir = tempfile::tempdir().unwrap();
                for line in lines {
                    assert_starts(dir.path(), line);
                }
            });
        }
    });
}

#[test]
fn all_lines_of_the_example_together_start_the_server() {
    let dir = tempfile::tempdir().unwrap();
    assert_starts(dir.path(), &examples().join("\r\n"));
    // The example's port may be taken.
    let server = Server::start(dir.path(), free_port());
    assert!(server.announcement.contains("http://localhost:8080/setup?token="));
}
