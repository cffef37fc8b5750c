//! What stands around the program: the mail server, the processor, files, a proxy.

use std::fs::{self, File};
use std::ops::RangeInclusive;
use std::path::Path;
use std::process;
use std::time::{Duration, Instant};

use kit::Network;
use kit::config::Environment;
use kit::files::{self, dir_of};
use kit::http::site::is_on_loopback;
use kit::mail::Mailer;
use kit::password::Passwords;

use super::finding::Finding::{self, Fine, Problem, Warning};
use crate::config::{APP_NAME, Config};

/// How many milliseconds a hash should take: long for whoever guesses, and short for a crowd.
const HASH_TIME: RangeInclusive<u128> = 20..=1000;

/// Says hello to the mail server, and sends nothing.
pub(super) async fn mail(config: &Config) -> Finding {
    let Some(smtp) = &config.smtp else {
        return if config.is_for_developers() {
            Fine("It stays in the mailbox at /dev/mail.".to_owned())
        } else {
            Warning("It is lost: set SMTP_URL, for nobody can read the mailbox here.".to_owned())
        };
    };
    let server = format!("{}:{}", smtp.host, smtp.port);
    let greeted = match Mailer::new(Some(smtp), &config.mail_from, config.host_name()) {
        Ok(mailer) => mailer.greet().await,
        Err(sentence) => Err(sentence),
    };
    match greeted {
        Ok(()) => Fine(format!("The server {server} takes it; nothing was sent.")),
        Err(cause) => Problem(format!(
            "The server {server} does not take it: {cause}. Check SMTP_URL, and whether a firewall is between."
        )),
    }
}

/// The quickest of three: another program may have held up the others.
pub(super) async fn hash_cost(config: &Config) -> Finding {
    let words = [APP_NAME];
    let passwords = match Passwords::new(config.hash_cost, config.password_min_length, &words) {
        Ok(passwords) => passwords,
        Err(sentence) => return Problem(sentence),
    };
    let mut quickest = Duration::MAX;
    for _ in 0..3 {
        let begun = Instant::now();
        if let Err(error) = passwords.hash(Network::Operator, "a password".to_owned()).await {
            return Problem(format!("A password cannot be hashed: {error}."));
        }
        quickest = quickest.min(begun.elapsed());
    }
    let took = format!("A hash takes {} ms", quickest.as_millis());
    match quickest.as_millis() {
        // While one develops, the quicker the better.
        ms if ms < *HASH_TIME.start() && config.environment == Environment::Production => {
            Warning(format!("{took}: raise ARGON2_MEMORY_KIB, for this machine can do more."))
        }
        ms if ms > *HASH_TIME.end() => Warning(format!(
            "{took}: lower ARGON2_MEMORY_KIB or ARGON2_ITERATIONS, or log-ins queue."
        )),
        _ => Fine(format!("{took}.")),
    }
}

/// The folders that are written to, and the files that are for this user alone.
pub(super) fn files(config: &Config) -> Vec<Finding> {
    let database = Path::new(config.database_url.expose());
    let database = Some(database.to_owned()).filter(|_| !cfg!(feature = "postgres"));
    let secrets: Vec<_> = config.secret_key_file.iter().chain(&database).cloned().collect();
    let written = secrets.iter().chain(&config.log.file);
    let mut folders: Vec<_> = written.map(|file| dir_of(file).to_owned()).collect();
    folders.sort_unstable();
    folders.dedup();
    let mut found: Vec<_> = folders.iter().map(|folder| writable(folder)).collect();
    found.extend(secrets.iter().filter_map(|file| for_others(file, config.environment)));
    found
}

/// Whether files can be made there. (A look at the permissions would not know of a disk that is full, or only
/// read.)
fn writable(folder: &Path) -> Finding {
    let shown = folder.display();
    // One that is to be made is made in the nearest one that there is.
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let probe = there.join(format!(".{APP_NAME}-{}", process::id()));
    match files::create_private(&probe).and_then(|_| fs::remove_file(&probe)) {
        Ok(()) => Fine(format!("The folder {shown} can be written to.")),
        Err(error) => Problem(format!(
            "The folder {shown} cannot be written to: {error}. Give it to the user that runs this program."
        )),
    }
}

/// Whether others can read what is for this user alone.
#[cfg(unix)]
fn for_others(file: &Path, environment: Environment) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let others = fs::metadata(file).ok()?.permissions().mode() & 0o077;
    let shown = file.display();
    let line = format!("Other users of this machine can read {shown}: `chmod 600 {shown}`.");
    match environment {
        _ if others == 0 => None,
        Environment::Development => Some(Warning(line)),
        Environment::Production => Some(Problem(line)),
    }
}

#[cfg(not(unix))]
fn for_others(_: &Path, _: Environment) -> Option<Finding> {
    None
}

/// Whether each file under `/static` can be read.
pub(super) fn static_files(config: &Config) -> Finding {
    let folder = config.static_dir.display();
    let opened = fs::read_dir(&config.static_dir).and_then(|entries| {
        entries.map(|entry| File::open(entry?.path()).map(drop)).collect::<Result<Vec<_>, _>>()
    });
    match opened {
        Ok(files) => Fine(format!("{} files of {folder} can be read.", files.len())),
        Err(error) => Problem(format!("Not all of {folder} can be read: {error}. See STATIC_DIR.")),
    }
}

/// Whether what is believed of a proxy fits to where people come from.
pub(super) fn proxy(config: &Config) -> Finding {
    let (https, trusted) = (config.public_url.scheme() == "https", &config.trusted_proxies);
    let url = config.origin();
    if let Some(all) = trusted.iter().find(|network| network.prefix_len() == 0) {
        return Problem(format!(
            "TRUSTED_PROXIES={all} believes everybody, who can then come from any address: name the proxy's own."
        ));
    }
    match (https, trusted.is_empty()) {
        (true, true) => Warning(format!(
            "{url} needs a proxy that speaks TLS, and TRUSTED_PROXIES names none: all people seem to come from \
             its address, and one of them can lock out the others. Name it: 127.0.0.1 on this machine."
        )),
        (false, false) if !is_on_loopback(&config.public_url) => Warning(format!(
            "There is a proxy in TRUSTED_PROXIES, and {url} is not encrypted: let it speak TLS, and write https \
             in PUBLIC_URL."
        )),
        (true, false) => Fine(format!("{} in TRUSTED_PROXIES tell who is calling.", trusted.len())),
        (false, _) => Fine("None is needed.".to_owned()),
    }
}
