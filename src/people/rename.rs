//! Another name, asked for by its owner.

use kit::http::form::{Errors, Form};
use kit::http::typed::Typed;
use serde::Deserialize;

use crate::people::Name;

/// What another name is asked for with, on the page and by programs.
#[derive(Default, Deserialize, utoipa::ToSchema)]
pub struct Rename {
    #[serde(default)]
    #[schema(required, value_type = String, min_length = 1, max_length = 100)]
    pub name: Typed<Name>,
}

impl Form for Rename {
    fn check(&mut self, errors: &mut Errors) {
        errors.typed("name", &self.name);
    }
}
