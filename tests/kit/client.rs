//! A client over real HTTP that keeps cookies. (Libraries keep `Secure` cookies off plain HTTP,
//! which browsers do not do on localhost.)

use std::collections::BTreeMap;

use ureq::http::Response;
use ureq::{Agent, Body, RequestBuilder};

/// Somebody with a cookie jar.
pub struct Client {
    agent: Agent,
    url: String,
    cookies: BTreeMap<String, String>,
    /// What every request says besides.
    headers: BTreeMap<&'static str, String>,
    /// The hidden field `link` of the form that was last seen at a path.
    links: BTreeMap<String, String>,
}

/// What came back.
pub struct Page {
    pub status: u16,
    pub location: String,
    pub body: String,
}

impl Client {
    /// Of the server at `http://localhost:PORT`.
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let url = url.replace("localhost", "127.0.0.1");
        let (cookies, headers, links) = Default::default();
        Self { agent: config.build().into(), url, cookies, headers, links }
    }

    /// Somebody who took these cookies along.
    pub fn with_cookies(url: &str, cookies: BTreeMap<String, String>) -> Self {
        Self { cookies, ..Self::new(url) }
    }

    /// Says this with every request from now on.
    pub fn set_header(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.headers.insert(name, value.to_owned());
        self
    }

    /// The jar.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.clone()
    }

    /// Sends a form to a server that may be gone; whether it was accepted.
    pub fn try_submit(&mut self, path: &str, fields: &[(&str, &str)]) -> bool {
        let answer = self.post(path, fields);
        answer.is_ok_and(|answer| answer.status() == 303)
    }

    /// Opens a path, or one of the server's addresses.
    pub fn get(&mut self, path: &str) -> Page {
        let request = self.agent.get(self.address(path)).header("accept", "text/html");
        let answer = self.saying(request).call().unwrap();
        let page = self.read(answer);
        if let Some((_, rest)) = page.body.split_once("name=\"link\" value=\"") {
            let link = rest.split_once('"').unwrap().0.to_owned();
            self.links.insert(path.to_owned(), link);
        }
        page
    }

    /// The status at a path, whatever becomes of the cookies.
    pub fn look(&self, path: &str) -> u16 {
        let request = self.agent.get(self.address(path)).header("accept", "text/html");
        self.saying(request).call().unwrap().status().as_u16()
    }

    /// Sends a form as a browser does, with the hidden field `link` if it has one.
    pub fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let answer = self.post(path, fields).unwrap();
        self.read(answer)
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Response<Body>, ureq::Error> {
        let request = self.agent.post(self.address(path)).header("accept", "text/html");
        let request = self.saying(request).header("sec-fetch-site", "same-origin");
        let link = self.links.get(path).map(|link| ("link", link.as_str()));
        request.send_form(fields.iter().copied().chain(link))
    }

    /// Sends JSON.
    pub fn send_json(&mut self, path: &str, json: &str) -> Page {
        let request = self.agent.post(self.address(path)).content_type("application/json");
        let answer = self.saying(request).send(json).unwrap();
        self.read(answer)
    }

    fn saying<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        let request = request.header("cookie", self.jar());
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    fn address(&self, path: &str) -> String {
        let path = path.split_once("//").map_or(path, |(_, rest)| &rest[rest.find('/').unwrap()..]);
        format!("{}{path}", self.url)
    }

    fn jar(&self) -> String {
        self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }

    fn read(&mut self, mut answer: Response<Body>) -> Page {
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location =
            answer.headers().get("location").map_or("", |v| v.to_str().unwrap()).to_owned();
        let body = answer.body_mut().read_to_string().unwrap();
        Page { status: answer.status().as_u16(), location, body }
    }
}
