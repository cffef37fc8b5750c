//! The app's name stands in `Cargo.toml` alone; what is called after it is called after it here too.

/// `named!("data/" @ ".db")` is `data/NAME.db`: `@` is the app's name.
macro_rules! named {
    (= @) => { env!("CARGO_PKG_NAME") };
    (= $part:literal) => { $part };
    ($($part:tt)+) => { concat!($(named!(= $part)),+) };
}
