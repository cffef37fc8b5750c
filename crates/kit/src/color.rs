//! Colours for those who know no style sheet: mails, and what stands around a page.

use std::collections::HashMap;

/// A colour by its lightness from 0 to 1, its chroma, and its hue in degrees: the `oklch()` of CSS Color 4.
#[derive(Clone, Copy, Debug)]
struct Oklch(f64, f64, f64);

impl Oklch {
    /// As `#rrggbb`, by the matrices of CSS Color 4, section 18; what a screen cannot show is cut off.
    fn hex(self) -> String {
        let Self(lightness, chroma, hue) = self;
        let (sin, cos) = hue.to_radians().sin_cos();
        let (a, b) = (chroma * cos, chroma * sin);
        let cubed = |a_part: f64, b_part: f64| (lightness + a_part * a + b_part * b).powi(3);
        let long = cubed(0.396_337_777_4, 0.215_803_757_3);
        let medium = cubed(-0.105_561_345_8, -0.063_854_172_8);
        let short = cubed(-0.089_484_177_5, -1.291_485_548);
        let red = 4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short;
        let green = -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short;
        let blue = -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short;
        format!("#{:02x}{:02x}{:02x}", byte(red), byte(green), byte(blue))
    }
}

/// The share of linear light, as the number that a screen is told.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 255")]
fn byte(linear: f64) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let curved =
        if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (curved * 255.0).round() as u8
}

/// The colours that a style sheet names, one on each line: `--paper: light-dark(oklch(…), oklch(…));`, with
/// hues that are numbers or names of numbers (`--brand: 168;`, `var(--brand)`).
#[derive(Debug)]
pub struct Palette(HashMap<String, [String; 2]>);

impl Palette {
    /// Reads the sheet; lines that are none of these are passed over.
    pub fn read(sheet: &str) -> Self {
        let named =
            || sheet.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "));
        let hues: HashMap<&str, f64> = named()
            .filter_map(|(name, value)| Some((name, value.trim_end_matches(';').parse().ok()?)))
            .collect();
        let pair = |value: &str| {
            let mut colors =
                value.split("oklch(").skip(1).filter_map(|color| read_color(color, &hues));
            Some([colors.next()?, colors.next()?])
        };
        Self(named().filter_map(|(name, value)| Some((name.to_owned(), pair(value)?))).collect())
    }

    /// A colour on light and on dark pages, as `#rrggbb`; grey, if the sheet has none of this name.
    pub fn pair(&self, name: &str) -> [&str; 2] {
        self.0.get(name).map_or(["#808080"; 2], |[light, dark]| [light, dark])
    }
}

/// `0.47 0.09 var(--brand))`, and whatever follows.
fn read_color(text: &str, hues: &HashMap<&str, f64>) -> Option<String> {
    let mut parts = text.split([' ', ')', ',']);
    let mut part = || parts.next();
    let (lightness, chroma, hue) = (part()?.parse().ok()?, part()?.parse().ok()?, part()?);
    let hue = match hue.strip_prefix("var(--") {
        Some(name) => *hues.get(name)?,
        None => hue.parse().ok()?,
    };
    Some(Oklch(lightness, chroma, hue).hex())
}
