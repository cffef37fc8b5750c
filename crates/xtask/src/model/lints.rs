//! What Clippy would have to say of names and kinds that somebody asked for.

use super::Model;
use crate::words;

impl Model {
    /// The lints that a model's source does without, as an attribute lists them.
    pub fn lints(&self) -> Option<String> {
        let lints = [
            ("clippy::enum_variant_names", self.has_alike_choices()),
            ("clippy::struct_excessive_bools", self.has_many_bools()),
            ("clippy::struct_field_names", self.has_field_called_as_its_struct()),
        ];
        let lints: Vec<_> = lints.iter().filter(|(_, is)| *is).map(|(lint, _)| *lint).collect();
        (!lints.is_empty()).then(|| lints.join(", "))
    }

    /// The row, its form or its values.
    fn has_field_called_as_its_struct(&self) -> bool {
        let structs = [self.name.as_str(), "draft", "values"];
        let is_so = |field: &str| structs.iter().any(|it| is_at_an_end(it, field));
        self.fields.iter().any(|field| is_so(&field.name))
    }

    fn has_many_bools(&self) -> bool {
        self.fields.iter().filter(|field| field.rust() == "bool").count() > 3
    }

    /// With a first or a last word that is their type's, or that all of them have.
    fn has_alike_choices(&self) -> bool {
        let is_alike = |words: &[&str]| words.windows(2).all(|two| two[0] == two[1]);
        self.choices().iter().any(|field| {
            let choices = field.listed_choices();
            let first: Vec<_> = choices.iter().filter_map(|it| it.split('_').next()).collect();
            let last: Vec<_> = choices.iter().filter_map(|it| it.rsplit('_').next()).collect();
            let is_named = |choice: &String| {
                let (type_name, choice) = (field.type_name.as_str(), words::camel(choice));
                choice.starts_with(type_name) || choice.ends_with(type_name)
            };
            is_alike(&first) || is_alike(&last) || choices.iter().any(is_named)
        })
    }
}

/// Whether a field begins or ends with a word, or with several.
fn is_at_an_end(words: &str, field: &str) -> bool {
    field == words
        || field.starts_with(&format!("{words}_"))
        || field.ends_with(&format!("_{words}"))
}
