//! What docs/asvs.md says of each row is there: its test, its section, its file; and what no test of the
//! program can show, because it is about the sources, is shown here. Whether a test proves its row, people
//! have to read.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

#[path = "kit/proofs.rs"]
mod proofs;

use proofs::{fault, quoted};

/// How many rows of each level the standard has for an app like this one.
const ROWS: [(&str, usize); 3] = [("L1", 60), ("L2", 140), ("L3", 61)];

static DOCUMENT: LazyLock<String> = LazyLock::new(|| fs::read_to_string("docs/asvs.md").unwrap());

#[derive(Debug)]
struct Row<'a> {
    id: &'a str,
    level: &'a str,
    /// What the app does.
    what: &'a str,
    place: &'a str,
    proof: &'a str,
}

#[derive(PartialEq)]
enum Answer {
    Met,
    NotMet,
    DoesNotApply,
}

impl Row<'_> {
    fn answer(&self) -> Answer {
        match self.proof {
            proof if proof.starts_with("not met: ") => Answer::NotMet,
            proof if proof.starts_with("does not apply: ") => Answer::DoesNotApply,
            _ => Answer::Met,
        }
    }
}

fn rows() -> Vec<Row<'static>> {
    let begins =
        |line: &&str| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit());
    let chapters = section("The rows").split("\n### ").skip(1);
    let mut rows = Vec::new();
    for chapter in chapters {
        let number = chapter.strip_prefix('V').and_then(|rest| rest.split(' ').next()).unwrap();
        for line in chapter.lines().filter(begins) {
            let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [id, level, what, place, proof] = cells[..] else {
                panic!("not five cells: {line}")
            };
            assert!(id.starts_with(&format!("{number}.")), "{id} is none of V{number}");
            rows.push(Row { id, level, what, place, proof });
        }
    }
    rows
}

/// What stands below a heading of the document.
fn section(heading: &str) -> &'static str {
    let (_, after) = DOCUMENT.split_once(&format!("\n## {heading}\n")).unwrap();
    after.split("\n## ").next().unwrap()
}

#[test]
fn each_row_of_the_standard_is_there_once() {
    let rows = rows();
    for (level, count) in ROWS {
        assert_eq!(rows.iter().filter(|row| row.level == level).count(), count, "{level}");
    }
    let number = |id: &str| id.split('.').map(|part| part.parse().unwrap()).collect::<Vec<u32>>();
    for pair in rows.windows(2) {
        assert!(number(pair[0].id) < number(pair[1].id), "{} before {}", pair[0].id, pair[1].id);
    }
}

#[test]
fn each_row_has_an_answer() {
    for row in rows() {
        let reason =
            row.proof.strip_prefix("not met: ").or(row.proof.strip_prefix("does not apply: "));
        assert!(!row.what.is_empty() && !row.place.is_empty(), "{row:?}");
        match reason {
            Some(reason) => assert!(reason.len() > 10, "there is no reason: {row:?}"),
            None => {
                assert!(
                    row.what != "–" && row.proof.starts_with('`'),
                    "nothing proves it: {row:?}"
                );
            }
        }
    }
}

#[test]
fn each_proof_is_there() {
    for row in rows() {
        for proof in quoted(row.proof).filter(|proof| proof.contains('/')) {
            assert!(proof.contains(": ") || !proof.contains(".rs"), "which test? {row:?}");
            assert_eq!(fault(proof), None, "`{proof}` in {row:?}");
        }
    }
}

#[test]
fn each_file_where_something_is_done_is_there() {
    for row in rows() {
        for place in quoted(row.place).filter(|place| place.contains(['/', '.'])) {
            let (first, rest) = place.split_once('/').unwrap_or((place, ""));
            let file = match first {
                "kit" | "database" | "actix-login" => format!("crates/{first}/src/{rest}"),
                "people" => format!("src/{place}"),
                _ => place.to_owned(),
            };
            assert!(Path::new(&file).exists(), "`{place}` in {row:?}");
        }
    }
}

#[test]
fn the_numbers_at_the_top_are_what_the_rows_say() {
    let rows = rows();
    for (level, count) in ROWS {
        let number = |answer: Answer| {
            rows.iter().filter(|row| row.level == level && row.answer() == answer).count()
        };
        let [met, not, none] = [Answer::Met, Answer::NotMet, Answer::DoesNotApply].map(number);
        let line = format!("| {level} | {count} | {met} | {not} | {none} |");
        assert!(DOCUMENT.lines().any(|other| other == line), "it should say: {line}");
    }
}

#[test]
fn what_is_not_met_is_a_deviation() {
    let deviations: String =
        section("Deviations").lines().filter_map(|line| line.split('|').nth(1)).collect();
    let named: Vec<_> = deviations.split([' ', ',']).collect();
    for row in rows().iter().filter(|row| row.answer() == Answer::NotMet) {
        assert!(named.contains(&row.id), "{} is not met, and no deviation", row.id);
    }
}

/// The sources of the program, without comments, by file.
static SOURCES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let crates = ["kit", "database", "actix-login"].map(|name| format!("crates/{name}/src"));
    let folders = crates.iter().map(String::as_str).chain(["src"]);
    let files = folders.flat_map(|folder| files(Path::new(folder), "rs"));
    files.map(|file| (file.to_str().unwrap().to_owned(), code(&file))).collect()
});

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { files(&path, extension) } else { vec![path] };
    entries
        .flat_map(below)
        .filter(|path| path.extension().is_some_and(|is| is == extension))
        .collect()
}

fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap().to_owned() + "\n").collect()
}

/// The files of the program in which one of these words stands.
fn files_with(words: &[&str]) -> Vec<&'static str> {
    let has = |text: &String| words.iter().any(|word| text.contains(word));
    SOURCES.iter().filter(|(_, text)| has(text)).map(|(file, _)| file.as_str()).collect()
}

/// Whether one of these crates is asked for by the program itself.
fn depends_on(names: &[&str]) -> bool {
    let manifests =
        ["kit", "database", "actix-login"].map(|name| format!("crates/{name}/Cargo.toml"));
    manifests.iter().map(String::as_str).chain(["Cargo.toml"]).any(|manifest| {
        let text = fs::read_to_string(manifest).unwrap();
        let (_, after) = text.split_once("\n[dependencies]\n").unwrap();
        let mut lines = after.split("\n[").next().unwrap().lines();
        lines.any(|line| names.iter().any(|name| line.starts_with(&format!("{name} = "))))
    })
}

/// The scripts of pages.
fn scripts() -> Vec<(PathBuf, String)> {
    let scripts = files(Path::new("static"), "js").into_iter();
    scripts.map(|file| (file.clone(), code(&file))).collect()
}

/// The templates of pages: clients for mail know no style sheets.
fn templates() -> Vec<(PathBuf, String)> {
    let pages = files(Path::new("templates"), "html").into_iter();
    let pages = pages.filter(|file| !file.starts_with("templates/mail"));
    pages.map(|file| (file.clone(), fs::read_to_string(file).unwrap())).collect()
}

#[test]
fn the_program_starts_no_other_and_fetches_nothing() {
    assert!(files_with(&["process::Command", "Command::new(", "fork("]).is_empty());
    assert!(!depends_on(&["awc", "curl", "hyper", "hyper-util", "isahc", "reqwest", "surf",]));
    // One, in a feature that is off: it asks the sites of a setting.
    assert_eq!(files_with(&["ureq"]), ["src/people/providers/site.rs"]);
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let client = manifest.lines().find(|line| line.starts_with("ureq = "));
    assert!(client.unwrap().ends_with("optional = true }"), "{client:?}");
    // The command `health` asks the program on this machine.
    assert_eq!(files_with(&["TcpStream", "UnixStream"]), ["crates/kit/src/http/health.rs"]);
    assert!(depends_on(&["lettre"]), "what is asked for is found");
}

#[test]
fn the_app_writes_no_sql_as_text() {
    let words = ["sql_query", "batch_execute", "sql::<", "sql(\""];
    let files = files_with(&words);
    assert!(files.contains(&"crates/database/src/sqlite.rs"), "{files:?}");
    // Two expressions without a value, for whoever looks after the program.
    let in_app: Vec<_> = files.into_iter().filter(|file| file.starts_with("src/")).collect();
    assert_eq!(in_app, ["src/cli/doctor/data.rs"]);
}

#[test]
fn there_is_no_regular_expression_of_ours() {
    assert!(files_with(&["regex", "Regex"]).is_empty());
    assert!(!depends_on(&["fancy-regex", "regex", "regex-lite"]));
    assert!(scripts().iter().all(|(_, text)| !text.contains("RegExp")));
    assert!(templates().iter().all(|(_, text)| !text.contains(" pattern=")));
}

#[test]
fn scripts_make_no_code_and_keep_nothing() {
    let code =
        ["eval(", "Function(", "setTimeout(\"", "setInterval(\"", "document.write", "import("];
    let kept = ["localStorage", "sessionStorage", "indexedDB", "caches.", "document.cookie"];
    let scripts = scripts();
    assert!(scripts.len() > 2);
    for (file, text) in scripts {
        for word in code.iter().chain(&kept) {
            assert!(!text.contains(word), "{word} in {}", file.display());
        }
    }
}

#[test]
fn scripts_write_markup_where_it_is_known_to_be_ours() {
    // An icon by its name, the question of a page of ours, and the list of short cuts.
    let known = [
        "const innerHTML = icon && `<svg ",
        "return make(\"button\", { type: \"button\", innerHTML,",
        "const ask = (innerHTML) => {",
        "const dialog = make(\"dialog\", { innerHTML,",
        "if (question) ask(question.innerHTML);",
        "ask(`<h1>Short cuts</h1>",
    ];
    let words = ["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTML"];
    for (file, text) in scripts() {
        let asks = if file.ends_with("app.js") { "ask(" } else { words[0] };
        let writes = |line: &&str| words.iter().chain([&asks]).any(|word| line.contains(word));
        for line in text.lines().map(str::trim).filter(writes) {
            assert!(
                known.iter().any(|known| line.starts_with(known)),
                "{}: {line}",
                file.display()
            );
        }
    }
}

#[test]
fn no_template_holds_code_or_style_of_its_own() {
    let words =
        ["<style", " style=", "javascript:", "<object", "<embed", "<iframe", "<applet", "srcdoc"];
    let is_handler = |word: &str| {
        let name = word.split_once('=').map_or("", |(name, _)| name);
        name.len() > 4 && name.starts_with("on") && name.chars().all(|c| c.is_ascii_lowercase())
    };
    for (file, text) in templates() {
        let file = file.display();
        assert!(words.iter().all(|word| !text.contains(word)), "{file}");
        assert!(text.split("<script").skip(1).all(|rest| rest.starts_with(" src=\"{{")), "{file}");
        assert!(!text.split_whitespace().any(is_handler), "{file}");
    }
}

/// Whether a text has a key in it: 32 random bytes and more, in one of the alphabets of base64.
fn holds_key(text: &str) -> bool {
    let in_alphabet = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    text.split(|c| !in_alphabet(c)).any(|word| {
        let has = |is: fn(&char) -> bool| word.chars().filter(is).count() >= 2;
        let is_one = !word.contains(['+', '/']) || !word.contains(['-', '_']);
        let is_mixed = has(char::is_ascii_digit)
            && has(char::is_ascii_uppercase)
            && has(char::is_ascii_lowercase);
        word.len() >= 43 && is_one && is_mixed
    })
}

#[test]
fn nothing_that_is_built_in_or_told_holds_a_key() {
    let key = |_: &i32| holds_key(&format!("SECRET_KEY={}=", actix_login::generate_key()));
    assert!((0..100).filter(key).count() > 90, "few have no two digits");
    let kinds = ["rs", "html", "css", "js", "svg", "sql", "toml", "md", "service"];
    let folders =
        ["src", "crates/kit/src", "crates/database/src", "templates", "static", "migrations"];
    let folders = folders.iter().chain(&["crates/actix-login/src", "deploy", "docs"]);
    let all = folders.flat_map(|folder| kinds.map(|kind| files(Path::new(folder), kind))).flatten();
    let named =
        [".env.example", "README.md", "Cargo.toml", "deploy/nginx.conf", "deploy/Caddyfile"];
    let found: Vec<_> = all
        .chain(named.map(PathBuf::from))
        .filter(|file| holds_key(&fs::read_to_string(file).unwrap()))
        .collect();
    // A picture of one dot.
    assert_eq!(found, [Path::new("docs/tutorial.md")]);
}

#[test]
fn numbers_do_not_wrap() {
    let workspace = fs::read_to_string("Cargo.toml").unwrap();
    let (_, release) = workspace.split_once("\n[profile.release]\n").unwrap();
    assert!(release.split("\n[").next().unwrap().contains("\noverflow-checks = true"));
}

#[test]
fn cryptography_is_called_in_the_files_that_are_named() {
    let ours = [
        "argon2",
        "ed25519_dalek",
        "getrandom",
        "hkdf",
        "jsonwebtoken",
        "pkcs8",
        "rsa",
        "sha1", // names passwords in a file of others, and protects nothing
        "sha2",
        "subtle",
    ];
    let words = ours.map(|name| format!("{name}::"));
    assert_eq!(
        files_with(&words.each_ref().map(String::as_str)),
        [
            "crates/actix-login/src/key_pair.rs",
            "crates/actix-login/src/keys.rs",
            "crates/actix-login/src/personal_token.rs",
            "crates/actix-login/src/token.rs",
            "crates/database/src/copy/compare.rs",
            "crates/kit/src/http/assets.rs",
            "crates/kit/src/http/seal.rs",
            "crates/kit/src/limit.rs",
            "crates/kit/src/metrics/scrape.rs",
            "crates/kit/src/password.rs",
            "crates/kit/src/password/breached.rs",
            "crates/kit/src/password/phc.rs",
        ]
    );
    let others =
        ["aes", "bcrypt", "blake2", "md-5", "md5", "openssl", "rand", "ring", "scrypt", "sha-1"];
    assert!(!depends_on(&others));
    let lock = fs::read_to_string("Cargo.lock").unwrap();
    let with_md5 = lock.split("[[package]]").filter(|it| it.contains("\n \"md"));
    let names: Vec<_> = with_md5.filter_map(|it| it.lines().nth(1)).collect();
    // The feature `passkeys` brings one that makes a name for it, and calls it nowhere.
    assert_eq!(names, ["name = \"crypto-glue\""], "MD5");
}

#[test]
fn every_crate_comes_from_one_place() {
    let lock = fs::read_to_string("Cargo.lock").unwrap();
    let packages = lock.split("\n[[package]]\n").skip(1);
    let (foreign, own): (Vec<_>, Vec<_>) =
        packages.partition(|package| package.contains("\nsource = "));
    assert_eq!(own.len(), fs::read_dir("crates").unwrap().count() + 1, "{own:?}");
    for package in foreign {
        let is_known = package
            .contains("\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n");
        assert!(is_known && package.contains("\nchecksum = \""), "{package}");
    }
}
