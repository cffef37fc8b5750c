//! Numbers with decimals, kept exact.

use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::deserialize::{self, FromSql};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use kit::http::typed::{Control, Json, Kind, Wrong};
use kit::text;
use serde_json::Value;

/// How many digits a number may have in all: so many a floating-point number keeps as they are (IEEE 754:
/// 15 decimal digits), which is what JSON's numbers become in most programs.
const DIGITS: u32 = 15;

/// A number with `PLACES` decimals: an amount of money with two. Never a floating-point number, which would
/// make 0.1 + 0.2 another one than 0.3: the table holds it as a whole number of the smallest unit (cents).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = BigInt)]
pub struct Decimal<const PLACES: u32>(i64);

impl<const PLACES: u32> Decimal<PLACES> {
    const UNIT: i64 = 10_i64.pow(PLACES);

    /// So many of the smallest unit: `Decimal::<2>::of_units(1250)` is 12.50.
    pub const fn of_units(units: i64) -> Self {
        Self(units)
    }

    /// How many of the smallest unit it is.
    pub const fn units(self) -> i64 {
        self.0
    }
}

impl<const PLACES: u32> fmt::Display for Decimal<PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, units) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let unit = Self::UNIT.unsigned_abs();
        write!(f, "{sign}{}", units / unit)?;
        if PLACES > 0 {
            write!(f, ".{:0width$}", units % unit, width = PLACES as usize)?;
        }
        Ok(())
    }
}

impl<const PLACES: u32> Kind for Decimal<PLACES> {
    type Value = Self;
    const JSON: Json = Json::Number;

    fn read(typed: &str) -> Result<Self, Wrong> {
        let typed = text::trim(typed);
        if typed.is_empty() {
            return Err(Wrong::Missing);
        }
        let (is_negative, number) = match typed.strip_prefix('-') {
            Some(number) => (true, number),
            None => (false, typed),
        };
        // No comma: 1,234 is one number here and another one there.
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_cut = number.ends_with('.') || number.is_empty();
        if !is_number(whole) || !is_number(decimals) || is_cut {
            return Err(format!("Enter a number, like {}.", Self(Self::UNIT * 12)).into());
        }
        if decimals.len() > PLACES as usize {
            return Err(format!("Use at most {PLACES} decimals.").into());
        }
        let digits = format!("{whole}{decimals:0<width$}", width = PLACES as usize);
        let units = digits.parse().ok().filter(|units: &i64| *units < 10_i64.pow(DIGITS));
        let units = units.ok_or_else(|| Wrong::from("This number is too large."))?;
        Ok(Self(if is_negative { -units } else { units }))
    }

    fn write(value: &Self) -> String {
        value.to_string()
    }

    fn to_json(value: &Self) -> Value {
        // Exact, for it has no more digits than such a number keeps.
        value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
    }

    fn control() -> Control {
        let step = Self(1).to_string();
        Control { input: "number", keys: "decimal", step, ..Control::default() }
    }

    fn ask(_: &str) -> String {
        "Enter a number.".to_owned()
    }
}

impl<DB: Backend, const PLACES: u32> FromSql<BigInt, DB> for Decimal<PLACES>
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

impl<DB: Backend, const PLACES: u32> ToSql<BigInt, DB> for Decimal<PLACES>
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}
