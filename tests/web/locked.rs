//! Another program holds the database's lock while people use the site.

use app::db::Connection;
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;

use crate::browser::{Browser, Site};

/// Another program, in the middle of writing to a table: until "ROLLBACK" it lets others read alone.
pub fn writer(site: &Site, table: &str) -> Connection {
    let mut other = Connection::establish(site.database_url()).unwrap();
    let lock = if cfg!(feature = "postgres") {
        format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE")
    } else {
        "BEGIN IMMEDIATE".to_owned()
    };
    other.batch_execute(&lock).unwrap();
    other
}

#[actix_web::test]
async fn while_another_program_writes_pages_are_read_and_a_paper_is_refused_for_now() {
    let ada = Browser::logged_in("ada").await;
    ada.submit("/papers", &[("title", "Milk")]).await;
    let mut other = writer(&ada.site, "papers");
    for path in ["/", "/dashboard", "/papers", "/papers/1", "/account", "/account/sessions"] {
        assert_eq!(ada.get(path).await.status, 200, "{path}");
    }
    let refused = ada.submit("/papers", &[("title", "Bread")]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "2"), "{}", refused.body);
    refused.shows("Please try again shortly.").hides("locked").hides("lock timeout");
    ada.get("/papers").await.shows("Milk").hides("Bread");
    other.batch_execute("ROLLBACK").unwrap();
    assert_eq!(ada.submit("/papers", &[("title", "Eggs")]).await.status, 303);
    ada.get("/papers").await.shows("Milk").shows("Eggs").hides("Bread");
}
