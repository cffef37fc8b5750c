//! What the tests of a model type and look for.

use super::Model;
use crate::field::Field;

impl Model {
    /// Whether the tests need more than somebody who is logged in.
    pub fn needs_ada(&self) -> bool {
        self.is_admin() || !self.references().is_empty()
    }

    /// The models that it refers to, each once: whoever has rows of all of them could leave one of it, too.
    pub fn referenced(&self) -> Vec<String> {
        let mut slugs: Vec<String> = Vec::new();
        for slug in self.references().iter().map(|field| field.slug()) {
            if !slugs.contains(&slug) {
                slugs.push(slug);
            }
        }
        slugs
    }

    /// The first line of a test.
    pub fn set_up(&self) -> &'static str {
        if self.needs_ada() {
            "let ada = ada(&Site::open().await).await;"
        } else {
            "let ada = Browser::logged_in(\"ada\").await;"
        }
    }

    /// The same beside somebody else.
    pub fn ada(&self) -> &'static str {
        if self.needs_ada() { "ada(&site).await" } else { "site.logged_in(\"ada\").await" }
    }

    /// In the name of a test: `an_invoice`.
    pub fn sentence_a(&self) -> String {
        self.a().replace(' ', "_")
    }

    pub fn wrong_fields(&self) -> Vec<&Field> {
        self.fields.iter().filter(|field| field.wrong().is_some()).collect()
    }

    /// A form of which all is wrong that can be.
    pub fn wrong(&self) -> String {
        let mut wrong = vec![format!("(\"{}\", \" \")", self.label().name)];
        let fields = self.fields.iter().filter_map(|field| Some((field, field.wrong()?)));
        wrong.extend(fields.map(|(field, typed)| format!("(\"{}\", \"{typed}\")", field.name)));
        format!("[{}]", wrong.join(", "))
    }

    /// A text that is not lost.
    pub fn kept(&self) -> Option<&Field> {
        self.excerpt()
    }

    pub fn json(&self) -> String {
        let members =
            self.fields.iter().map(|field| format!("\"{}\": {}", field.name, field.json()));
        members.collect::<Vec<_>>().join(", ")
    }

    pub fn last(&self) -> &Field {
        self.fields.last().unwrap_or_else(|| self.label())
    }
}
