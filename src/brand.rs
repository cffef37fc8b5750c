//! The brand: its name here, its colours in `static/brand.css`, its mark and pictures in `templates/brand/`.
//! Pages, mails, the icon and the manifest take them from these places, and nothing else names a colour.

use std::sync::LazyLock;

use kit::color::Palette;

/// The name that people read.
pub const NAME: &str = "Doorstep";

/// What it is, in a sentence, for those who have not seen it: search engines, and links that are sent around.
pub const ABOUT: &str =
    "A small, complete web application in Rust: accounts, protected pages and an API.";

static PALETTE: LazyLock<Palette> =
    LazyLock::new(|| Palette::read(include_str!("../static/brand.css")));

/// A colour of `static/brand.css` where no style sheet counts: on light and on dark pages.
pub fn color(name: &str) -> [&'static str; 2] {
    PALETTE.pair(name)
}
