//! The forms on a page, as a browser without scripts reads and sends them.

use crate::browser::{Answer, Browser};

/// A form to be filled in and sent.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub action: String,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub kind: String,
    pub value: String,
}

/// The forms of the page's own part: not the log-out in its head.
pub fn forms_of(page: &Answer) -> Vec<Drawn> {
    let own = page.body.split_once("<main").map_or("", |(_, main)| main);
    own.split("<form ")
        .skip(1)
        .filter(|form| form.contains("method=\"post\""))
        .map(|form| Drawn::read(form.split("</form>").next().unwrap()))
        .collect()
}

/// The form that is sent to `action`.
#[track_caller]
pub fn form_of(page: &Answer, action: &str) -> Drawn {
    let forms = forms_of(page).into_iter().find(|form| form.action == action);
    forms.unwrap_or_else(|| panic!("no form for {action} in {}", page.body))
}

impl Drawn {
    fn read(form: &str) -> Self {
        let action = attribute(form, "action").expect("a form says where it goes");
        let mut fields = Vec::new();
        for tag in form.split("<input ").skip(1).map(|tag| tag.split('>').next().unwrap()) {
            let kind = attribute(tag, "type").unwrap_or_else(|| "text".to_owned());
            let chosen = !matches!(kind.as_str(), "checkbox" | "radio") || tag.ends_with("checked");
            let name = attribute(tag, "name").unwrap_or_default();
            let value = attribute(tag, "value").unwrap_or_default();
            fields.extend(chosen.then_some(Field { name, kind, value }));
        }
        for tag in form.split("<textarea ").skip(1) {
            let (head, rest) = tag.split_once(">\n").unwrap();
            let value = plain(rest.split("</textarea>").next().unwrap());
            let name = attribute(head, "name").unwrap();
            fields.push(Field { name, kind: "textarea".to_owned(), value });
        }
        Self { action, fields }
    }

    /// What a field holds.
    #[track_caller]
    pub fn value(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|field| field.name == name);
        &found.unwrap_or_else(|| panic!("no field {name} in {self:?}")).value
    }

    /// With these texts typed, and these boxes ticked.
    pub fn filled(mut self, fields: &[(&str, &str)]) -> Self {
        for (name, value) in fields {
            self.fields.retain(|field| field.name != *name);
            let (name, value) = ((*name).to_owned(), (*value).to_owned());
            self.fields.push(Field { name, kind: String::new(), value });
        }
        self
    }

    /// Sends it.
    pub async fn send(&self, browser: &Browser) -> Answer {
        let pairs = self.fields.iter().map(|field| (field.name.as_str(), field.value.as_str()));
        browser.submit(&self.action, &pairs.collect::<Vec<_>>()).await
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    Some(plain(rest.split('"').next()?))
}

fn plain(text: &str) -> String {
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}
