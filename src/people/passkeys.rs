//! Passkeys: keys on somebody's devices that log them in (`WebAuthn` level 3). What is asked and what is answered is
//! checked by webauthn-rs; here is what is kept of it.

use actix_login::hash_token;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use diesel::prelude::*;
use kit::{Client, Clock, Time};
use serde::{Deserialize, Serialize};
use url::{Host, Url};
use webauthn_rs::prelude::{
    CreationChallengeResponse, DiscoverableAuthentication, Passkey as Credential,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    RequestChallengeResponse, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::people::factors::passkey::{ANSWERED_WITHIN, NewPasskey, Passkey};
use crate::people::{Event, Events, Login, User};
use crate::schema::ceremonies;

/// Asks devices, and checks what they answer.
#[derive(Clone)]
pub struct Passkeys {
    db: Db,
    clock: Clock,
    events: Events,
    site: Webauthn,
}

/// What was asked, to be held against the answer. It stays here: a browser that brought it along could bring an old
/// one.
#[derive(Serialize, Deserialize)]
enum Ceremony {
    Add { user_id: i64, handle: Uuid, asked: PasskeyRegistration },
    LogIn(DiscoverableAuthentication),
}

/// Where passkeys work: devices know a site by its name, and none by a number. On this machine it has a name.
pub fn home(public_url: &Url) -> Option<Url> {
    let mut home = public_url.clone();
    let is_loopback = match public_url.host()? {
        Host::Domain(_) => return Some(home),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    home.set_host(Some("localhost")).ok().filter(|()| is_loopback).map(|()| home)
}

impl Passkeys {
    /// For the site at [`home`], which devices show by this name.
    pub fn new((db, clock, events): (Db, Clock, Events), home: &Url, name: &str) -> Result<Self> {
        let id = home.domain().unwrap_or_default();
        let site = WebauthnBuilder::new(id, home).map_err(mistake)?;
        let site = site.rp_name(name).timeout(ANSWERED_WITHIN.unsigned_abs());
        Ok(Self { db, clock, events, site: site.build().map_err(mistake)? })
    }

    /// Asks for whichever passkey somebody has here.
    pub async fn ask(&self) -> Result<RequestChallengeResponse> {
        let (mut question, asked) =
            self.site.start_discoverable_authentication().map_err(mistake)?;
        // The page says whether the browser offers them by itself.
        question.mediation = None;
        let keep = self.keep(&question.public_key.challenge, &Ceremony::LogIn(asked))?;
        self.db.write(keep).await?;
        Ok(question)
    }

    /// Whose device answered so. Unknown, wrong, too late and disabled are one answer. After another password, a passkey
    /// opens nothing by itself: whoever got in with the old one may have made it. `beside` is whose password was just
    /// right: with it, their passkey counts, and is trusted again.
    pub async fn prove(
        &self, client: &Client, answer: &str, beside: Option<i64>,
    ) -> Result<Option<User>> {
        let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else {
            return Ok(None);
        };
        let (data, now) = (answer.response.client_data_json.clone(), self.clock.now());
        let asked = self.db.write(move |conn| take(conn, &data, now)).await?;
        // What nobody asked, or too long ago, is no news to anybody.
        let Some(Ceremony::LogIn(asked)) = asked else { return Ok(None) };
        let id = encode(&answer.raw_id);
        let Some((passkey, user)) = self.db.look_up(move |conn| Passkey::find(conn, &id)).await?
        else {
            return Ok(None);
        };
        let is_trusted = passkey.password_mark == user.password_mark() || beside == Some(user.id);
        if user.may_log_in()
            && is_trusted
            && self.accept(&answer, asked, &passkey, user.password_mark()).await?
        {
            return Ok(Some(user));
        }
        self.events.tell(client, Event::PasskeyRefused.of(user.id)).await;
        Ok(None)
    }

    async fn accept(
        &self, answer: &PublicKeyCredential, asked: DiscoverableAuthentication, passkey: &Passkey,
        mark: String,
    ) -> Result<bool> {
        // The device says whom it means. Both have to name one user (WebAuthn section 7.2, step 6).
        if answer.get_user_unique_id().map(encode).as_deref() != Some(&passkey.handle) {
            return Ok(false);
        }
        let mut credential: Credential = serde_json::from_str(&passkey.credential).map_err(kept)?;
        let checked = self.site.finish_discoverable_authentication_v2(answer, asked, &credential);
        let Ok(checked) = checked else { return Ok(false) };
        credential.update_credential(&checked);
        let credential = serde_json::to_string(&credential).map_err(kept)?;
        let (passkey, now) = (passkey.clone(), self.clock.now());
        self.db.write(move |conn| passkey.note_use(conn, (&credential, &mark), now)).await
    }

    /// Asks somebody's device for a new one, with their rights.
    pub async fn begin(&self, login: &Login) -> Result<CreationChallengeResponse> {
        let user_id = login.id;
        let own = self.db.run(move |conn| Passkey::of(conn, user_id)).await?;
        let handle = own.first().and_then(|first| decode(&first.handle));
        let handle = handle.and_then(|bytes| Uuid::from_slice(&bytes).ok());
        let handle = handle.unwrap_or_else(Uuid::new_v4);
        let there = own.iter().filter_map(|passkey| decode(&passkey.credential_id));
        let (mut question, asked) = self
            .site
            .start_passkey_registration(handle, &login.email, &login.name, Some(there.collect()))
            .map_err(mistake)?;
        // The device finds it by itself: nobody types an address first.
        if let Some(wanted) = &mut question.public_key.authenticator_selection {
            wanted.require_resident_key = true;
            // The crate keeps the name of this type to itself.
            wanted.resident_key = serde_json::from_str("\"required\"").map_err(kept)?;
        }
        let ceremony = Ceremony::Add { user_id, handle, asked };
        let keep = self.keep(&question.public_key.challenge, &ceremony)?;
        login.write(&self.db, keep).await?;
        Ok(question)
    }

    /// The one that this person's device has made, to be kept in the same transaction.
    pub fn made(
        &self, conn: &mut Connection, user: &User, answer: &str,
    ) -> Result<Option<NewPasskey>> {
        let Ok(answer) = serde_json::from_str::<RegisterPublicKeyCredential>(answer) else {
            return Ok(None);
        };
        let asked = take(conn, &answer.response.client_data_json, self.clock.now())?;
        let (handle, asked) = match asked {
            Some(Ceremony::Add { user_id: asked_of, handle, asked }) if asked_of == user.id => {
                (handle, asked)
            }
            _ => return Ok(None),
        };
        let Ok(credential) = self.site.finish_passkey_registration(&answer, &asked) else {
            return Ok(None);
        };
        Ok(Some(NewPasskey {
            user_id: user.id,
            name: String::new(),
            handle: encode(handle.as_bytes()),
            credential_id: encode(credential.cred_id()),
            credential: serde_json::to_string(&credential).map_err(kept)?,
            password_mark: user.password_mark(),
            created_at: self.clock.now(),
        }))
    }

    /// Nobody answers once more what was answered wrongly.
    pub async fn forget(&self, answer: &str) -> Result<()> {
        let Ok(answer) = serde_json::from_str::<RegisterPublicKeyCredential>(answer) else {
            return Ok(());
        };
        let (data, now) = (answer.response.client_data_json, self.clock.now());
        self.db.write(move |conn| take(conn, &data, now)).await.map(drop)
    }

    fn keep(
        &self, challenge: &[u8], ceremony: &Ceremony,
    ) -> Result<impl FnOnce(&mut Connection) -> QueryResult<usize> + Send + use<>> {
        let row = (
            ceremonies::challenge_hash.eq(hash_token(&encode(challenge))),
            ceremonies::state.eq(serde_json::to_string(ceremony).map_err(kept)?),
            ceremonies::created_at.eq(self.clock.now()),
        );
        Ok(move |conn: &mut Connection| {
            diesel::insert_into(ceremonies::table).values(row).execute(conn)
        })
    }
}

/// What was asked, by the challenge that the answer names. However it goes on, nobody answers it again.
fn take(conn: &mut Connection, client_data: &[u8], now: Time) -> Result<Option<Ceremony>> {
    #[derive(Deserialize)]
    struct ClientData {
        challenge: String,
    }
    let Ok(ClientData { challenge }) = serde_json::from_slice(client_data) else {
        return Ok(None);
    };
    let named = ceremonies::table.filter(ceremonies::challenge_hash.eq(hash_token(&challenge)));
    let taken = diesel::delete(named).returning((ceremonies::state, ceremonies::created_at));
    let row: Option<(String, Time)> = taken.get_result(conn).optional()?;
    let in_time = row.filter(|(_, at)| (now - *at).abs() < ANSWERED_WITHIN);
    in_time.map(|(state, _)| serde_json::from_str(&state).map_err(kept)).transpose()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn mistake(error: WebauthnError) -> Error {
    Error::Internal(format!("passkeys: {error}"))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn kept(error: serde_json::Error) -> Error {
    Error::Internal(format!("what is kept of a passkey: {error}"))
}
