//! Amounts of money, to the last cent.

use database::Decimal;
use kit::http::typed::{Kind as _, Wrong};

type Money = Decimal<2>;

fn read(typed: &str) -> Result<String, Wrong> {
    Money::read(typed).map(|value| value.to_string())
}

#[test]
fn an_amount_is_kept_to_the_last_cent() {
    for (typed, kept) in [
        ("12", "12.00"),
        ("12.5", "12.50"),
        ("0.1", "0.10"),
        (".5", "0.50"),
        ("-0.05", "-0.05"),
        ("-12.34", "-12.34"),
        (" 0012.30 ", "12.30"),
        ("9999999999999.99", "9999999999999.99"),
        ("-0", "0.00"),
    ] {
        assert_eq!(read(typed).as_deref(), Ok(kept), "{typed}");
        assert_eq!(read(kept).as_deref(), Ok(kept), "{typed}");
    }
    assert_eq!(Money::read("19.99").unwrap().units(), 1999);
    assert_eq!(Decimal::<3>::read("1.234").unwrap().units(), 1234);
}

#[test]
fn what_could_be_another_amount_is_none() {
    for typed in [
        "12,50",
        "1.234.567",
        "1'000",
        "1e3",
        "12.",
        ".",
        "-",
        "--1",
        "+1",
        "NaN",
        "1 000",
        "12€",
        "１２",
    ] {
        let said = read(typed).unwrap_err();
        assert_eq!(said, "Enter a number, like 12.00.".into(), "{typed}");
    }
    assert_eq!(read("0.001").unwrap_err(), "Use at most 2 decimals.".into());
    for typed in ["10000000000000", "99999999999999999999999999"] {
        assert_eq!(read(typed).unwrap_err(), "This number is too large.".into(), "{typed}");
    }
    assert_eq!(read("").unwrap_err(), Wrong::Missing);
}

#[test]
fn programs_read_the_number_that_was_stored() {
    for units in [0, 1, -1, 10, 1999, 999_999_999_999_999, -999_999_999_999_999] {
        let value = Money::of_units(units);
        let told = serde_json::to_string(&Money::to_json(&value)).unwrap();
        let back: f64 = serde_json::from_str(&told).unwrap();
        assert_eq!(Money::read(&back.to_string()).unwrap(), value, "{told}");
    }
}
