//! What stands around the program: the mail server, the processor, files, a proxy.

use std::path::Path;

use kit::doctor;
use kit::doctor::Finding::{self, Fine, Problem, Warning};
use kit::files::dir_of;
use kit::http::site::is_on_loopback;
use kit::mail::Mailer;
use kit::password::Passwords;

use crate::config::{APP_NAME, Config};

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

/// How long it takes to hash a password.
pub(super) async fn passwords(config: &Config) -> Finding {
    match Passwords::new(config.hash_cost, config.password_min_length, &[APP_NAME]) {
        Ok(passwords) => doctor::hash_cost(&passwords, config.environment).await,
        Err(sentence) => Problem(sentence),
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
    let mut found: Vec<_> = folders.iter().map(|folder| doctor::is_writable(folder)).collect();
    found.extend(
        secrets.iter().filter_map(|file| doctor::is_open_to_others(file, config.environment)),
    );
    found
}

/// Whether each file under `/static` can be read.
pub(super) fn static_files(config: &Config) -> Finding {
    let folder = config.static_dir.display();
    match doctor::count_readable(&config.static_dir) {
        Ok(count) => Fine(format!("{count} files of {folder} can be read.")),
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
