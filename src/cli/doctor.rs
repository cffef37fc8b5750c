//! `doctor`: whether all that the program needs is there, one line for each, and what to do about it. It
//! changes nothing.

mod data;
mod machine;

use actix_web::rt::System;
use kit::cli::Failure;
use kit::config::Origin;
use kit::doctor::Finding::{Fine, Problem};
use kit::doctor::Report;

use crate::config::Config;

/// Looks at everything. Fails if there is a problem.
pub(super) fn examine() -> Result<(), Failure> {
    let mut report = Report::default();
    let config = match Config::load() {
        Ok(config) => config,
        Err(failure) => {
            report.tell("settings", &Problem(failure.message().trim_end().to_owned()))?;
            return report.end();
        }
    };
    let settings = &config.settings.0;
    let set = settings.iter().filter(|setting| setting.origin != Origin::Default).count();
    let line = format!("{set} of {} are set, and all are right.", settings.len());
    report.tell("settings", &Fine(line))?;
    let system = System::new();
    system.block_on(examine_database(&config, &mut report))?;
    report.tell("mail", &system.block_on(machine::mail(&config)))?;
    report.tell("passwords", &system.block_on(machine::passwords(&config)))?;
    machine::files(&config).iter().try_for_each(|finding| report.tell("files", finding))?;
    report.tell("static", &machine::static_files(&config))?;
    report.tell("proxy", &machine::proxy(&config))?;
    report.end()
}

async fn examine_database(config: &Config, report: &mut Report) -> Result<(), Failure> {
    let db = match data::open(config) {
        Ok(Some(db)) => db,
        Ok(None) => return report.tell("database", &data::not_there(config)),
        Err(sentence) => return report.tell("database", &Problem(sentence)),
    };
    let answered = data::answer(&db).await;
    report.tell("database", &answered)?;
    if matches!(answered, Fine(_)) {
        let found = db.migrations();
        report.tell("migrations", &data::migrations(&found, config.environment))?;
        if let Some(finding) = data::second_factors(&db, config).await {
            report.tell("second factors", &finding)?;
        }
        report.tell("clock", &data::compare_clocks(&db, &found, config).await)?;
    }
    Ok(())
}
