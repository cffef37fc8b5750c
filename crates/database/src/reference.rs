//! Rows that name rows of another table: of the same owner, always.

use std::marker::PhantomData;

use diesel::QueryResult;
use kit::http::kinds::{EmailAddress, Integer, Line, Text, WebAddress};
use kit::http::typed::{Control, Json, Kind, Shape, Wrong};
use serde_json::{Value, json};
use time::{Date, PrimitiveDateTime};

use crate::{Connection, Decimal};

/// How many rows a list to choose from has room for, the newest. Who has more needs a search there.
pub const CHOICES_MAX: i64 = 500;

/// The rows of a table that a row of another one can name. [`choices!`](crate::choices) makes it.
pub trait Choices: 'static {
    /// Whether the row with this id is there and this user's. It stays there until the transaction is over.
    fn has(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<bool>;
}

/// What rows are called, by their ids.
#[derive(Clone, Debug, Default)]
pub struct Named(pub Vec<(i64, String)>);

impl Named {
    /// What this one is called.
    pub fn name(&self, id: &i64) -> &str {
        self.0.iter().find(|(other, _)| other == id).map_or("", |(_, name)| name)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, (i64, String)> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Named {
    type Item = &'a (i64, String);
    type IntoIter = std::slice::Iter<'a, (i64, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A field that names one of these rows by its id.
#[derive(Clone, Debug)]
pub struct Reference<C>(PhantomData<C>);

impl<C: Choices> Kind for Reference<C> {
    type Value = i64;
    const JSON: Json = Json::Integer;

    fn read(typed: &str) -> Result<i64, Wrong> {
        match i64::read(typed) {
            Err(Wrong::Because(_)) => Err(NOT_YOURS.into()),
            read => read,
        }
    }

    fn write(value: &i64) -> String {
        value.to_string()
    }

    fn to_json(value: &i64) -> Value {
        json!(value)
    }

    fn control() -> Control {
        Control { shape: Shape::List, ..Control::default() }
    }

    fn ask(_: &str) -> String {
        "Choose one of these.".to_owned()
    }
}

/// The same for a row that is another's, that was deleted, and that never was: nobody learns which ids exist.
pub const NOT_YOURS: &str = "Choose one of yours.";

/// A kind of field that a table can hold.
pub trait Stored: Kind {
    /// Whether a row of this user may hold this value.
    fn is_allowed(_: &mut Connection, _: i64, _: &Self::Value) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<C: Choices> Stored for Reference<C> {
    fn is_allowed(conn: &mut Connection, user_id: i64, id: &i64) -> QueryResult<bool> {
        C::has(conn, user_id, *id)
    }
}

impl<K: Stored> Stored for Option<K> {
    fn is_allowed(
        conn: &mut Connection, user_id: i64, value: &Option<K::Value>,
    ) -> QueryResult<bool> {
        value.as_ref().map_or(Ok(true), |value| K::is_allowed(conn, user_id, value))
    }
}

impl Stored for i64 {}
impl Stored for bool {}
impl Stored for Date {}
impl Stored for PrimitiveDateTime {}
impl Stored for EmailAddress {}
impl Stored for WebAddress {}
impl<const PLACES: u32> Stored for Decimal<PLACES> {}
impl<const MIN: i64, const MAX: i64> Stored for Integer<MIN, MAX> {}
impl<const MIN: usize, const MAX: usize> Stored for Line<MIN, MAX> {}
impl<const MIN: usize, const MAX: usize> Stored for Text<MIN, MAX> {}

/// The rows of a table with `user_id` and `deleted_at` that others can name, and the column by which people
/// know them: `choices!(pub(super) Customers in customers, called name)`. With `, of everybody`, those of all.
#[macro_export]
macro_rules! choices {
    ($vis:vis $Choices:ident in $table:ident, called $name:ident) => {
        $crate::choices!(@ $vis $Choices $table $name user_id $table::user_id.eq(user_id));
    };
    ($vis:vis $Choices:ident in $table:ident, called $name:ident, of everybody) => {
        $crate::choices!(@ $vis $Choices $table $name _user_id $table::id.is_not_null());
    };
    (@ $vis:vis $Choices:ident $table:ident $name:ident $user_id:ident $own:expr) => {
        #[doc = concat!("The `", stringify!($table), "` to choose from.")]
        #[derive(Clone, Debug)]
        $vis struct $Choices;

        impl $Choices {
            /// Those of a user, the newest first, and the one that is chosen, however old it is.
            $vis fn of(
                conn: &mut $crate::Connection, $user_id: i64, chosen: Option<i64>,
            ) -> ::diesel::QueryResult<$crate::Named> {
                let own = $table::table.filter($own).filter($table::deleted_at.is_null());
                let own = own.select(($table::id, $table::$name));
                let newest = own.order($table::id.desc()).limit($crate::CHOICES_MAX);
                let mut named: Vec<(i64, String)> = newest.load(conn)?;
                let older = chosen.filter(|id| !named.iter().any(|(other, _)| other == id));
                if let Some(id) = older {
                    named.extend(own.filter($table::id.eq(id)).load::<(i64, String)>(conn)?);
                }
                Ok($crate::Named(named))
            }

            /// What these are called, whoever's they are: for rows that whoever asks may read.
            $vis fn named(
                conn: &mut $crate::Connection, ids: &[i64],
            ) -> ::diesel::QueryResult<$crate::Named> {
                let these = $table::table.filter($table::id.eq_any(ids.to_vec()));
                let these = these.filter($table::deleted_at.is_null());
                these.select(($table::id, $table::$name)).load(conn).map($crate::Named)
            }
        }

        impl $crate::Choices for $Choices {
            fn has(
                conn: &mut $crate::Connection, $user_id: i64, id: i64,
            ) -> ::diesel::QueryResult<bool> {
                let own = $table::table.filter($own);
                let own = own.filter($table::deleted_at.is_null()).filter($table::id.eq(id));
                $crate::held!(own.select($table::id)).load::<i64>(conn).map(|ids| !ids.is_empty())
            }
        }
    };
}

/// A query whose rows nobody changes until the transaction is over. (`SQLite` lets one write at a time anyway.)
#[cfg(feature = "postgres")]
#[doc(hidden)]
#[macro_export]
macro_rules! held {
    ($query:expr) => {
        $query.for_share()
    };
}

#[cfg(not(feature = "postgres"))]
#[doc(hidden)]
#[macro_export]
macro_rules! held {
    ($query:expr) => {
        $query
    };
}

/// Whether a row is named by one that is there, or that can be brought back for `$undo` after it was deleted:
/// `named_by!(invoices.customer_id, UNDO)`.
#[macro_export]
macro_rules! named_by {
    ($table:ident . $column:ident, $undo:expr) => {
        |conn, id, now| {
            let rows = $table::table.filter($table::$column.eq(id));
            let left = $table::deleted_at.is_null().or($table::deleted_at.gt(now - $undo));
            ::diesel::select(::diesel::dsl::exists(rows.filter(left))).get_result(conn)
        }
    };
}
