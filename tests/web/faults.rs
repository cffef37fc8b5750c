//! A database that is locked, gone, full, or started by two at once.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, rt};
use app::db::Db;
use app::error::Error;
use app::mail::Notice;
use app::people::{Email, Name, NewUser, User};
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use futures_util::future::{join, join_all};

use crate::browser::{Answer, Browser, PASSWORD, Site, config, features_and, passwords};
use crate::database::{HOLD_EVERYTHING, TestDatabase};

/// Sends so many papers at once.
async fn write_papers(ada: &Browser, titles: &[String]) -> Vec<Answer> {
    let save = |title| async move { ada.submit("/papers", &[("title", title)]).await };
    join_all(titles.iter().map(|title| save(title.as_str()))).await
}

fn titles(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("paper {n}")).collect()
}

/// A site that gives an answer up after a second, with Ada logged in.
async fn impatient() -> Browser {
    Site::with(&[("REQUEST_TIMEOUT", "1s")]).await.logged_in("ada").await
}

#[actix_web::test]
async fn while_another_program_writes_people_go_on_reading() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    // Each page has something to write down: the session was used.
    site.clock.advance(time::Duration::minutes(2));
    let mut other = site.database.other_program(HOLD_EVERYTHING);
    let titles = titles(20);
    let read = async {
        for _ in 0..20 {
            assert_eq!(ada.get("/papers").await.status, 200);
        }
        other.batch_execute("COMMIT").unwrap();
    };
    let (written, ()) = join(write_papers(&ada, &titles), read).await;
    assert!(written.iter().all(|answer| matches!(answer.status, 303 | 503)));
}

#[actix_web::test]
async fn when_a_session_was_used_is_noted_as_soon_as_nobody_else_writes() {
    let ada = impatient().await;
    let site = &ada.site;
    site.clock.advance(time::Duration::minutes(2));
    let seen = async || site.texts("SELECT CAST(last_seen_at AS TEXT) AS text FROM sessions").await;
    let before = seen().await;
    let mut other = site.database.other_program(HOLD_EVERYTHING);
    assert!(ada.is_logged_in().await);
    site.write_uses().await;
    assert_eq!(seen().await, before);
    other.batch_execute("COMMIT").unwrap();
    site.write_uses().await;
    assert_ne!(seen().await, before);
}

#[actix_web::test]
async fn what_reads_cannot_write() {
    let site = Site::open().await;
    site.user("ada").await;
    let delete = |conn: &mut _| diesel::sql_query("DELETE FROM users").execute(conn);
    assert!(matches!(site.db.run(delete).await, Err(Error::Database(_))));
    assert_eq!(site.count("SELECT count(*) AS count FROM users").await, 1);
}

#[actix_web::test]
async fn what_was_answered_too_late_is_not_saved() {
    let ada = impatient().await;
    let database = &ada.site.database;
    let mut other = database.other_program(HOLD_EVERYTHING);
    for answer in write_papers(&ada, &titles(8)).await {
        assert_eq!((answer.status, answer.header("retry-after")), (503, "2"));
    }
    other.batch_execute("COMMIT").unwrap();
    // Whoever waits still is before us.
    database.other_program(HOLD_EVERYTHING).batch_execute("COMMIT").unwrap();
    assert_eq!(ada.submit("/papers", &[("title", "later")]).await.status, 303);
    assert_eq!(ada.site.texts("SELECT title AS text FROM papers").await, ["later"]);
}

#[actix_web::test]
async fn what_was_answered_is_true_when_time_and_lock_end_together() {
    let ada = impatient().await;
    let mut other = ada.site.database.other_program(HOLD_EVERYTHING);
    let titles = titles(12);
    // One after the other, so that some come too late and some do not.
    let save = async |n: usize| {
        rt::time::sleep(Duration::from_millis(100) * u32::try_from(n).unwrap()).await;
        ada.submit("/papers", &[("title", titles[n].as_str())]).await
    };
    let release = async {
        while !ada.site.visits.borrow().iter().any(|(_, _, status)| *status == 503) {
            rt::time::sleep(Duration::from_millis(5)).await;
        }
        other.batch_execute("COMMIT").unwrap();
    };
    let (answers, ()) = join(join_all((0..titles.len()).map(save)), release).await;
    ada.site.database.other_program(HOLD_EVERYTHING).batch_execute("COMMIT").unwrap();
    let saved = titles.iter().zip(&answers).filter(|(_, answer)| answer.status == 303);
    let saved: BTreeSet<_> = saved.map(|(title, _)| title.clone()).collect();
    let found = ada.site.texts("SELECT title AS text FROM papers").await;
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), saved);
}

#[actix_web::test]
async fn what_is_saved_is_answered_however_long_the_rest_takes() {
    async fn save_slowly(db: Db) -> Result<HttpResponse, Error> {
        let save = "UPDATE users SET name = 'Countess'";
        db.write(move |conn| diesel::sql_query(save).execute(conn)).await?;
        rt::time::sleep(Duration::from_secs(2)).await;
        Ok(HttpResponse::Ok().body("saved"))
    }
    fn slow(config: &mut ServiceConfig) {
        config.route("/slow", web::get().to(save_slowly));
    }
    let settings = [("REQUEST_TIMEOUT", "1s")];
    let site = Site::build(&settings, passwords(&config(&settings)), features_and(slow)).await;
    assert_eq!(site.logged_in("ada").await.get("/slow").await.status, 200);
}

/// Makes every attempt to end a session fail, as a full disk does.
const FULL_DISK: &str = if cfg!(feature = "postgres") {
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'disk is full'; END $$;
     CREATE TRIGGER full_disk BEFORE DELETE ON sessions EXECUTE FUNCTION full_disk()"
} else {
    "CREATE TRIGGER full_disk BEFORE DELETE ON sessions
         BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
};

#[actix_web::test]
async fn a_full_disk_keeps_nobody_logged_in_and_the_page_says_what_was_not_done() {
    // Neither does a table that cannot be read.
    for trouble in [FULL_DISK, "ALTER TABLE sessions RENAME TO other_sessions"] {
        let site = Site::open().await;
        let ada = site.logged_in("ada").await;
        drop(site.database.other_program(trouble));
        let answer = ada.submit("/logout", &[]).await;
        assert_eq!((answer.status, answer.location()), (303, "/"), "{}", answer.body);
        assert_eq!(ada.cookie("session"), None);
        ada.follow(&answer).await.shows("we could not end the session on the server");
    }
}

#[actix_web::test]
async fn a_moved_session_that_cannot_be_ended_is_no_log_in_all_the_same() {
    let site = Site::with(&[("SESSION_PROTECTION", "strong"), ("TRUSTED_PROXIES", "127.0.0.1")]);
    let ada = site.await.logged_in("ada").await;
    drop(ada.site.database.other_program(FULL_DISK));
    ada.set_header("x-forwarded-for", Some("203.0.113.9"));
    ada.set_header("user-agent", Some("curl/8"));
    let answer = ada.get("/dashboard").await;
    assert_eq!((answer.status, ada.cookie("session")), (303, None), "{}", answer.body);
}

#[test]
fn of_many_that_bring_the_tables_up_to_date_at_once_one_does() {
    let database = TestDatabase::empty();
    let migrate = || app::db::connect(&database.url, 1).unwrap().migrate().unwrap();
    let done: Vec<usize> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|count| **count > 0).count(), 1, "{done:?}");
}

#[actix_web::test]
async fn of_two_servers_that_are_set_up_at_once_one_has_the_administrator() {
    let site = Site::open().await;
    let links = async |site: &Rc<Site>| site.app.open_setup_link().await.unwrap().unwrap();
    let beside = site.beside().await;
    let (one, two) = (links(&site).await, links(&beside).await);
    let mut other = site.database.other_program(HOLD_EVERYTHING);
    let set_up = async |site: &Rc<Site>, link: &str, email| {
        site.stranger()
            .submit(link, &[("name", "Ada"), ("email", email), ("password", PASSWORD)])
            .await
            .status
    };
    let both =
        join(set_up(&site, &one, "ada@example.com"), set_up(&beside, &two, "grace@example.com"));
    let release = async {
        both_wait(&site).await;
        other.batch_execute("COMMIT").unwrap();
    };
    let ((first, second), ()) = join(both, release).await;
    assert_eq!([first, second].iter().filter(|status| **status == 303).count(), 1);
    assert_eq!(site.count("SELECT count(*) AS count FROM users").await, 1);
}

/// Until both wait for the lock, where that can be seen.
async fn both_wait(site: &Site) {
    let waiting = "SELECT count(*) AS count FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while cfg!(feature = "postgres") && site.count(waiting).await < 2 {
        rt::time::sleep(Duration::from_millis(20)).await;
    }
}

#[cfg(not(feature = "postgres"))]
mod file {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[actix_web::test]
    async fn a_database_file_that_was_taken_away_is_noticed_and_not_made_anew() {
        let ada = Browser::logged_in("ada").await;
        let file = ada.site.database.url.clone();
        let kept = format!("{file}.kept");
        fs::rename(&file, &kept).unwrap();
        assert_eq!(ada.get("/papers").await.status, 503);
        let answer = ada.submit("/papers", &[("title", "lost")]).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "2"));
        join_all((0..8).map(|_| ada.get("/papers"))).await;
        assert!(!Path::new(&file).exists());
        fs::rename(&kept, &file).unwrap();
        assert_eq!(ada.submit("/papers", &[("title", "found")]).await.status, 303);
        assert_eq!(ada.site.texts("SELECT title AS text FROM papers").await, ["found"]);
    }

    #[actix_web::test]
    async fn another_file_in_its_place_is_not_written_to() {
        let ada = Browser::logged_in("ada").await;
        let file = ada.site.database.url.clone();
        fs::copy(&file, format!("{file}.copy")).unwrap();
        fs::rename(format!("{file}.copy"), &file).unwrap();
        let before = fs::read(&file).unwrap();
        assert_eq!(ada.submit("/papers", &[("title", "lost")]).await.status, 503);
        assert_eq!(ada.get("/papers").await.status, 503);
        assert!(fs::read(&file).unwrap() == before);
    }

    #[actix_web::test]
    async fn a_file_that_is_taken_away_in_the_middle_of_a_write_is_noticed() {
        async fn save(db: Db, file: web::Data<String>) -> Result<HttpResponse, Error> {
            db.write(move |_| {
                fs::remove_file(file.as_str()).map_err(|e| Error::Internal(e.to_string()))
            })
            .await?;
            Ok(HttpResponse::Ok().body("saved"))
        }
        let ada = Browser::logged_in("ada").await;
        let file = web::Data::new(ada.site.database.url.clone());
        let answer = save(ada.site.db.clone(), file).await;
        assert!(matches!(answer, Err(Error::Database(_))));
    }
}

#[cfg(feature = "postgres")]
mod server {
    use std::io;
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use super::*;

    /// What a server that is started again does to all who are connected.
    fn end_connections(site: &Site) {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        drop(site.database.other_program(end));
    }

    #[actix_web::test]
    async fn after_the_server_was_started_again_one_request_fails_and_the_next_do_not() {
        let site = Site::open().await;
        let ada = site.logged_in("ada").await;
        // All of the pool's connections are open and idle.
        join_all((0..8).map(|_| ada.get("/papers"))).await;
        end_connections(&site);
        assert_eq!(ada.get("/papers").await.status, 503);
        for _ in 0..8 {
            assert_eq!(ada.get("/papers").await.status, 200);
            assert_eq!(ada.submit("/papers", &[("title", "x")]).await.status, 303);
        }
    }

    #[actix_web::test]
    async fn nor_do_they_if_the_one_asked_what_the_connection_was_never_asked() {
        let site = Site::open().await;
        let ada = site.logged_in("ada").await;
        end_connections(&site);
        assert_eq!(ada.get("/papers").await.status, 503);
        assert_eq!(ada.get("/papers").await.status, 200);
    }

    /// Leads to the server of `url`: from `late` on, and so slowly for each connection.
    fn slow_way(url: &str, late: Duration, slow: Duration) -> String {
        let mut url = url::Url::parse(url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        url.set_port(Some(port)).unwrap();
        thread::spawn(move || {
            thread::sleep(late);
            for client in TcpListener::bind(("127.0.0.1", port)).unwrap().incoming() {
                let (client, server) = (client.unwrap(), server.clone());
                thread::spawn(move || {
                    thread::sleep(slow);
                    let server = TcpStream::connect(server).unwrap();
                    let (mut up, mut down) =
                        (client.try_clone().unwrap(), server.try_clone().unwrap());
                    thread::spawn(move || io::copy(&mut up, &mut down));
                    io::copy(&mut { server }, &mut { client })
                });
            }
        });
        url.into()
    }

    #[test]
    fn a_server_that_is_just_starting_is_waited_for() {
        let database = TestDatabase::create();
        let url = slow_way(&database.url, Duration::from_secs(1), Duration::ZERO);
        app::db::connect(&url, 2).unwrap();
    }

    #[test]
    fn a_server_that_takes_longer_than_a_request_may_wait_is_waited_for_at_the_start() {
        let database = TestDatabase::create();
        let url = slow_way(&database.url, Duration::ZERO, Duration::from_secs(4));
        app::db::connect(&url, 2).unwrap();
    }

    #[test]
    fn a_server_that_refuses_is_named_at_once() {
        let url = TestDatabase::create().url.replace("/test_", "/no_such_");
        let said = app::db::connect(&url, 2).err().unwrap();
        assert!(said.contains("does not exist") && said.contains("DATABASE_URL"), "{said}");
    }
}

#[actix_web::test]
async fn an_address_that_is_taken_undoes_nothing_beside_it() {
    let site = Site::open().await;
    let ada = site.user("ada").await;
    let (now, email) = (site.clock.now(), Email::parse("ada@example.com").unwrap());
    let to = email.clone();
    let new = NewUser {
        email,
        name: Name::parse("Eve").unwrap(),
        password_hash: ada.password_hash,
        is_admin: false,
        created_at: now,
        is_verified: true,
    };
    let work = move |conn: &mut _| -> Result<bool, Error> {
        Notice::PasswordChanged.post(conn, &to, now)?;
        Ok(User::create(conn, &new)?.is_some())
    };
    assert!(!site.db.write(work).await.unwrap());
    assert_eq!(site.count("SELECT count(*) AS count FROM outbox").await, 1);
}
