//! What a feature is: its routes, and what else the rest of the program has to know of it. One value
//! each, which `app.rs` lists.

use actix_login::{ScopeInfo, Scopes};
use actix_web::web::ServiceConfig;
use utoipa::openapi::OpenApi;

use crate::db::Export;

#[derive(Clone, Copy)]
pub struct Feature {
    pub routes: fn(&mut ServiceConfig),
    /// The same for programs.
    pub api_routes: fn(&mut ServiceConfig),
    pub describe: Option<fn() -> OpenApi>,
    /// What tokens can be good for here.
    pub scopes: &'static [ScopeInfo],
    /// Its tables with a `user_id`, for a copy of somebody's data. `tests/web/data.rs` fails for one
    /// that is missing.
    pub exports: &'static [(&'static str, Export)],
}

impl Feature {
    /// Pages, and nothing else.
    pub const fn pages(routes: fn(&mut ServiceConfig)) -> Self {
        Self { routes, api_routes: |_| (), describe: None, scopes: &[], exports: &[] }
    }
}

#[derive(Clone, Copy)]
pub struct Features(pub &'static [Feature]);

impl Features {
    /// Every scope, of which `default` is what a token holds that was asked for without naming any.
    pub fn scopes(self, default: &'static str) -> Scopes {
        Scopes::new(self.0.iter().flat_map(|feature| feature.scopes).copied(), default)
    }

    /// Every table that holds something of users.
    pub fn exports(self) -> impl Iterator<Item = (&'static str, Export)> {
        self.0.iter().flat_map(|feature| feature.exports).copied()
    }

    /// The descriptions of their APIs.
    pub fn descriptions(self) -> impl Iterator<Item = OpenApi> {
        self.0.iter().filter_map(|feature| feature.describe).map(|describe| describe())
    }
}
