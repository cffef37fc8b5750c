//! The two addresses that load balancers and supervisors ask.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use actix_web::FromRequest as _;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use diesel::QueryResult;
use futures_util::future::join3;
use kit::http::list::Paging;
use tokio::sync::oneshot;

use crate::browser::{Browser, Site};

#[actix_web::test]
async fn whoever_asks_by_address_is_answered_without_content() {
    let site = Site::with(&[("PUBLIC_URL", "https://app.example.com")]).await;
    let balancer = site.stranger();
    for host in [Some("10.0.0.7:8080"), Some("evil.example"), Some(""), None] {
        balancer.set_header("host", host).set_header("accept", None);
        for (path, method) in
            [("/livez", Method::GET), ("/readyz", Method::GET), ("/readyz", Method::HEAD)]
        {
            let answer = balancer.send(method, path, None).await;
            assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{path} {host:?}");
            assert!(answer.cookies().is_empty() && answer.location().is_empty());
        }
        assert_eq!(balancer.get("/").await.status, 421);
    }
}

#[actix_web::test]
async fn not_ready_is_who_has_no_database_or_not_all_of_its_tables() {
    let balancer = Browser::stranger().await;
    for (break_it, mend_it) in [
        (
            "ALTER TABLE __diesel_schema_migrations RENAME TO x",
            "ALTER TABLE x RENAME TO __diesel_schema_migrations",
        ),
        (
            "UPDATE __diesel_schema_migrations SET version = 'x' || version",
            "UPDATE __diesel_schema_migrations SET version = substr(version, 2)",
        ),
    ] {
        balancer.site.sql(break_it).await;
        let answer = balancer.get("/readyz").await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "2"), "{break_it}");
        assert_eq!(balancer.get("/livez").await.status, 204);
        balancer.site.sql(mend_it).await;
        assert_eq!(balancer.get("/readyz").await.status, 204);
    }
}

#[actix_web::test]
async fn the_program_of_before_is_ready_while_the_next_one_has_changed_the_tables() {
    let balancer = Browser::stranger().await;
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')";
    balancer.site.sql(newer).await;
    assert_eq!(balancer.get("/readyz").await.status, 204);
}

#[actix_web::test]
async fn whether_the_program_lives_is_not_asked_of_the_database() {
    // One of them reads.
    let site = Site::with(&[("DATABASE_CONNECTIONS", "2")]).await;
    let ((_release, wait), (taken, is_taken)) = (mpsc::channel::<()>(), oneshot::channel());
    let db = site.db.clone();
    actix_web::rt::spawn(async move {
        db.run(move |_| QueryResult::Ok((taken.send(()), wait.recv()))).await.map(drop)
    });
    is_taken.await.unwrap();
    assert_eq!(site.stranger().get("/livez").await.status, 204, "no connection is free");
}

#[actix_web::test]
async fn whoever_waits_for_a_connection_is_counted() {
    let site = Site::with(&[("DATABASE_CONNECTIONS", "2")]).await;
    let ((release, wait), (taken, is_taken)) = (mpsc::channel::<()>(), oneshot::channel());
    let (db, other) = (site.db.clone(), site.db.clone());
    let first = db.run(move |_| QueryResult::Ok((taken.send(()), wait.recv().is_err())));
    let second = async {
        is_taken.await.unwrap();
        other.run(|_| QueryResult::Ok(())).await.unwrap();
    };
    let look = async {
        while of_readers(&site, "database_connections_waiting") < 1.0 {
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(of_readers(&site, "database_connections_in_use") > 0.0);
        drop(release);
    };
    let (first, ..) = join3(first, second, look).await;
    assert!(first.is_ok());
    assert!(of_readers(&site, "database_connections_waiting") < 1.0);
}

#[actix_web::test]
async fn whoever_takes_long_holds_up_nobody_while_a_connection_is_free() {
    let site = Site::with(&[("DATABASE_CONNECTIONS", "8")]).await;
    for _ in 0..20 {
        site.db.run(|_| QueryResult::Ok(())).await.unwrap(); // quick, so that nobody expects to wait
    }
    let ((_release, wait), (taken, is_taken)) = (mpsc::channel::<()>(), oneshot::channel());
    let db = site.db.clone();
    actix_web::rt::spawn(async move {
        db.run(move |_| QueryResult::Ok((taken.send(()), wait.recv()))).await.map(drop)
    });
    is_taken.await.unwrap();
    site.db.run(|_| QueryResult::Ok(())).await.unwrap();
}

#[actix_web::test]
async fn whoever_searches_holds_up_who_searches_and_no_page() {
    // Three of them read.
    let site = Site::with(&[("DATABASE_CONNECTIONS", "4")]).await;
    let ((_release, wait), (taken, is_taken)) = (mpsc::channel::<()>(), oneshot::channel());
    let held = Arc::new(Mutex::new((Some(taken), wait)));
    let asked = TestRequest::with_uri("/papers?q=tea").to_http_request();
    for _ in 0..3 {
        let (db, held, paging) = (site.db.clone(), held.clone(), Paging::extract(&asked).await);
        let search = move |_: &mut _, _: &_| {
            let (taken, wait) = &mut *held.lock().unwrap();
            Ok(vec![(taken.take().map(|taken| taken.send(())), wait.recv().is_ok())])
        };
        actix_web::rt::spawn(
            async move { db.list(paging.unwrap(), search, |_| Ok(0)).await.map(drop) },
        );
    }
    is_taken.await.unwrap();
    site.db.run(|_| QueryResult::Ok(())).await.unwrap();
}

#[actix_web::test]
async fn no_connection_is_opened_for_which_nobody_waits() {
    let site = Site::with(&[("DATABASE_CONNECTIONS", "8")]).await;
    for _ in 0..20 {
        site.db.run(|_| QueryResult::Ok(())).await.unwrap();
    }
    assert!(of_readers(&site, "database_connections") < 2.0);
}

/// A number about the connections to read.
fn of_readers(site: &Site, name: &str) -> f64 {
    let found = site.db.readings().into_iter().find(|reading| reading.name == name).unwrap();
    found.values[0].1
}
