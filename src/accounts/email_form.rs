//! The form that asks for an address, and nothing else.

use kit::Email;

use crate::web::{Deserialize, Errors, Form, Submitted, Typed};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct EmailForm {
    pub(super) email: Typed<Email>,
}

impl Form for EmailForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.typed("email", &self.email);
    }
}

impl EmailForm {
    /// The address, if nothing is wrong with the form.
    pub(super) fn address(form: &Submitted<Self>) -> Option<Email> {
        form.fields.email.value().ok().filter(|_| form.is_valid()).cloned()
    }
}
