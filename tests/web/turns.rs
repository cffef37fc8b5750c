//! A flood of passwords from one network.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::{join, join_all};

use crate::browser::{Browser, PASSWORD, Site, address, config, features, passwords};

/// A browser behind our proxy, at this address.
fn at(site: &std::rc::Rc<Site>, address: &str) -> Browser {
    let browser = site.stranger();
    browser.set_header("x-forwarded-for", Some(address));
    browser
}

/// Sends this form from many addresses of one network, again and again, and meanwhile from another a
/// few times; how often the flood was turned away, and what the other one got.
async fn beside_a_flood(
    path: &str, flood: &[(&str, &str)], own: &[(&str, &str)],
) -> (u32, Vec<u16>) {
    let limits = ["LIMIT_LOG_INS", "LIMIT_REQUESTS"].map(|limit| (limit, "off"));
    let settings = [&limits[..], &[("TRUSTED_PROXIES", "127.0.0.1/32")]].concat();
    let site = Site::build(&settings, passwords(&config(&[])), features()).await;
    site.user("ada").await;
    let (refused, sent, is_over) = (Cell::new(0), Cell::new(0), Cell::new(false));
    let clients: Vec<_> = (1..=32).map(|n| at(&site, &format!("2001:db8:1:1::{n}"))).collect();
    let clients = clients.iter().map(async |client| {
        while !is_over.get() {
            // Each at another account: one alone would be refused before it comes to this.
            let email = format!("n{}@example.com", sent.replace(sent.get() + 1));
            let form = [flood, &[("email", &email)]].concat();
            let status = client.submit(path, &form).await.status;
            refused.set(refused.get() + u32::from(status == 503));
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let other = async {
        let mut answers = Vec::new();
        for _ in 0..8 {
            answers.push(at(&site, "192.0.2.1").submit(path, own).await.status);
        }
        is_over.set(true);
        answers
    };
    let (_, answers) = join(join_all(clients), other).await;
    (refused.get(), answers)
}

#[actix_web::test]
async fn wrong_passwords_from_one_network_keep_no_right_one_out() {
    let ada = address("ada");
    let wrong = [("password", "wrong horse battery")];
    let right = [("email", ada.as_str()), ("password", PASSWORD)];
    let (refused, answers) = beside_a_flood("/login", &wrong, &right).await;
    assert!(refused > 0 && answers.iter().all(|status| *status == 303), "{refused} {answers:?}");
}

#[actix_web::test]
async fn a_flood_of_passwords_to_judge_keeps_nobody_from_choosing_one() {
    let long = "kettle violet marching north and south and east".repeat(4);
    let fields = [("password", long.as_str())];
    let (refused, answers) = beside_a_flood("/password-check", &fields, &fields).await;
    assert!(refused > 0 && answers.iter().all(|status| *status == 200), "{refused} {answers:?}");
}
