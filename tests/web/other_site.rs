//! Another site that people log in through (OpenID Connect), whose tokens are made by the library that the app checks
//! them with. It is honest, unless a test tells it what to say instead.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{Data, Form, Json, Query};
use actix_web::{HttpRequest, HttpResponse, HttpServer, rt, web};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use openidconnect::core::{
    CoreEdDsaPrivateSigningKey, CoreHmacKey, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey,
};
use openidconnect::{
    Audience, EmptyAdditionalClaims, EndUserEmail, EndUserName, IssuerUrl, JsonWebKeyId,
    LocalizedClaim, Nonce, PkceCodeChallenge, PkceCodeVerifier, PrivateSigningKey as _,
    StandardClaims, SubjectIdentifier,
};
use serde_json::{Value, json};
use url::Url;

const RSA: &str = include_str!("../../crates/actix-login/tests/keys/rsa-pkcs1.pem");
const ED25519: &str = include_str!("../../crates/actix-login/tests/keys/ed25519.pem");
const STRANGE: &str = include_str!("../../crates/actix-login/tests/keys/ed25519-other.pem");

/// What the app is known by there.
pub const CLIENT: (&str, &str) = ("door&step", "s:cr/t");

/// By whom, and how, a token is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    Rsa,
    Ed25519,
    /// By a key that is none of its own, under the name of one.
    Strange,
    /// With the secret that the app has, too.
    Shared,
    Not,
}

/// What it says.
#[derive(Clone)]
pub struct Says {
    pub subject: String,
    pub email: Option<String>,
    pub is_verified: Option<bool>,
    pub name: Option<String>,
    /// Whether the address stands in the token, or is to be asked for.
    pub in_token: bool,
    pub issuer: String,
    pub audiences: Vec<String>,
    pub nonce: Option<String>,
    /// In seconds from then on; the clock is the tests'.
    pub expires_at: i64,
    pub signed: Signed,
    /// Which of its keys it tells of.
    pub shown: Vec<Signed>,
    /// Where it says that people log in, and where codes are taken, if not at its own address.
    pub log_in_at: Option<String>,
    pub codes_at: Option<String>,
    /// Whom the answer is about that tells the address.
    pub other_subject: Option<String>,
}

pub struct OtherSite {
    pub address: String,
    state: Arc<Mutex<State>>,
}

struct State {
    says: Says,
    /// Codes that were given, and what was asked along.
    codes: BTreeMap<String, BTreeMap<String, String>>,
    asked: Vec<String>,
}

type Shared = Data<(String, Arc<Mutex<State>>)>;

impl OtherSite {
    /// One where Ada is logged in.
    pub fn open() -> Self {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://127.0.0.1:{}", socket.local_addr().unwrap().port());
        let says = Says {
            subject: "ada-7".to_owned(),
            email: Some("ada@example.com".to_owned()),
            is_verified: Some(true),
            name: Some("Ada Lovelace".to_owned()),
            in_token: true,
            issuer: address.clone(),
            audiences: vec![CLIENT.0.to_owned()],
            nonce: None,
            expires_at: 1_793_534_400 + 365 * 86_400,
            signed: Signed::Rsa,
            shown: vec![Signed::Rsa],
            log_in_at: None,
            codes_at: None,
            other_subject: None,
        };
        let state = State { says, codes: BTreeMap::new(), asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = Data::new((address.clone(), Arc::clone(&state)));
        let server = HttpServer::new(move || {
            actix_web::App::new()
                .app_data(shared.clone())
                .route("/.well-known/openid-configuration", web::get().to(describe))
                .route("/keys", web::get().to(keys))
                .route("/token", web::post().to(token))
                .route("/person", web::get().to(person))
                .route("/authorize", web::get().to(authorize))
        });
        rt::spawn(server.workers(1).disable_signals().listen(socket).unwrap().run());
        Self { address, state }
    }

    /// For the setting, by this name.
    pub fn setting(&self, name: &str) -> String {
        let encode = |text: &str| -> String {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let (id, secret) = (encode(CLIENT.0), encode(CLIENT.1));
        format!("{}#{name}", self.address.replace("http://", &format!("http://{id}:{secret}@")))
    }

    /// From now on, it says this.
    pub fn says(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.lock().says);
    }

    /// What it was asked so far: the paths.
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What somebody's browser brings back who was sent there, and says yes.
pub fn say_yes(sent_to: &Url) -> Vec<(String, String)> {
    let stays = ureq::Agent::config_builder().max_redirects(0).max_redirects_will_error(false);
    let answer = stays.build().new_agent().get(sent_to.as_str()).call().unwrap();
    let back: Url = answer.headers()["location"].to_str().unwrap().parse().unwrap();
    back.query_pairs().into_owned().collect()
}

/// Ada is logged in there, and says yes.
async fn authorize(shared: Shared, asked: Query<BTreeMap<String, String>>) -> HttpResponse {
    assert_eq!((&*asked["response_type"], &*asked["client_id"]), ("code", CLIENT.0));
    assert_eq!(asked["scope"], "openid email profile");
    let mut state = shared.1.lock().unwrap_or_else(PoisonError::into_inner);
    let code = format!("code-{}", state.codes.len());
    let mut back: Url = asked["redirect_uri"].parse().unwrap();
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked["state"]);
    state.codes.insert(code, asked.into_inner());
    HttpResponse::Found().insert_header(("location", back.as_str())).finish()
}

fn note(shared: &Shared, path: &str) -> Says {
    let mut state = shared.1.lock().unwrap_or_else(PoisonError::into_inner);
    state.asked.push(path.to_owned());
    state.says.clone()
}

async fn describe(shared: Shared) -> Json<Value> {
    let says = note(&shared, "/.well-known");
    let address = &shared.0;
    let own = |path: &str| format!("{address}{path}");
    Json(json!({
        "issuer": address,
        "authorization_endpoint": says.log_in_at.unwrap_or_else(|| own("/authorize")),
        "token_endpoint": says.codes_at.unwrap_or_else(|| own("/token")),
        "userinfo_endpoint": own("/person"),
        "jwks_uri": own("/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "EdDSA", "HS256", "none"],
    }))
}

async fn keys(shared: Shared) -> Json<CoreJsonWebKeySet> {
    let shown = note(&shared, "/keys").shown;
    let keys = shown.into_iter().map(|key| match key {
        Signed::Rsa => rsa().as_verification_key(),
        _ => ed25519(ED25519).as_verification_key(),
    });
    Json(CoreJsonWebKeySet::new(keys.collect()))
}

/// A token for whoever knows the secret, the code, and what the challenge was made of; once.
async fn token(
    shared: Shared, req: HttpRequest, sent: Form<BTreeMap<String, String>>,
) -> HttpResponse {
    let says = note(&shared, "/token");
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let known = BASE64_STANDARD.encode(format!("{}:{}", encode(CLIENT.0), encode(CLIENT.1)));
    let header = req.headers().get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    let code = {
        let mut state = shared.1.lock().unwrap_or_else(PoisonError::into_inner);
        state.codes.remove(sent.get("code").map_or("", |code| code))
    };
    let refused = |error: &str| HttpResponse::BadRequest().json(json!({ "error": error }));
    let Some(asked) = code else { return refused("invalid_grant") };
    let verifier = PkceCodeVerifier::new(sent["code_verifier"].clone());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    let is_same = challenge.as_str() == asked["code_challenge"]
        && asked["code_challenge_method"] == "S256"
        && sent["redirect_uri"] == asked["redirect_uri"]
        && sent["grant_type"] == "authorization_code";
    match (is_same, header == Some(format!("Basic {known}"))) {
        (_, false) => refused("invalid_client"),
        (false, _) => refused("invalid_grant"),
        (true, true) => HttpResponse::Ok().json(json!({
            "access_token": "for-the-person",
            "token_type": "Bearer",
            "id_token": id_token(&says, &asked["nonce"]),
        })),
    }
}

async fn person(shared: Shared, req: HttpRequest) -> HttpResponse {
    let says = note(&shared, "/person");
    assert_eq!(req.headers().get(AUTHORIZATION).unwrap(), "Bearer for-the-person");
    let subject = says.other_subject.unwrap_or(says.subject);
    HttpResponse::Ok().json(json!({
        "sub": subject, "email": says.email, "email_verified": says.is_verified, "name": says.name,
    }))
}

fn rsa() -> CoreRsaPrivateSigningKey {
    CoreRsaPrivateSigningKey::from_pem(RSA, Some(JsonWebKeyId::new("first".to_owned()))).unwrap()
}

fn ed25519(pem: &str) -> CoreEdDsaPrivateSigningKey {
    let name = Some(JsonWebKeyId::new("second".to_owned()));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(pem, name).unwrap()
}

fn id_token(says: &Says, nonce: &str) -> String {
    let time = |seconds| chrono::DateTime::from_timestamp(seconds, 0).unwrap();
    let mut person = StandardClaims::new(SubjectIdentifier::new(says.subject.clone()));
    if says.in_token {
        let name = says.name.clone().map(|name| LocalizedClaim::from(EndUserName::new(name)));
        person = person
            .set_email(says.email.clone().map(EndUserEmail::new))
            .set_email_verified(says.is_verified)
            .set_name(name);
    }
    let nonce = says.nonce.clone().unwrap_or_else(|| nonce.to_owned());
    let claims = CoreIdTokenClaims::new(
        IssuerUrl::new(says.issuer.clone()).unwrap(),
        says.audiences.iter().cloned().map(Audience::new).collect(),
        time(says.expires_at),
        time(says.expires_at - 600),
        person,
        EmptyAdditionalClaims {},
    )
    .set_nonce(Some(Nonce::new(nonce)));
    let (eddsa, hmac) = (CoreJwsSigningAlgorithm::EdDsa, CoreJwsSigningAlgorithm::HmacSha256);
    let rs256 = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
    let made = match says.signed {
        Signed::Rsa | Signed::Not => CoreIdToken::new(claims, &rsa(), rs256, None, None),
        Signed::Ed25519 => CoreIdToken::new(claims, &ed25519(ED25519), eddsa, None, None),
        Signed::Strange => CoreIdToken::new(claims, &ed25519(STRANGE), eddsa, None, None),
        Signed::Shared => CoreIdToken::new(claims, &CoreHmacKey::new(CLIENT.1), hmac, None, None),
    };
    let token = made.unwrap().to_string();
    if says.signed != Signed::Not {
        return token;
    }
    let claims = token.split('.').nth(1).unwrap();
    format!("{}.{claims}.", BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#))
}
