//! Light or dark, as somebody chose for their browser.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// How pages look.
#[derive(Clone, Copy, Debug, Default, EnumString, IntoStaticStr, PartialEq, Eq, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Theme {
    /// As the rest of the machine.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All, to choose from.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in the cookie and in forms.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The one that was chosen; `None` for that of the machine.
    pub fn chosen(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.name())
    }
}
