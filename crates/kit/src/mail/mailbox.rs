//! The mailbox for developers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::Mail;

/// How many mails it keeps.
const MAILBOX_MAX: usize = 100;

/// Mails that nobody sends: to be read in the browser. Gone when the program ends. Cheap to clone.
#[derive(Clone, Default)]
pub struct DevMailbox(Arc<Mutex<VecDeque<Mail>>>);

impl DevMailbox {
    pub(super) fn put(&self, mail: Mail) {
        let mut mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mails.push_front(mail);
        mails.truncate(MAILBOX_MAX);
    }

    /// All of them, the newest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The one with this number, if it is there still.
    pub fn find(&self, id: i64) -> Option<Mail> {
        self.mails().into_iter().find(|mail| mail.id == id)
    }
}
