//! What the sources of a model bring in.

use super::{Access, Model};
use crate::field::Field;

impl Model {
    pub fn guards(&self) -> &'static str {
        match self.access {
            Access::Owner => "CurrentUser",
            Access::Admins => "Admin",
            Access::Public => "{CurrentUser, OptionalUser}",
        }
    }

    pub fn tables(&self) -> String {
        let mut tables = vec![self.plural.as_str()];
        tables.extend(self.references().iter().map(|field| field.table()));
        tables.sort_unstable();
        tables.dedup();
        if tables.len() == 1 { self.plural.clone() } else { format!("{{{}}}", tables.join(", ")) }
    }

    pub fn db_imports(&self) -> String {
        let fields = |is: fn(&Field) -> bool| self.fields.iter().any(is);
        let names = [
            ("Backend", true),
            ("Connection", true),
            ("Decimal", fields(|field| field.rust().contains("Decimal"))),
            ("Export", true),
            ("Reference", fields(Field::is_reference)),
            ("choice", fields(Field::is_choice)),
            ("choices", fields(Field::is_reference)),
            ("copy_of", true),
            ("in_order", true),
            ("lower", true),
            ("model", true),
        ];
        listed(&names)
    }

    pub fn web_imports(&self) -> String {
        let uses = |kind: &str| self.fields.iter().any(|field| field.rust().contains(kind));
        let names = [
            ("Db", true),
            ("EmailAddress", uses("EmailAddress")),
            ("Errors", true),
            ("Features", true),
            ("Form", true),
            ("Integer", uses("Integer<")),
            ("Line", true),
            ("List", true),
            ("Owned", true),
            ("Paging", true),
            ("Result", true),
            ("Row", !self.is_admin()),
            ("Text", uses("Text<")),
            ("Typed", true),
            ("UNDO", true),
            ("WebAddress", uses("WebAddress")),
        ];
        listed(&names)
    }

    pub fn model_imports(&self) -> String {
        let mut names = vec!["Draft".to_owned(), self.type_name.clone()];
        names.extend(self.references().iter().map(|field| field.type_name.clone()));
        names.extend(["bring_back", "insert", "list", "remove"].map(str::to_owned));
        names.push(format!("deleted_{}_of", self.name));
        if !self.is_admin() {
            names.push(format!("{}_of", self.plural));
        }
        if self.is_public() {
            names.push(format!("all_{}", self.plural));
        }
        names.join(", ")
    }

    pub fn api_model_imports(&self) -> String {
        let mut names = vec!["Draft".to_owned(), self.type_name.clone()];
        names.extend(["insert", "list", "remove"].map(str::to_owned));
        if self.is_public() {
            names.push(format!("all_{}", self.plural));
        }
        names.join(", ")
    }

    pub fn pages_imports(&self) -> String {
        let names = [
            ("Db", true),
            ("Deserialize", true),
            ("Feature", true),
            ("Features", true),
            ("Figure", !self.is_admin()),
            ("Flash", true),
            ("List", true),
            ("Newest", !self.is_admin()),
            ("Own", true),
            ("Page", true),
            ("Paging", true),
            ("Path", true),
            ("Place", true),
            ("Query", true),
            ("Reference", !self.references().is_empty()),
            ("Response", true),
            ("Sent", true),
            ("ServiceConfig", true),
            ("Shelf", true),
            ("Submitted", true),
            ("Template", true),
            ("UNDO", true),
            ("once", true),
            ("redirect", true),
            ("render", true),
            ("render_with", true),
            ("resource", true),
            ("save", true),
        ];
        listed(&names)
    }
}

fn listed(names: &[(&str, bool)]) -> String {
    let names: Vec<_> = names.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    names.join(", ")
}
