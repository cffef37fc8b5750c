//! A field of a model: in each language that it is written in.

mod column;
mod example;

use crate::kind::Kind;
use crate::project::Result;
use crate::words;

/// A column, its field in the form, its place on the pages.
#[derive(Clone)]
pub struct Field {
    /// The column: `customer_id`.
    pub name: String,
    pub kind: Kind,
    pub is_optional: bool,
    /// Of a reference: the column by which people know a row of the other table.
    pub called: String,
    /// The enum of a choice, or the rows that a reference can name.
    pub type_name: String,
    /// The rows to choose from, as a variable.
    pub list: String,
}

impl Field {
    /// Reads `amount:decimal` or `note:text?`.
    pub fn parse(typed: &str) -> Result<Self> {
        let Some((name, kind)) = typed.split_once(':') else {
            return Err(format!("Say of what kind `{typed}` is: `{typed}:string`."));
        };
        let (kind, is_optional) = match kind.strip_suffix('?') {
            Some(kind) => (kind, true),
            None => (kind, false),
        };
        let kind = Kind::parse(name, kind)?;
        let is_reference = matches!(kind, Kind::Reference(_));
        let name = if is_reference { format!("{name}_id") } else { name.to_owned() };
        words::check_column(&name)?;
        let mut field = Self {
            name,
            kind,
            is_optional,
            called: String::new(),
            type_name: String::new(),
            list: String::new(),
        };
        field.list = words::plural(field.stem());
        field.type_name = words::camel(if is_reference { &field.list } else { &field.name });
        Ok(field)
    }

    /// What it is called: `customer`.
    pub fn stem(&self) -> &str {
        self.name.strip_suffix("_id").filter(|_| self.is_reference()).unwrap_or(&self.name)
    }

    pub fn title(&self) -> String {
        words::title(self.stem())
    }

    /// The table that a reference names.
    pub fn table(&self) -> &str {
        if let Kind::Reference(table) = &self.kind { table } else { "" }
    }

    /// Where the rows of that table are, as an address.
    pub fn slug(&self) -> String {
        self.table().replace('_', "-")
    }

    pub fn is_reference(&self) -> bool {
        matches!(self.kind, Kind::Reference(_))
    }

    pub fn is_choice(&self) -> bool {
        matches!(self.kind, Kind::Choice(_))
    }

    /// Whether a search looks into it.
    pub fn is_searched(&self) -> bool {
        matches!(self.kind, Kind::Line | Kind::Text)
    }

    /// Whether a list can be in its order.
    pub fn is_sorted(&self) -> bool {
        matches!(
            self.kind,
            Kind::Line | Kind::Integer(_) | Kind::Decimal(_) | Kind::Date | Kind::DateTime
        )
    }

    pub fn is_text(&self) -> bool {
        self.kind == Kind::Text
    }

    pub fn is_date(&self) -> bool {
        self.kind == Kind::Date
    }

    pub fn order(&self, table: &str) -> String {
        match self.kind {
            Kind::Line => format!("lower({table}::{})", self.name),
            _ => format!("{table}::{}", self.name),
        }
    }

    /// The words of a choice.
    pub fn listed_choices(&self) -> &[String] {
        if let Kind::Choice(choices) = &self.kind { choices } else { &[] }
    }

    /// The variants of a choice: what is stored, and what people read.
    pub fn variants(&self) -> String {
        let variant = |choice: &String| {
            format!("{} = \"{choice}\" \"{}\"", words::camel(choice), words::title(choice))
        };
        self.listed_choices().iter().map(variant).collect::<Vec<_>>().join(", ")
    }

    /// How a page shows it, of the row in this variable.
    pub fn shown(&self, row: &str) -> String {
        let place = format!("{row}.{}", self.name);
        if self.is_nullable() {
            let shown = self.shown_of("value", "*");
            return format!(
                "{{% if let Some(value) = {place} %}}{shown}{{% else %}}–{{% endif %}}"
            );
        }
        self.shown_of(&place, "")
    }

    /// `star` stands before a value behind a reference.
    fn shown_of(&self, value: &str, star: &str) -> String {
        match &self.kind {
            Kind::Bool => format!("{{% if {star}{value} %}}Yes{{% else %}}No{{% endif %}}"),
            Kind::DateTime => format!("{{{{ crate::web::when({value}) }}}}"),
            Kind::Email => format!("<a href=\"mailto:{{{{ {value} }}}}\">{{{{ {value} }}}}</a>"),
            Kind::Url => format!(
                "<a href=\"{{{{ {value} }}}}\" rel=\"noopener noreferrer nofollow\">{{{{ {value} }}}}</a>"
            ),
            Kind::Reference(_) => format!(
                "<a href=\"/{}/{{{{ {value} }}}}\">{{{{ {}.name({value}) }}}}</a>",
                self.slug(),
                self.list
            ),
            _ => format!("{{{{ {value} }}}}"),
        }
    }

    /// Within "Enter …".
    pub fn asked(&self) -> String {
        words::with_article(&words::spaced(&self.name))
    }

    /// In the name of a test.
    pub fn sentence(&self) -> String {
        words::with_article(self.stem()).replace(' ', "_")
    }
}
