//! Ada writes one row after the other while something happens. The core has no list of hers that grows with
//! each form, but a link to a new password may be asked for at any address: for each there is a row in the
//! outbox, whether anybody has it or not, and it stays for a day.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::client::Client;
use crate::ended::SetWhenDropped;

/// For whoever writes as fast as they can.
pub const UNLIMITED: [(&str, &str); 2] = [("LIMIT_MAILS", "off"), ("LIMIT_OWN_REQUESTS", "off")];

/// Lets Ada ask for links at the addresses with these numbers while something happens, which is told how many
/// were answered so far; what came of it, and the numbers that were answered.
pub fn while_she_writes<T>(
    url: &str, ada: &Client, numbers: impl Iterator<Item = usize> + Send,
    happens: impl FnOnce(&AtomicUsize) -> T,
) -> (T, Vec<usize>) {
    let (mut ada, is_over) = (Client::with_cookies(url, ada.cookies()), AtomicBool::new(false));
    let answered = AtomicUsize::new(0);
    thread::scope(|scope| {
        let mut ask = |number: &usize| {
            let address = format!("{number}@example.com");
            let is_answered = ada.try_submit("/forgot", &[("email", &address)]);
            answered.fetch_add(usize::from(is_answered), Relaxed);
            is_answered
        };
        let numbers = numbers.take_while(|_| !is_over.load(Relaxed));
        let writer = scope.spawn(move || numbers.filter(|number| ask(number)).collect());
        // Also when something fails meanwhile: otherwise she would write for ever.
        let guard = SetWhenDropped(&is_over);
        let came = happens(&answered);
        drop(guard);
        (came, writer.join().unwrap())
    })
}

/// The numbers that a database holds, in the order in which they were written.
pub fn written(file: &Path) -> Vec<usize> {
    let addresses = texts(
        file,
        "SELECT email AS text FROM outbox WHERE email GLOB '[0-9]*@example.com' ORDER BY id",
    );
    addresses.iter().map(|address| address.split_once('@').unwrap().0.parse().unwrap()).collect()
}

/// The answers to a query for texts, each called `text`.
pub fn texts(file: &Path, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let rows: Vec<Row> = diesel::sql_query(sql).load(&mut connection).unwrap();
    rows.into_iter().map(|row| row.text).collect()
}
