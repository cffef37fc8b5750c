//! Text as a picture that phones read (QR code), as SVG to be put into a page.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// The light border that readers want, in squares (ISO/IEC 18004: four).
const BORDER: i32 = 4;

/// The picture, of which `label` tells those who do not see it; `None` for a text that is too long for one.
/// Dark on light in every theme: many readers do not know the other way round.
pub fn svg(text: &str, label: &str) -> Option<String> {
    // On a screen nothing is torn or dirty: the least correction gives the fewest squares.
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let row: Vec<bool> = (0..code.size()).map(|x| code.get_module(x, y)).collect();
        write!(path, "M{BORDER} {}.5", y + BORDER).ok()?;
        // Each run of dark squares is a stroke, each of light ones a step.
        for run in row.chunk_by(PartialEq::eq) {
            let is_dark = run.first() == Some(&true);
            if is_dark { write!(path, "h{}", run.len()) } else { write!(path, "m{} 0", run.len()) }
                .ok()?;
        }
    }
    let size = code.size() + 2 * BORDER;
    Some(format!(
        r##"<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path stroke="#000" d="{path}"/></svg>"##
    ))
}
