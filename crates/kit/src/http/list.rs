//! Lists, a page at a time.

use actix_web::HttpRequest;
use actix_web::web::Query;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How many items a page holds that asks for no number, and at most.
const PER_PAGE: i64 = 20;
const PER_PAGE_MAX: i64 = 100;

/// Which page is asked for: `?page=2&per_page=50`.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    page: i64,
    per_page: i64,
}

/// One page of a list.
#[derive(Serialize, utoipa::ToSchema)]
pub struct List<T> {
    /// What the page holds.
    pub items: Vec<T>,
    /// Its number, from 1.
    pub page: i64,
    per_page: i64,
    /// Whether there is a next page.
    pub more: bool,
}

impl Paging {
    /// One more than a page holds, to know whether another follows.
    pub fn limit(self) -> i64 {
        self.per_page + 1
    }

    /// How many items the earlier pages hold.
    pub fn offset(self) -> i64 {
        (self.page - 1) * self.per_page
    }

    /// The page with the items that a query with [`Self::limit`] found.
    pub fn list<T>(self, mut items: Vec<T>) -> List<T> {
        let more = i64::try_from(items.len()).is_ok_and(|found| found > self.per_page);
        if more {
            items.pop();
        }
        List { items, page: self.page, per_page: self.per_page, more }
    }
}

impl<T> List<T> {
    /// The same page of what `make` makes of each item.
    pub fn each<'a, U>(&'a self, make: impl Fn(&'a T) -> U) -> List<U> {
        let items = self.items.iter().map(make).collect();
        List { items, page: self.page, per_page: self.per_page, more: self.more }
    }
}

#[derive(Deserialize)]
struct Asked {
    page: Option<u32>,
    per_page: Option<u32>,
}

fn asked_for(req: &HttpRequest) -> Result<Paging> {
    let asked = Query::<Asked>::from_query(req.query_string()).map_err(|_| Error::BadRequest)?;
    Ok(Paging {
        page: i64::from(asked.page.unwrap_or(1)).max(1),
        per_page: asked.per_page.map_or(PER_PAGE, i64::from).clamp(1, PER_PAGE_MAX),
    })
}

crate::from_request!(Paging, Error, asked_for);
