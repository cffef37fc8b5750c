//! Lists, a page at a time: searched, and in the order that is asked for.

use actix_web::HttpRequest;
use actix_web::web::Query;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;

use crate::error::{Error, Result};
use crate::text;

/// How many items a page holds that asks for no number, and at most.
const PER_PAGE: i64 = 20;
const PER_PAGE_MAX: i64 = 100;

/// How many characters of a search are looked for.
const SEARCH_MAX: usize = 100;

/// Which page of a list is asked for: `?page=2&per_page=50&q=tea&sort=-title`.
#[derive(Clone, Debug)]
pub struct Paging {
    page: i64,
    per_page: i64,
    search: String,
    sort: String,
    only: String,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The smallest, the first or the oldest on top.
    Ascending,
    /// The other way round.
    Descending,
}

/// One page of a list.
#[derive(Serialize, utoipa::ToSchema)]
pub struct List<T> {
    /// What the page holds.
    pub items: Vec<T>,
    /// Its number, from 1.
    pub page: i64,
    /// How many a page holds.
    per_page: i64,
    /// Whether there is a next page.
    pub more: bool,
    /// How many there are in all.
    pub total: i64,
    /// What was asked for.
    #[serde(skip)]
    #[schema(ignore)]
    pub asked: Paging,
}

impl Paging {
    /// One more than a page holds, to know whether another follows.
    pub fn limit(&self) -> i64 {
        self.per_page + 1
    }

    /// How many items the earlier pages hold.
    pub fn offset(&self) -> i64 {
        (self.page - 1) * self.per_page
    }

    /// What was looked for; empty for all.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// The same as a pattern for `LIKE … ESCAPE '\'`, in small letters; `None` for all.
    pub fn pattern(&self) -> Option<String> {
        let mut pattern = String::from("%");
        for character in self.search.to_lowercase().chars() {
            // What was typed is looked for, and is no pattern.
            if matches!(character, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push('%');
        (!self.search.is_empty()).then_some(pattern)
    }

    /// The column to sort by, as it was asked for: whoever queries knows which there are. Empty for none.
    pub fn order(&self) -> (&str, Order) {
        match self.sort.strip_prefix('-') {
            Some(column) => (column, Order::Descending),
            None => (&self.sort, Order::Ascending),
        }
    }

    /// The order that was asked for, as it stands in an address.
    pub fn sort(&self) -> &str {
        &self.sort
    }

    /// Which part of the list is asked for; empty for all of it.
    pub fn only(&self) -> &str {
        &self.only
    }

    /// Whether the list is asked for as it is: all of it, in its own order.
    pub fn is_plain(&self) -> bool {
        self.search.is_empty() && self.sort.is_empty() && self.only.is_empty()
    }

    /// How this column is sorted, as `aria-sort` says it; `None` if it is not.
    pub fn order_of(&self, column: &str) -> Option<&'static str> {
        let (sorted, order) = self.order();
        let name = if order == Order::Ascending { "ascending" } else { "descending" };
        (sorted == column).then_some(name)
    }

    /// The query of the same list sorted by this column; the other way round, if it is.
    pub fn sorted_by(&self, column: &str) -> String {
        let turned = self.order() == (column, Order::Ascending);
        let sort = if turned { format!("-{column}") } else { column.to_owned() };
        self.query(1, &sort)
    }

    /// The query of another page of the same list.
    pub fn at(&self, page: i64) -> String {
        self.query(page, &self.sort)
    }

    fn query(&self, page: i64, sort: &str) -> String {
        let mut query = Serializer::new(String::new());
        if !self.search.is_empty() {
            query.append_pair("q", &self.search);
        }
        if !sort.is_empty() {
            query.append_pair("sort", sort);
        }
        if !self.only.is_empty() {
            query.append_pair("only", &self.only);
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        if self.per_page != PER_PAGE {
            query.append_pair("per_page", &self.per_page.to_string());
        }
        query.finish()
    }

    /// Whether the page is not the whole list, so that somebody has to count: the items that a query with
    /// [`Self::limit`] found are too many, or nothing is on a later page.
    pub fn needs_count(&self, found: usize) -> bool {
        let found = i64::try_from(found).unwrap_or(i64::MAX);
        found > self.per_page || (found == 0 && self.page > 1)
    }

    /// The page with the items that a query with [`Self::limit`] found, of so many in all; without that
    /// number, these are the last.
    pub fn list<T>(self, mut items: Vec<T>, total: Option<i64>) -> List<T> {
        let found = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let more = found > self.per_page;
        if more {
            items.pop();
        }
        let total = total.unwrap_or(self.offset() + found);
        List { items, page: self.page, per_page: self.per_page, more, total, asked: self }
    }
}

impl<T> List<T> {
    /// The same page of what `make` makes of each item.
    pub fn each<'a, U>(&'a self, make: impl Fn(&'a T) -> U) -> List<U> {
        let items = self.items.iter().map(make).collect();
        let Self { page, per_page, more, total, .. } = *self;
        List { items, page, per_page, more, total, asked: self.asked.clone() }
    }

    /// Whether there is nothing yet: nothing was found, and nothing was looked for.
    pub fn is_unused(&self) -> bool {
        self.items.is_empty() && self.page == 1 && self.asked.search.is_empty()
    }

    /// Where the page stands in the list: "21–40 of 48".
    pub fn range(&self) -> String {
        let before = self.asked.offset();
        let last = before + i64::try_from(self.items.len()).unwrap_or(i64::MAX);
        if last == before {
            return format!("nothing more of {}", self.total);
        }
        format!("{}–{last} of {}", before + 1, self.total)
    }
}

#[derive(Deserialize)]
struct Asked {
    page: Option<u32>,
    per_page: Option<u32>,
    #[serde(default)]
    q: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    only: String,
}

fn asked_for(req: &HttpRequest) -> Result<Paging> {
    let asked = Query::<Asked>::from_query(req.query_string()).map_err(|_| Error::BadRequest)?;
    let Asked { page, per_page, q, sort, only } = asked.into_inner();
    let plain: String = q.chars().filter(|c| !c.is_control()).collect();
    let search: String = text::trim(&plain).chars().take(SEARCH_MAX).collect();
    Ok(Paging {
        page: i64::from(page.unwrap_or(1)).max(1),
        per_page: per_page.map_or(PER_PAGE, i64::from).clamp(1, PER_PAGE_MAX),
        // Its end too may be cut off behind a space: links to other pages look for the same.
        search: text::trim(&search).to_owned(),
        sort,
        only,
    })
}

crate::from_request!(Paging, Error, asked_for);
