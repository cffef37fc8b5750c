//! One other site: where it is, its keys, and what it says.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as Timeout;

use chrono::DateTime;
use kit::config::Provider;
use kit::http::site::is_on_loopback;
use kit::{Email, Time};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndUserEmail, EndUserName, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IssuerUrl, LocalizedClaim, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError, TokenResponse as _,
};
use time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use url::Url;

use crate::people::identity::{ANSWERED_WITHIN, LABEL_MAX, Subject, Told};

/// How long what it says of itself is good: it changes its keys some time after it has told the new ones.
const KNOWN_FOR: Duration = Duration::minutes(10);

/// A key that is not known is asked for this often at the most, whoever names ever new ones.
const ASKED_AGAIN_AFTER: Duration = Duration::seconds(30);

/// For each question. As a rule there are one or two, within the time that a request has.
const PATIENCE: Timeout = Timeout::from_secs(3);

/// The longest that it may call somebody, in bytes (OpenID Connect Core 1.0 section 2).
const SUBJECT_MAX: usize = 255;

/// As much as is read of an answer, in bytes: keys and tokens take a few thousand.
const ANSWER_MAX: u64 = 256 * 1024;

/// What its tokens may be signed with: with keys that it has alone. With the secret that both know (HS256), whoever
/// reads ours would be anybody; and `none` is no signature.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Asking = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What was asked along with who somebody is.
pub struct Challenge {
    /// It stands in the token (against answers that were given before).
    pub nonce: String,
    /// Whoever has stolen a code does not know it.
    pub verifier: String,
}

pub struct Site {
    pub(super) provider: Provider,
    back: RedirectUrl,
    agent: Agent,
    known: Mutex<Option<(Time, CoreProviderMetadata)>>,
}

impl Site {
    /// One that sends browsers back to this address.
    pub fn new(provider: Provider, back: String, tls: TlsConfig) -> Result<Self, String> {
        let back = RedirectUrl::new(back).map_err(|e| format!("PUBLIC_URL: {e}."))?;
        let agent = agent(provider.is_encrypted(), tls);
        Ok(Self { provider, back, agent, known: Mutex::default() })
    }

    /// Where somebody says there who they are.
    pub fn address(&self, state: String, challenge: Challenge, now: Time) -> Result<Url, String> {
        let asking = self.asking(self.metadata(now, KNOWN_FOR)?);
        let verifier = PkceCodeVerifier::new(challenge.verifier);
        let request = asking
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(challenge.nonce),
            )
            .add_scopes(["email", "profile"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        let (url, ..) = request.url();
        // What it tells of itself leads the browser nowhere else than to a page.
        if self.may_be_asked(&url) { Ok(url) } else { Err(format!("its log-in page is {url}")) }
    }

    /// Who somebody is, by the code that they brought.
    pub fn told(&self, code: String, challenge: Challenge, now: Time) -> Result<Told, String> {
        // They were sent there a moment ago, perhaps by another server; and a key that is not known is asked for.
        let asking = self.asking(self.metadata(now, KNOWN_FOR + ANSWERED_WITHIN)?);
        let send = |request| self.send(request);
        let tokens = asking
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|e| format!("{e}"))?
            .set_pkce_verifier(PkceCodeVerifier::new(challenge.verifier))
            .request(&send)
            .map_err(|e| format!("for the code, it gives no token: {}", chain(&e)))?;
        let token = tokens.id_token().ok_or("it gives no ID token")?;
        let claims = self.claims(&asking, token, &Nonce::new(challenge.nonce), now)?;
        let subject = claims.subject().clone();
        if subject.is_empty() || subject.len() > SUBJECT_MAX {
            return Err("whom it means is nobody, or too long".to_owned());
        }
        let told = |email: Option<_>, is_verified, name: Option<_>| {
            self.tell(&subject, (email, is_verified), name)
        };
        let is_all = claims.email().is_some() || asking.user_info_url().is_none();
        if is_all {
            return Ok(told(claims.email(), claims.email_verified(), claims.name()));
        }
        // Not all put it into the token. Whom this is about has to be the same (section 5.3.2).
        let more = asking
            .user_info(tokens.access_token().clone(), Some(subject.clone()))
            .map_err(|e| format!("{e}"))?;
        let more: CoreUserInfoClaims =
            more.request(&send).map_err(|e| format!("it says no more of them: {}", chain(&e)))?;
        Ok(told(more.email(), more.email_verified(), more.name()))
    }

    /// What a token says that this site has signed, for us, now, in answer to this very question.
    fn claims<'a>(
        &self, asking: &Asking, token: &'a CoreIdToken, nonce: &Nonce, now: Time,
    ) -> Result<&'a CoreIdTokenClaims, String> {
        use ClaimsVerificationError::SignatureVerification;
        let verify = |asking: &Asking| {
            let time = DateTime::from_timestamp(now.assume_utc().unix_timestamp(), 0);
            let verifier = asking.id_token_verifier().set_allowed_algs(ALGORITHMS);
            token.claims(&verifier.set_time_fn(move || time.unwrap_or_default()), nonce)
        };
        let checked = match verify(asking) {
            Err(SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                verify(&self.asking(self.metadata(now, ASKED_AGAIN_AFTER)?))
            }
            checked => checked,
        };
        checked.map_err(|e| format!("its token is refused: {}", chain(&e)))
    }

    fn tell(
        &self, subject: &str, (email, is_verified): (Option<&EndUserEmail>, Option<bool>),
        name: Option<&LocalizedClaim<EndUserName>>,
    ) -> Told {
        let email = email.and_then(|email| Email::parse(email).ok());
        let name = name.and_then(|name| name.get(None)).map(|name| name.to_string());
        let label = email.as_ref().map(|email| email.typed.clone()).or_else(|| name.clone());
        let label = label.unwrap_or_else(|| subject.to_owned()).chars().take(LABEL_MAX).collect();
        let (issuer, subject) = (self.provider.issuer.clone(), subject.to_owned());
        Told {
            subject: Subject { issuer, subject, label },
            email: email.filter(|_| is_verified == Some(true)),
            name: name.unwrap_or_default(),
        }
    }

    /// What it says of itself, asked for again when that is older than this.
    fn metadata(&self, now: Time, good_for: Duration) -> Result<CoreProviderMetadata, String> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().clone().filter(|(at, _)| (now - *at).abs() < Duration::DAY);
        let known = match known {
            Some((at, metadata)) if (now - at).abs() < good_for => return Ok(metadata),
            older => older,
        };
        let issuer = IssuerUrl::new(self.provider.issuer.clone()).map_err(|e| e.to_string())?;
        match CoreProviderMetadata::discover(&issuer, &|request| self.send(request)) {
            Ok(metadata) => {
                *lock() = Some((now, metadata.clone()));
                Ok(metadata)
            }
            // It may not tell, and still do what it told yesterday.
            Err(_) if let Some((_, metadata)) = known => Ok(metadata),
            Err(e) => Err(format!("it does not say where to ask: {}", chain(&e))),
        }
    }

    /// Over TLS, or on this machine if it is there itself: codes and secrets travel there.
    fn may_be_asked(&self, url: &Url) -> bool {
        let is_here = || !self.provider.is_encrypted() && is_on_loopback(url);
        url.scheme() == "https" || (url.scheme() == "http" && is_here())
    }

    fn asking(&self, metadata: CoreProviderMetadata) -> Asking {
        let takes = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| takes.is_none_or(|methods| methods.contains(&method));
        // Unless it says otherwise, it takes the header (Discovery 1.0 section 3).
        let in_header = takes(CoreClientAuthMethod::ClientSecretBasic);
        let auth = if in_header { AuthType::BasicAuth } else { AuthType::RequestBody };
        let id = ClientId::new(self.provider.client_id.clone());
        let secret = ClientSecret::new(self.provider.client_secret.expose().to_owned());
        let client = CoreClient::from_provider_metadata(metadata, id, Some(secret));
        client.set_redirect_uri(self.back.clone()).set_auth_type(auth)
    }

    fn send(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let address = request.uri().to_string();
        if !Url::parse(&address).is_ok_and(|url| self.may_be_asked(&url)) {
            return Err(ureq::Error::BadUri(address));
        }
        let (head, body) = self.agent.run(request)?.into_parts();
        let body = body.into_with_config().limit(ANSWER_MAX).read_to_vec()?;
        Ok(HttpResponse::from_parts(head, body))
    }
}

/// It goes where the settings and that site say, and nowhere else: not where an answer would lead it (SSRF).
fn agent(is_encrypted: bool, tls: TlsConfig) -> Agent {
    let config = Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .tls_config(tls);
    // What is not encrypted stays on this machine, whatever the environment says of proxies.
    let config = if is_encrypted { config.https_only(true) } else { config.proxy(None) };
    config.build().new_agent()
}

/// By the same certificates as for mail: those of the system. To read them takes a while.
pub fn tls() -> TlsConfig {
    let system = rustls_native_certs::load_native_certs().certs;
    let roots = system.iter().map(|root| Certificate::from_der(root).to_owned());
    TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::from(roots))
        .build()
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
