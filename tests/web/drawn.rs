//! The forms on a page, as a browser without scripts reads and sends them.

use crate::browser::{Answer, Browser, OTHER_PASSWORD, PASSWORD};

/// A form to be filled in and sent.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub action: String,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, Default)]
pub struct Field {
    pub name: String,
    pub kind: String,
    pub value: String,
    /// Whether a browser would send nothing without it.
    pub is_required: bool,
    /// What can be chosen.
    choices: Vec<String>,
    tag: String,
}

/// Which of two that differ wherever something can be typed: one for a row, one for its change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    First,
    Second,
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
        let mut fields: Vec<Field> = Vec::new();
        for tag in form.split("<input ").skip(1).map(|tag| tag.split('>').next().unwrap()) {
            let field = Field::read(tag, attribute(tag, "type").as_deref().unwrap_or("text"));
            let is_chosen = has(tag, "checked");
            match field.kind.as_str() {
                "checkbox" => fields.extend(is_chosen.then_some(field)),
                "radio" => field.join(&mut fields, is_chosen),
                _ => fields.push(field),
            }
        }
        for tag in form.split("<textarea ").skip(1) {
            let (head, rest) = tag.split_once(">\n").unwrap();
            let value = plain(rest.split("</textarea>").next().unwrap());
            fields.push(Field { value, ..Field::read(head, "textarea") });
        }
        for tag in form.split("<select ").skip(1) {
            let (head, rest) = tag.split_once('>').unwrap();
            fields.push(Field::choice(head, rest.split("</select>").next().unwrap()));
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
            self.fields.push(Field { name, value, ..Field::default() });
        }
        self
    }

    /// With something in every field that is good for its kind.
    pub fn filled_by_kind(mut self, take: Take) -> Self {
        for field in &mut self.fields {
            if let Some(value) = field.example(take) {
                field.value = value;
            }
        }
        self
    }

    /// Whether there is something to choose in every list.
    pub fn offers_all_choices(&self) -> bool {
        let mut lists = self.fields.iter().filter(|field| field.kind == "select");
        lists.all(|list| list.pick(Take::First).is_some())
    }

    /// Whether there is something to choose wherever one has to.
    pub fn offers_choices(&self) -> bool {
        let mut lists = self.fields.iter().filter(|field| field.kind == "select");
        lists.all(|list| !list.is_required || list.pick(Take::First).is_some())
    }

    /// As it travels.
    pub fn body(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }

    /// Sends it.
    pub async fn send(&self, browser: &Browser) -> Answer {
        browser.submit(&self.action, &self.pairs().collect::<Vec<_>>()).await
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let sent =
            self.fields.iter().filter(|field| field.kind != "radio" || !field.value.is_empty());
        sent.map(|field| (field.name.as_str(), field.value.as_str()))
    }
}

impl Field {
    fn read(tag: &str, kind: &str) -> Self {
        Self {
            name: attribute(tag, "name").unwrap_or_default(),
            kind: kind.to_owned(),
            value: attribute(tag, "value").unwrap_or_default(),
            is_required: has(tag, "required"),
            choices: Vec::new(),
            tag: tag.to_owned(),
        }
    }

    /// One of several buttons, which are one field.
    fn join(self, fields: &mut Vec<Self>, is_chosen: bool) {
        let found = fields.iter().position(|field| field.name == self.name);
        let value = self.value.clone();
        if found.is_none() {
            fields.push(Self { value: String::new(), ..self });
        }
        let group = found.unwrap_or(fields.len() - 1);
        if is_chosen {
            fields[group].value.clone_from(&value);
        }
        fields[group].choices.push(value);
    }

    /// A list to choose from: a browser sends the first one where none is marked.
    fn choice(tag: &str, list: &str) -> Self {
        let options = list.split("<option").skip(1).map(|option| {
            let (head, text) = option.split_once('>').unwrap();
            let text = || plain(text.split('<').next().unwrap().trim());
            (attribute(head, "value").unwrap_or_else(text), has(head, "selected"))
        });
        let options: Vec<_> = options.collect();
        let marked = options.iter().find(|(_, is_selected)| *is_selected).or(options.first());
        let value = marked.map(|(value, _)| value.clone()).unwrap_or_default();
        let choices = options.into_iter().map(|(value, _)| value).collect();
        Self { value, choices, ..Self::read(tag, "select") }
    }

    /// What somebody could type or choose here; `None` for what stays as it is.
    fn example(&self, take: Take) -> Option<String> {
        let of = |first: &str, second: &str| {
            let text = if take == Take::First { first } else { second };
            Some(self.within(text))
        };
        match self.kind.as_str() {
            "hidden" | "checkbox" => None,
            "radio" if !self.value.is_empty() => None,
            "radio" | "select" => self.pick(take),
            "password" if self.name == "current" => Some(PASSWORD.to_owned()),
            "password" => Some(OTHER_PASSWORD.to_owned()),
            "email" => of("new@example.com", "newer@example.com"),
            "url" => of("https://example.com/milk", "https://example.com/bread"),
            "tel" => of("+49 30 901820", "+49 30 901821"),
            "date" => of("2026-12-01", "2026-12-02"),
            "datetime-local" => of("2026-12-01T12:00", "2026-12-02T12:00"),
            "time" => of("12:00", "13:00"),
            "month" => of("2026-12", "2027-01"),
            "number" => Some(self.number(take)),
            _ if self.says("inputmode", "decimal") => of("12.50", "13.50"),
            _ if self.says("inputmode", "numeric") => of("12", "13"),
            _ => of("Milk", "Bread"),
        }
    }

    fn pick(&self, take: Take) -> Option<String> {
        let mut choices = self.choices.iter().filter(|value| !value.is_empty());
        let (first, second) = (choices.next(), choices.next());
        (if take == Take::First { first } else { second.or(first) }).cloned()
    }

    /// A text that is as long as may be, or a time that is as early and as late as may be.
    fn within(&self, text: &str) -> String {
        let limit = attribute(&self.tag, "data-limit").or(attribute(&self.tag, "maxlength"));
        let limit = limit.map_or(usize::MAX, |limit| limit.parse().unwrap());
        let text: String = text.chars().take(limit).collect();
        let (min, max) = (attribute(&self.tag, "min"), attribute(&self.tag, "max"));
        let text = min.filter(|min| *min > text).unwrap_or(text);
        max.filter(|max| *max < text).unwrap_or(text)
    }

    /// A number with as many places as `step` has, and no smaller and no larger than may be.
    fn number(&self, take: Take) -> String {
        let said = |name| attribute(&self.tag, name)?.parse::<f64>().ok();
        let (min, max, step) = (said("min"), said("max"), said("step").unwrap_or(1.0));
        let wish: f64 = if take == Take::First { 12.5 } else { 13.5 };
        let wish = wish.max(min.unwrap_or(f64::MIN)).min(max.unwrap_or(f64::MAX));
        let first = min.unwrap_or_default();
        let value = first + ((wish - first) / step + 1e-6).floor() * step;
        let places =
            attribute(&self.tag, "step").and_then(|step| Some(step.split_once('.')?.1.len()));
        format!("{value:.*}", places.unwrap_or_default())
    }

    fn says(&self, name: &str, value: &str) -> bool {
        attribute(&self.tag, name).as_deref() == Some(value)
    }
}

/// The value of an attribute, and not of one whose name ends like it.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let begin = format!("{name}=\"");
    let mut found = tag.match_indices(&begin).map(|(at, _)| tag.split_at(at));
    let (_, rest) = found.find(|(before, _)| !before.ends_with(|c: char| !c.is_whitespace()))?;
    Some(plain(rest[begin.len()..].split('"').next()?))
}

/// Whether a tag has an attribute that needs no value.
fn has(tag: &str, name: &str) -> bool {
    tag.split('"').step_by(2).any(|part| part.split_whitespace().any(|word| word == name))
}

fn plain(text: &str) -> String {
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[test]
fn every_kind_of_field_is_read_and_filled_with_what_is_good_for_it() {
    let form = Drawn::read(
        "method=\"post\" action=\"/x\">
        <input type=\"hidden\" name=\"form_id\" value=\"1\"><input name=\"name\" data-limit=\"3\" required>
        <input type=\"number\" name=\"price\" step=\"0.01\" min=\"0\"><input type=\"number\" name=\"pages\" max=\"5\">
        <input type=\"date\" name=\"due\" min=\"2027-01-01\"><input type=\"checkbox\" name=\"paid\" value=\"yes\">
        <input type=\"radio\" name=\"way\" value=\"by air\"><input type=\"radio\" name=\"way\" value=\"by sea\">
        <textarea name=\"text\">\nold</textarea>
        <select name=\"of\" required><option value=\"\">Choose…</option><option value=\"7\">Ada</option></select>
        <select name=\"as\"><option>new</option><option selected>used</option></select>",
    );
    assert_eq!((form.value("text"), form.value("of"), form.value("as")), ("old", "", "used"));
    let required = form.fields.iter().filter(|field| field.is_required);
    assert_eq!(required.map(|field| field.name.as_str()).collect::<Vec<_>>(), ["name", "of"]);
    let filled =
        "form_id=1&name=Mil&price=12.50&pages=5&due=2027-01-01&way=by+air&text=Milk&of=7&as=new";
    assert_eq!(form.clone().filled_by_kind(Take::First).body(), filled);
    let changed =
        "form_id=1&name=Bre&price=13.50&pages=5&due=2027-01-01&way=by+sea&text=Bread&of=7&as=used";
    assert_eq!(form.filled_by_kind(Take::Second).body(), changed);
}

#[test]
fn a_list_with_nothing_to_choose_waits_for_rows_of_what_it_refers_to() {
    let read = |flag: &str, options: &str| {
        Drawn::read(&format!("action=\"/x\"><select name=\"of\"{flag}>{options}</select>"))
    };
    let none = "<option value=\"\">None</option>";
    for (form, all, needed) in [
        (read(" required", none), false, false),
        (read("", none), false, true),
        (read(" required", "<option value=\"7\">Ada</option>"), true, true),
    ] {
        assert_eq!((form.offers_all_choices(), form.offers_choices()), (all, needed), "{form:?}");
    }
}
