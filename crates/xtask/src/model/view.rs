//! What the pages and the API of a model show and say.

use super::{Access, Model};
use crate::field::Field;
use crate::words;

impl Model {
    pub fn a(&self) -> String {
        words::with_article(&self.words)
    }

    pub fn a_title(&self) -> String {
        let a = self.a();
        format!("A{}", &a[1..])
    }

    pub fn title(&self) -> String {
        words::title(&self.name)
    }

    pub fn title_plural(&self) -> String {
        words::title(&self.plural)
    }

    /// As it stands in addresses and scopes.
    pub fn slug(&self) -> &str {
        &self.path[1..]
    }

    pub fn searched(&self) -> Vec<&Field> {
        self.fields.iter().filter(|field| field.is_searched()).collect()
    }

    /// Beside the label.
    pub fn searched_too(&self) -> Vec<&Field> {
        self.searched().into_iter().filter(|field| field.name != self.label().name).collect()
    }

    pub fn sorted(&self) -> Vec<&Field> {
        let shown = |field: &&Field| {
            field.name == self.label().name
                || self.columns().iter().any(|column| column.name == field.name)
        };
        self.fields.iter().filter(|field| field.is_sorted()).filter(shown).collect()
    }

    /// What a list shows beside the label: four have room.
    pub fn columns(&self) -> Vec<&Field> {
        self.facts().into_iter().take(4).collect()
    }

    /// The longer text under the label in a list.
    pub fn excerpt(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.is_text())
    }

    /// What a row's page lists.
    pub fn facts(&self) -> Vec<&Field> {
        let label = self.label().name.clone();
        self.fields.iter().filter(|field| !field.is_text() && field.name != label).collect()
    }

    pub fn bodies(&self) -> Vec<&Field> {
        self.fields.iter().filter(|field| field.is_text()).collect()
    }

    pub fn uses_date(&self) -> bool {
        self.fields.iter().any(Field::is_date)
    }

    pub fn guard(&self) -> &'static str {
        if self.is_admin() { "Admin" } else { "CurrentUser" }
    }

    pub fn reader(&self) -> &'static str {
        if self.is_public() { "OptionalUser" } else { self.guard() }
    }

    pub fn own(&self) -> String {
        let guard = if self.is_admin() { ", Admin" } else { "" };
        format!("Own<{}{guard}>", self.type_name)
    }

    pub fn shelf(&self) -> &'static str {
        if self.is_admin() { "Admins" } else { "Main" }
    }

    pub fn who_sees(&self) -> &'static str {
        match self.access {
            Access::Owner => "What you add is seen by nobody else.",
            Access::Admins => "What you add is seen by all administrators, and by nobody else.",
            Access::Public => "What you add is seen by everybody.",
        }
    }

    pub fn whose(&self) -> &'static str {
        if self.access == Access::Owner { "your" } else { "all" }
    }

    pub fn whose_title(&self) -> &'static str {
        if self.access == Access::Owner { "Your" } else { "All" }
    }

    pub fn whose_to_write(&self) -> &'static str {
        if self.is_admin() { "all" } else { "your" }
    }

    pub fn leaves(&self) -> &'static str {
        if self.access == Access::Owner { "your" } else { "the" }
    }

    pub fn scope(&self) -> String {
        words::camel(&self.plural)
    }

    pub fn searched_words(&self) -> String {
        let names: Vec<_> =
            self.searched().iter().map(|field| format!("`{}`", field.name)).collect();
        names.join(" or ")
    }

    pub fn sorted_words(&self) -> String {
        let mut names: Vec<_> =
            self.sorted().iter().map(|field| format!("`{}`", field.name)).collect();
        names.push("`created`".to_owned());
        names.join(" or ")
    }

    /// The call of a page's form.
    pub fn draw(&self, user: &str, id: &str) -> String {
        if self.references().is_empty() {
            format!("draw(page, form, {id})")
        } else {
            format!("draw(page, &db, {user}, form, {id}).await")
        }
    }

    /// The rows of another model that a row names, to be looked up.
    pub fn named(&self, reference: &Field) -> String {
        let id = format!("{}.{}", self.row, reference.name);
        if reference.is_optional {
            format!("let named: Vec<_> = {id}.into_iter().collect();")
        } else {
            format!("let named = [{id}];")
        }
    }

    /// Those that a list shows.
    pub fn listed_references(&self) -> Vec<&Field> {
        self.columns().into_iter().filter(|field| field.is_reference()).collect()
    }
}
