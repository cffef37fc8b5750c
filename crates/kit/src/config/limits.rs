//! How often strangers and people may do something, where that depends on whose site it is.

use strum::{EnumString, VariantNames};

use crate::config::Reader;
use crate::limit::Quota;

/// Where it is counted what was done how often.
#[derive(Clone, Copy, Debug, EnumString, PartialEq, Eq, VariantNames)]
#[strum(serialize_all = "snake_case", ascii_case_insensitive)]
pub enum CountedIn {
    /// In the memory of each instance: after a restart, from the beginning.
    Memory,
    /// In the database, for all instances together.
    Database,
}

/// Limits that depend on how many people come from one network.
#[derive(Clone, Debug)]
pub struct LimitSettings {
    /// Where the tries are counted.
    pub counted_in: CountedIn,
    /// Failed log-ins of a network.
    pub log_ins: Vec<Quota>,
    /// Mails that a network asks for.
    pub mails: Vec<Quota>,
    /// Forms behind links from mails, sent from a network.
    pub links: Vec<Quota>,
    /// Pages that strangers of a network ask for.
    pub requests: Vec<Quota>,
    /// Pages that somebody asks for who is logged in, and their programs.
    pub own_requests: Vec<Quota>,
}

impl Reader<'_> {
    /// `LIMITS_IN`, and the numbers that begin with `LIMIT_`.
    pub fn limits(&mut self) -> LimitSettings {
        LimitSettings {
            counted_in: self.one_of("LIMITS_IN", "memory"),
            log_ins: self.quotas("LIMIT_LOG_INS", "20/15m,100/1d"),
            mails: self.quotas("LIMIT_MAILS", "5/1h,20/1d"),
            links: self.quotas("LIMIT_LINKS", "20/15m"),
            requests: self.quotas("LIMIT_REQUESTS", "300/1m"),
            own_requests: self.quotas("LIMIT_OWN_REQUESTS", "600/1m"),
        }
    }

    fn quotas(&mut self, name: &'static str, default: &str) -> Vec<Quota> {
        let rule = "must be off, or numbers and times as in 20/15m, with commas between them";
        self.value(name, default, rule, |v| match v {
            "off" => Some(Vec::new()),
            list => list.split(',').map(|quota| parse_quota(quota.trim())).collect(),
        })
    }
}

/// `20/15m`.
fn parse_quota(text: &str) -> Option<Quota> {
    let (count, period) = text.split_once('/')?;
    let count = count.parse().ok().filter(|count| *count > 0)?;
    Some(Quota::new(count, super::reader::parse_duration(period)?))
}
