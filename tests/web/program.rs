//! Programs that call with tokens, for the tests.

use std::rc::Rc;

use actix_web::http::Method;

use crate::browser::{Answer, Browser, PASSWORD, Site, address};

impl Site {
    /// A program of `name`'s, with a token for these scopes.
    pub async fn program(self: &Rc<Self>, name: &str, scope: &str) -> Browser {
        self.user(name).await;
        let program = self.stranger();
        program.set_header("accept", Some("application/json")).set_header("sec-fetch-site", None);
        let tokens = program.token(&[("username", &address(name)), ("scope", scope)]).await;
        let access = tokens.json()["access_token"].as_str().expect(&tokens.body).to_owned();
        program.set_header("authorization", Some(&format!("Bearer {access}")));
        program
    }
}

impl Browser {
    /// Asks for a token by [`PASSWORD`], with these further parameters.
    pub async fn token(&self, parameters: &[(&str, &str)]) -> Answer {
        let grant = [("grant_type", "password"), ("password", PASSWORD)];
        self.submit("/auth/token", &[&grant, parameters].concat()).await
    }

    /// Exchanges a refresh token.
    pub async fn refresh(&self, token: &str) -> Answer {
        self.submit("/auth/token", &[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    /// Sends JSON.
    pub async fn json(&self, method: Method, path: &str, body: &serde_json::Value) -> Answer {
        self.set_header("content-type", Some("application/json"));
        let answer = self.send(method, path, Some(body.to_string())).await;
        self.headers.borrow_mut().remove("content-type");
        answer
    }
}
