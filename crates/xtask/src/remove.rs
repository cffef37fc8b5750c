//! Taking a feature out: its files, its lines, its tables, what the documents say of it.

#[macro_use]
mod steps;

mod activity;
mod admin;
mod administrators;
mod api;
mod dependencies;
mod invitations;
mod joining;
mod makers;
mod marks;
mod model;
mod notes;
mod oidc;
mod passkeys;
mod registration;
mod report;
mod tokens;
mod totp;

use crate::draft::Draft;
use crate::project::{Project, Result};
use crate::prose;
use crate::remove::model::Model;
use crate::remove::steps::Cut::{All, Block};
use crate::remove::steps::{Cut, Cuts, Others};
use crate::sql::{self, Gone};

/// For `--help`.
pub const HELP: &str = "\
Parts:
  api            what programs may call, with the tokens for it (takes `tokens` along)
  tokens         personal API tokens
  invitations    accounts that administrators offer
  registration   accounts that people ask for by themselves (takes `oidc` along)
  activity       the page on which people look through what happened
  passkeys       log-ins by a key on a device
  oidc           log-ins through other sites
  totp           second factors: codes of an app, recovery codes (takes `passkeys` along)
  admin          the administrators' pages: people, the audit log, the outbox
Whatever was changed since goes too. What is changed is to be seen by `git diff`: commit before. What was there
lies in target/before/ too.";

/// A part of the app that it can do without.
struct Feature {
    name: &'static str,
    /// A file that is there as long as it is.
    sign: &'static str,
    /// What has no sense without it, and goes before.
    takes_along: &'static [&'static str],
    cuts: Cuts,
    /// More of them, where they fill several files.
    more: &'static [Cuts],
    tables: &'static [&'static str],
    /// Migrations for it alone that make no table, and the statements that take them back.
    migrations: &'static [&'static str],
    statements: &'static [&'static str],
    /// By which words it is known where it is still named.
    words: &'static str,
    /// What no list can say.
    further: fn(&mut Draft),
}

const FEATURES: &[&Feature] = &[
    &api::FEATURE,
    &tokens::FEATURE,
    &invitations::FEATURE,
    &registration::FEATURE,
    &activity::FEATURE,
    &oidc::FEATURE,
    &passkeys::FEATURE,
    &totp::FEATURE,
    &admin::FEATURE,
];

/// What several share, and goes with the last of them.
const SHARED: &[(&[&str], Cuts)] = &[
    (&["registration", "invitations"], joining::CUTS),
    (&["api", "totp"], makers::CUTS),
    (&["api", "totp", "oidc"], makers::PROGRAMS),
    (&["admin", "invitations"], administrators::CUTS),
    (&["oidc", "passkeys"], marks::CUTS),
];

const OTHERS: Others = Others {
    has: &|draft, name| {
        FEATURES.iter().any(|feature| feature.name == name && feature.is_there(draft))
    },
    took: &went_with_another,
};

/// What tells of a fresh copy, or of what was: it stays as it is, and may name what is gone.
pub const OF_A_FRESH_COPY: [&str; 5] =
    ["CHANGELOG.md", "docs/asvs.md", "docs/tutorial.md", "docs/recipes/", "scripts/tutorial"];

/// What carries that out, and fails in any other copy.
const WITH_THE_FIRST: Cuts = cuts! {
    "scripts/check" { Block("  step \"what the tutorial, the recipes"); }
    "tests/asvs.rs" { All; }
};

/// What is done, as far as the draft.
#[derive(Default)]
struct Done {
    said: Vec<String>,
    gone: Vec<Gone>,
    features: Vec<&'static str>,
    /// By which words what is gone was known.
    words: Vec<String>,
}

/// Takes all of these out, or nothing; what was done.
pub fn remove(project: &Project, names: &[String]) -> Result<String> {
    let (mut draft, mut done) = (Draft::of(project), Done::default());
    for name in names {
        match FEATURES.iter().find(|feature| feature.name == name) {
            Some(feature) => feature.take_out(&mut draft, &mut done)?,
            None => match model::find(&draft, name)? {
                Some(model) => take_out_model(&model, &mut draft, &mut done)?,
                None => done.said.push(format!("There is nothing called `{name}` here.")),
            },
        }
    }
    take_out_shared(&mut draft, &done);
    if done.words.is_empty() {
        return Ok(done.said.join("\n"));
    }
    steps::carry_out(&mut draft, WITH_THE_FIRST, &OTHERS);
    draft.tidy();
    dependencies::forget(&mut draft);
    let left = report::still_named(&draft, &done.words);
    let carried = draft.carry_out()?;
    done.said.extend(report::changes(&carried));
    done.said.extend(report::for_databases(&done.gone));
    let is_relocked = carried.changed.iter().any(|file| file == "Cargo.toml");
    done.said.extend(is_relocked.then(|| dependencies::relock(project)).flatten());
    done.said.extend(left);
    Ok(done.said.join("\n"))
}

impl Feature {
    const NOTHING: Self = Self {
        name: "",
        sign: "",
        takes_along: &[],
        cuts: &[],
        more: &[],
        tables: &[],
        migrations: &[],
        statements: &[],
        words: "",
        further: |_| (),
    };

    fn lists(&self) -> impl Iterator<Item = Cuts> {
        [self.cuts].into_iter().chain(self.more.iter().copied())
    }

    fn is_there(&self, draft: &Draft) -> bool {
        draft.has(self.sign)
    }

    fn take_out(&self, draft: &mut Draft, done: &mut Done) -> Result<()> {
        if !self.is_there(draft) {
            done.said.push(format!("There is nothing of `{}` here.", self.name));
            return Ok(());
        }
        for other in FEATURES.iter().filter(|other| self.takes_along.contains(&other.name)) {
            if other.is_there(draft) {
                other.take_out(draft, done)?;
            }
        }
        self.lists().for_each(|cuts| steps::carry_out(draft, cuts, &OTHERS));
        (self.further)(draft);
        done.gone.extend(self.tables.iter().map(|table| sql::forget_table(draft, table)));
        for (n, migration) in self.migrations.iter().enumerate() {
            let statements = if n == 0 { self.statements } else { &[] };
            done.gone.push(sql::forget_migration(draft, migration, statements));
        }
        let words: Vec<_> = self.words.split(", ").map(str::to_owned).collect();
        forget_in_documents(draft, &words);
        done.words.extend(words);
        done.features.push(self.name);
        done.said.push(format!("`{}` is taken out.", self.name));
        Ok(())
    }
}

fn take_out_model(model: &Model, draft: &mut Draft, done: &mut Done) -> Result<()> {
    done.gone.extend(model.take_out(draft)?);
    if model.plural == "notes" {
        steps::carry_out(draft, notes::CUTS, &OTHERS);
        forget_in_documents(draft, &notes::WORDS.map(str::to_owned));
    }
    done.words.extend(model.known_by());
    done.said.push(format!("The {} are taken out.", model.words()));
    Ok(())
}

fn take_out_shared(draft: &mut Draft, done: &Done) {
    for (names, cuts) in SHARED {
        let is_left = names.iter().any(|name| (OTHERS.has)(draft, name));
        if !is_left && names.iter().any(|name| done.features.contains(name)) {
            steps::carry_out(draft, cuts, &OTHERS);
        }
    }
}

/// Whether a file is not there because a feature is not that it belonged to, or because one was taken out.
fn went_with_another(draft: &Draft, file: &str) -> bool {
    let takes = |(path, cuts): &(&str, &[Cut])| {
        let is_it = file == *path || file.starts_with(&format!("{path}/"));
        is_it && cuts.iter().any(|cut| matches!(cut, Cut::All))
    };
    let gone = FEATURES.iter().filter(|feature| !feature.is_there(draft));
    let shared =
        SHARED.iter().filter(|(names, _)| !names.iter().any(|name| (OTHERS.has)(draft, name)));
    gone.flat_map(|feature| feature.lists().flatten())
        .chain(shared.flat_map(|(_, cuts)| *cuts))
        .chain(WITH_THE_FIRST)
        .any(takes)
}

/// The documents that came with the app. In others, somebody's own, a word may mean anything.
const DOCUMENTS: [&str; 19] = [
    "AGENTS.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "docs/architecture.md",
    "docs/commands.md",
    "docs/comparison.md",
    "docs/deploy.md",
    "docs/development.md",
    "docs/lighthouse.md",
    "docs/login-manager.md",
    "docs/performance.md",
    "docs/postgres.md",
    "docs/programs.md",
    "docs/running.md",
    "docs/scale.md",
    "docs/security.md",
    "docs/settings.md",
    "docs/threats.md",
];

/// Whatever these say of it beside what the lists know.
fn forget_in_documents(draft: &mut Draft, words: &[String]) {
    for file in DOCUMENTS {
        if let Some(text) = draft.read(file) {
            draft.write(file, prose::without(&text, words));
        }
    }
}
