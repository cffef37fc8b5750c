//! A model: its row, the form that it is written with, and what is stored of that, by one list of fields.

/// Declares a model's row, its form and its values:
///
/// ```ignore
/// model! {
///     /// An invoice.
///     pub(super) struct Invoice, Draft, Values in invoices {
///         number: Line<1, 100>,
///         amount: Decimal<2>,
///         due: Option<Date>,
///         customer_id: Reference<Customers>,
///     }
/// }
/// ```
///
/// - `Invoice` is a row: these fields, `id` and `created_at`. As JSON it has the same members.
/// - `Draft` is the form, of pages and of JSON: what was typed in each field. Its `check_fields` is for
///   [`Form::check`](kit::http::form::Form::check), beside rules of its own.
/// - `Values` are what is stored. The only way to them is `Draft::values`, in a transaction: it asks whether
///   whatever row the form names is its owner's, so that nobody can forget to.
///
/// Another kind of field is a type that implements [`Kind`](kit::http::typed::Kind) and
/// [`Stored`](crate::Stored).
#[macro_export]
macro_rules! model {
    (
        $(#[$about:meta])*
        $vis:vis struct $Row:ident, $Draft:ident, $Values:ident in $table:ident {
            $($(#[$field_about:meta])* $field:ident: $Kind:ty,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, ::diesel::Queryable, ::diesel::Selectable)]
        #[diesel(table_name = $table)]
        $vis struct $Row {
            /// Its number.
            $vis id: i64,
            $($(#[$field_about])* $vis $field: <$Kind as ::kit::http::typed::Kind>::Value,)+
            /// When it was made.
            $vis created_at: ::kit::Time,
        }

        /// What it is written with.
        #[derive(Clone, Debug, Default, ::serde::Deserialize)]
        #[serde(default)]
        $vis struct $Draft {
            $($(#[$field_about])* $vis $field: ::kit::http::typed::Typed<$Kind>,)+
        }

        /// What is stored of that.
        #[derive(Clone, Debug, ::diesel::Insertable, ::diesel::AsChangeset)]
        #[diesel(table_name = $table, treat_none_as_null = true)]
        $vis struct $Values {
            $($field: <$Kind as ::kit::http::typed::Kind>::Value,)+
        }

        impl $Draft {
            /// Notes what is wrong with each field.
            $vis fn check_fields(&self, errors: &mut ::kit::http::form::Errors) {
                $(errors.typed(stringify!($field), &self.$field);)+
            }

            /// What is stored of it for this user. An error says at which field something is wrong.
            $vis fn values(
                self, conn: &mut $crate::Connection, user_id: i64,
            ) -> $crate::Result<$Values> {
                let mut errors = ::kit::http::form::Errors::default();
                self.check_fields(&mut errors);
                $(if let Ok(value) = self.$field.value() {
                    if !<$Kind as $crate::Stored>::is_allowed(conn, user_id, value)? {
                        errors.add(stringify!($field), $crate::NOT_YOURS);
                    }
                })+
                if !errors.is_empty() {
                    return Err(errors.into_error().into());
                }
                Ok($Values { $($field: self.$field.into_value()?,)+ })
            }
        }

        impl From<$Row> for $Draft {
            fn from(row: $Row) -> Self {
                Self { $($field: ::kit::http::typed::Typed::of(row.$field),)+ }
            }
        }

        impl ::serde::Serialize for $Row {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use ::kit::http::typed::Kind;
                let mut members = ::serde_json::Map::new();
                members.insert("id".to_owned(), self.id.into());
                $(members.insert(
                    stringify!($field).to_owned(), <$Kind as Kind>::to_json(&self.$field),
                );)+
                let made = <::kit::Time as Kind>::to_json(&self.created_at);
                members.insert("created_at".to_owned(), made);
                members.serialize(serializer)
            }
        }

        impl ::kit::http::typed::utoipa::PartialSchema for $Row {
            fn schema() -> ::kit::http::typed::utoipa::openapi::RefOr<::kit::http::typed::utoipa::openapi::Schema> {
                use ::kit::http::typed::{Typed, always};
                let object = ::kit::http::typed::utoipa::openapi::ObjectBuilder::new();
                let object = always(object, "id", Typed::<i64>::schema());
                $(let object = always(object, stringify!($field), Typed::<$Kind>::schema());)+
                always(object, "created_at", Typed::<::kit::Time>::schema()).build().into()
            }
        }

        impl ::kit::http::typed::utoipa::ToSchema for $Row {
            fn name() -> ::std::borrow::Cow<'static, str> {
                stringify!($Row).into()
            }
        }

        impl ::kit::http::typed::utoipa::PartialSchema for $Draft {
            fn schema() -> ::kit::http::typed::utoipa::openapi::RefOr<::kit::http::typed::utoipa::openapi::Schema> {
                use ::kit::http::typed::field;
                let object = ::kit::http::typed::utoipa::openapi::ObjectBuilder::new();
                $(let object = field::<$Kind>(object, stringify!($field));)+
                object.build().into()
            }
        }

        impl ::kit::http::typed::utoipa::ToSchema for $Draft {
            fn name() -> ::std::borrow::Cow<'static, str> {
                concat!(stringify!($Row), stringify!($Draft)).into()
            }
        }
    };
}

/// A field that holds one of a few words, which people read in other words:
/// `choice! { pub(super) enum Status { Open = "open" "Open", Paid = "paid" "Paid" } }`.
#[macro_export]
macro_rules! choice {
    ($(#[$about:meta])* $vis:vis enum $Choice:ident {
        $($variant:ident = $stored:literal $label:literal),+ $(,)?
    }) => {
        $(#[$about])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, ::diesel::expression::AsExpression, ::diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = ::diesel::sql_types::Text)]
        $vis enum $Choice { $($variant),+ }

        impl $Choice {
            /// As it is stored, and as programs know it.
            $vis fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $stored),+ }
            }
        }

        impl ::std::fmt::Display for $Choice {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $label),+ })
            }
        }

        impl ::kit::http::typed::Kind for $Choice {
            type Value = Self;

            fn read(typed: &str) -> Result<Self, ::kit::http::typed::Wrong> {
                match ::kit::text::trim(typed) {
                    $($stored => Ok(Self::$variant),)+
                    "" => Err(::kit::http::typed::Wrong::Missing),
                    _ => Err("Choose one of these.".into()),
                }
            }

            fn write(value: &Self) -> String {
                value.as_str().to_owned()
            }

            fn control() -> ::kit::http::typed::Control {
                ::kit::http::typed::Control {
                    shape: ::kit::http::typed::Shape::List,
                    choices: vec![$(($stored.to_owned(), $label.to_owned())),+],
                    ..::kit::http::typed::Control::default()
                }
            }

            fn ask(_: &str) -> String {
                "Choose one of these.".to_owned()
            }
        }

        impl $crate::Stored for $Choice {}

        impl ::diesel::serialize::ToSql<::diesel::sql_types::Text, $crate::Backend> for $Choice {
            fn to_sql<'b>(
                &'b self, out: &mut ::diesel::serialize::Output<'b, '_, $crate::Backend>,
            ) -> ::diesel::serialize::Result {
                <str as ::diesel::serialize::ToSql<
                    ::diesel::sql_types::Text, $crate::Backend,
                >>::to_sql(self.as_str(), out)
            }
        }

        impl ::diesel::deserialize::FromSql<::diesel::sql_types::Text, $crate::Backend> for $Choice {
            fn from_sql(
                bytes: <$crate::Backend as ::diesel::backend::Backend>::RawValue<'_>,
            ) -> ::diesel::deserialize::Result<Self> {
                let text = <String as ::diesel::deserialize::FromSql<
                    ::diesel::sql_types::Text, $crate::Backend,
                >>::from_sql(bytes)?;
                <Self as ::kit::http::typed::Kind>::read(&text)
                    .map_err(|_| format!("{text:?} is no {}", stringify!($Choice)).into())
            }
        }
    };
}

/// Rows in the order that is asked for: `in_order!(rows, paging, notes::id; "title" => lower(notes::title))`.
/// Of those that are alike in it, and without it, the newest first: otherwise a page might show again what
/// the one before showed.
#[macro_export]
macro_rules! in_order {
    ($rows:expr, $paging:expr, $id:expr; $($name:literal => $column:expr),* $(,)?) => {
        match $paging.order() {
            $(
                ($name, ::kit::http::list::Order::Ascending) => {
                    $rows.order(($column.asc(), $id.desc()))
                }
                ($name, ::kit::http::list::Order::Descending) => {
                    $rows.order(($column.desc(), $id.desc()))
                }
            )*
            _ => $rows.order($id.desc()),
        }
    };
}
