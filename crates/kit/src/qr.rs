//! Text as a picture that phones read (QR code), as SVG to be put into a page.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// The light border that readers want, in squares (ISO/IEC 18004: four).
const BORDER: i32 = 4;

/// The picture, of which `label` tells those who do not see it; `None` for a text that is too long for one.
/// Dark on light in every theme: many readers do not know the other way round.
pub fn svg(text: &str, label: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let squares = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let mut path = String::new();
    for (x, y) in squares.filter(|(x, y)| code.get_module(*x, *y)) {
        write!(path, "M{} {}h1v1h-1z", x + BORDER, y + BORDER).ok()?;
    }
    let size = code.size() + 2 * BORDER;
    Some(format!(
        r##"<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>"##
    ))
}
