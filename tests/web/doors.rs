//! What opens one door opens no other: whatever is handed out, offered wherever something is asked for.

use std::rc::Rc;

use app::people::{Email, Link, Purpose, User};
use strum::VariantArray as _;

use crate::browser::{Browser, PASSWORD, Site, address};
use crate::drawn::form_of;

/// The secret of the browser that asked for a link.
const ASKED: &str = "secret";

/// Where something can be offered that was handed out before.
#[derive(Clone, Copy, Debug)]
pub enum Door {
    /// The cookie of a session.
    Session,
    /// The cookie of a link that was opened.
    Opened(Purpose),
    /// The address of a link.
    Address(Purpose),
    /// What was typed, at the log-in.
    Kept,
    /// The cookie of a message.
    Flash,
}

impl Door {
    pub fn all() -> Vec<Self> {
        let links = Purpose::VARIANTS.iter().flat_map(|of| [Self::Opened(*of), Self::Address(*of)]);
        links.chain([Self::Session, Self::Kept, Self::Flash]).collect()
    }

    /// By which key it is opened; the link for the first account by none, where somebody has one.
    fn key(self) -> &'static str {
        match self {
            Self::Opened(Purpose::SetUp) | Self::Address(Purpose::SetUp) => "none",
            Self::Opened(of) | Self::Address(of) => of.name(),
            Self::Session => "session",
            Self::Kept => "kept",
            Self::Flash => "flash",
        }
    }

    /// Whether it is opened by this, on a site on which Ada has an account.
    pub async fn opens(self, ada: &Browser, key: &str) -> bool {
        let stranger = ada.site.stranger();
        // A link for an account wants its owner.
        stranger.set_cookie("session", &ada.cookie("session").unwrap());
        // And one to log in, the browser that asked for it.
        stranger.set_cookie("asked", ASKED);
        match self {
            Self::Session => {
                stranger.set_cookie("session", key);
                stranger.is_logged_in().await
            }
            Self::Opened(of) => {
                stranger.set_cookie(&format!("link_{}", of.name()), key);
                stranger.get(of.about().path).await.status == 200
            }
            Self::Address(of) => {
                let answer = stranger.get(&of.url("", key)).await;
                answer.status == 303 && stranger.follow(&answer).await.status == 200
            }
            Self::Kept => {
                let email = address("ada");
                let fields = [("email", &*email), ("password", PASSWORD), ("kept", key)];
                let answer = stranger.submit("/login", &fields).await;
                answer.status == 200 && answer.body.contains("You are back")
            }
            Self::Flash => {
                stranger.set_cookie("flash", key);
                stranger.get("/").await.body.contains("class=\"flash ")
            }
        }
    }
}

/// One of each kind that Ada's browser may get, by what it is for.
pub async fn keys(ada: &Browser) -> Vec<(&'static str, String)> {
    let site = &ada.site;
    let typed = site.stranger().submit("/papers", &[("title", "Milk")]).await;
    let mut keys = vec![
        ("session", ada.cookie("session").unwrap()),
        ("kept", form_of(&typed, "/login").value("kept").to_owned()),
        ("flash", "notice.TWlsaw".to_owned()),
        ("form", actix_login::random_token()),
    ];
    for of in Purpose::VARIANTS {
        let token = link(site, *of).await;
        keys.extend([("mark", kit::http::link::mark(&token)), (of.name(), token)]);
    }
    keys
}

/// The token of a link for Ada, or for an address that nobody has.
async fn link(site: &Rc<Site>, of: Purpose) -> String {
    let (about, now) = (of.about(), site.clock.now());
    let email = Email::parse(&address(if about.takes_address { "bob" } else { "ada" })).unwrap();
    let is_hers = !about.takes_address && of != Purpose::SetUp || of == Purpose::ChangeEmail;
    let make = move |conn: &mut _| {
        let ada = User::by_email(conn, &Email::parse(&address("ada")).unwrap())?;
        let token = Link::make(conn, of, &email, ada.as_ref().filter(|_| is_hers), now)?;
        if of == Purpose::LogIn {
            Link::bind(conn, &token, &actix_login::hash_token(ASKED))?;
        }
        diesel::QueryResult::Ok(token)
    };
    site.db.write(make).await.unwrap()
}

/// Ada, with an address that is not proved.
pub async fn ada() -> Browser {
    let ada = Site::with(&[("LOGIN_LINK", "on")]).await.logged_in("ada").await;
    ada.site.sql("UPDATE users SET verified_at = NULL").await;
    ada
}

#[actix_web::test]
async fn what_opens_one_door_opens_no_other() {
    let ada = ada().await;
    let keys = keys(&ada).await;
    for door in Door::all() {
        for (name, key) in &keys {
            assert_eq!(door.opens(&ada, key).await, *name == door.key(), "{name} at {door:?}");
        }
    }
}
