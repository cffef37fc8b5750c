//! A field of a form: what was typed, and what it means.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde_json::Value;
#[doc(hidden)] // for `database::model!`
pub use utoipa;
use utoipa::PartialSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};

use crate::error::Error;
use crate::text;

/// What a field can hold: how it is read, written and drawn. One for pages and for JSON. Those that every
/// site needs are in [`crate::http::kinds`].
pub trait Kind: 'static {
    /// What it means.
    type Value: Clone + fmt::Debug;

    /// What JSON has in its place.
    const JSON: Json = Json::Text;

    /// Whether nothing at all is right, too.
    const IS_OPTIONAL: bool = false;

    /// Reads what was typed.
    fn read(typed: &str) -> Result<Self::Value, Wrong>;

    /// The same as a text that [`Self::read`] reads again.
    fn write(value: &Self::Value) -> String;

    /// The same for programs.
    fn to_json(value: &Self::Value) -> Value {
        Value::String(Self::write(value))
    }

    /// How it is drawn.
    fn control() -> Control {
        Control::default()
    }

    /// What is said of a field that has to hold something, and is empty.
    fn ask(name: &str) -> String {
        format!("Enter {}.", text::with_article(name))
    }
}

/// What is wrong with a text that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is none.
    Missing,
    /// A sentence for its field.
    Because(String),
}

impl From<String> for Wrong {
    fn from(sentence: String) -> Self {
        Self::Because(sentence)
    }
}

impl From<&str> for Wrong {
    fn from(sentence: &str) -> Self {
        Self::Because(sentence.to_owned())
    }
}

/// What a value is in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Json {
    /// A text.
    Text,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Truth,
}

/// How a field is drawn: what `templates/form.html` makes of it.
#[derive(Clone, Debug)]
pub struct Control {
    /// What element it is.
    pub shape: Shape,
    /// The `type` of an `<input>`.
    pub input: &'static str,
    /// Which keys a phone shows: its `inputmode`.
    pub keys: &'static str,
    /// The least, if there is one.
    pub min: String,
    /// The most.
    pub max: String,
    /// How far two values are apart.
    pub step: String,
    /// How many characters it may have; 0 for no limit.
    pub limit: usize,
    /// What may be chosen, and what it is called; none where the page knows it.
    pub choices: Vec<(String, String)>,
    /// Whether it has to hold something.
    pub is_required: bool,
    /// What whoever types has to know.
    pub hint: &'static str,
}

impl Control {
    /// What is said beside the field: by its page, or else by its kind.
    pub fn hint_or<'a>(&self, hint: &'a str) -> &'a str {
        if hint.is_empty() { self.hint } else { hint }
    }
}

/// The element of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One line.
    Line,
    /// A text of several lines.
    Text,
    /// A box to tick.
    Box,
    /// A list to choose from.
    List,
}

impl Default for Control {
    /// One line that has to hold something.
    fn default() -> Self {
        Self {
            shape: Shape::Line,
            input: "text",
            keys: "",
            min: String::new(),
            max: String::new(),
            step: String::new(),
            limit: 0,
            choices: Vec::new(),
            is_required: true,
            hint: "",
        }
    }
}

/// What was typed, as it was, and what it means.
#[derive(Clone, Debug)]
pub struct Typed<K: Kind> {
    text: String,
    value: Result<K::Value, Wrong>,
    /// Whether it came as a text: from a form, or in quotes.
    is_text: bool,
}

impl<K: Kind> Typed<K> {
    /// The field with this text in it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { value: K::read(&text), text, is_text: true }
    }

    /// The field that means this.
    pub fn of(value: K::Value) -> Self {
        Self { text: K::write(&value), value: Ok(value), is_text: true }
    }

    /// The same of a member that is no text.
    fn bare(text: impl Into<String>) -> Self {
        Self { is_text: false, ..Self::new(text) }
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether this is what was chosen of a list.
    pub fn is(&self, value: &impl fmt::Display) -> bool {
        !self.text.is_empty() && value.to_string() == text::trim(&self.text)
    }

    /// What it means, or what is wrong with it.
    pub fn value(&self) -> Result<&K::Value, &Wrong> {
        self.value.as_ref()
    }

    /// What it means. [`Error::Invalid`] when it was not looked at before.
    pub fn into_value(self) -> Result<K::Value, Error> {
        self.value.map_err(|wrong| Error::Invalid(vec![("", wrong.sentence::<K>("value"))]))
    }

    /// How it is drawn.
    pub fn control(&self) -> Control {
        K::control()
    }

    /// Whether it is a text where JSON has something else.
    pub(crate) fn is_misplaced_text(&self) -> bool {
        self.is_text && K::JSON != Json::Text
    }

    /// What a program has to send, as a sentence.
    pub(crate) fn wanted() -> &'static str {
        match K::JSON {
            Json::Text => "Send a text.",
            Json::Integer => "Send a whole number.",
            Json::Number => "Send a number.",
            Json::Truth => "Send true or false.",
        }
    }

    /// A member of JSON that is of another type than `K` is: nothing that was typed, and a sentence.
    fn misfit() -> Self {
        Self { text: String::new(), value: Err(Self::wanted().into()), is_text: false }
    }
}

impl Wrong {
    /// What is said at the field with this name.
    pub fn sentence<K: Kind>(&self, name: &str) -> String {
        match self {
            Self::Missing => K::ask(name),
            Self::Because(sentence) => sentence.clone(),
        }
    }
}

impl<K: Kind> Default for Typed<K> {
    fn default() -> Self {
        Self::bare("")
    }
}

impl<K: Kind> fmt::Display for Typed<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// As a program sends it: a number as a number.
impl<'de, K: Kind> Deserialize<'de> for Typed<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<K>(std::marker::PhantomData<K>);
        impl<K: Kind> Read<K> {
            fn number(text: String) -> Typed<K> {
                let fits = matches!(K::JSON, Json::Integer | Json::Number);
                if fits { Typed::bare(text) } else { Typed::misfit() }
            }
        }
        impl<K: Kind> Visitor<'_> for Read<K> {
            type Value = Typed<K>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number, true, false or null")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Typed<K>, E> {
                Ok(Typed::new(text))
            }

            fn visit_bool<E: de::Error>(self, is: bool) -> Result<Typed<K>, E> {
                let fits = K::JSON == Json::Truth;
                Ok(if fits { Typed::bare(is.to_string()) } else { Typed::misfit() })
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Typed<K>, E> {
                Ok(Self::number(number.to_string()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Typed<K>, E> {
                Ok(Self::number(number.to_string()))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Typed<K>, E> {
                Ok(Self::number(number.to_string()))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Typed<K>, E> {
                Ok(Typed::bare(""))
            }
        }
        deserializer.deserialize_any(Read(std::marker::PhantomData))
    }
}

/// As the description of an API tells it.
impl<K: Kind> PartialSchema for Typed<K> {
    fn schema() -> RefOr<Schema> {
        schema_of::<K>().build().into()
    }
}

/// What JSON holds for a field of this kind.
pub fn schema_of<K: Kind>() -> ObjectBuilder {
    let control = K::control();
    let number = |text: &str| text.parse::<f64>().ok();
    let schema = ObjectBuilder::new();
    let kind = match K::JSON {
        Json::Text => Type::String,
        Json::Integer => Type::Integer,
        Json::Number => Type::Number,
        Json::Truth => Type::Boolean,
    };
    let schema = schema.schema_type(kind);
    match K::JSON {
        Json::Truth => schema,
        Json::Integer | Json::Number => {
            schema.minimum(number(&control.min)).maximum(number(&control.max))
        }
        Json::Text => {
            let format = match control.input {
                "date" => Some(SchemaFormat::KnownFormat(KnownFormat::Date)),
                "datetime-local" => Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)),
                "email" => Some(SchemaFormat::Custom("email".to_owned())),
                "url" => Some(SchemaFormat::Custom("uri".to_owned())),
                _ => None,
            };
            let limit = Some(control.limit).filter(|limit| *limit > 0);
            let least = (control.is_required && limit.is_some()).then_some(1);
            let values = control.choices.into_iter().map(|(value, _)| value);
            let values: Vec<_> = values.filter(|value| !value.is_empty()).collect();
            let schema = schema.format(format).min_length(least).max_length(limit);
            schema.enum_values((!values.is_empty()).then_some(values))
        }
    }
}

/// An object with one more member that is always there.
pub fn always(object: ObjectBuilder, name: &str, schema: RefOr<Schema>) -> ObjectBuilder {
    object.property(name, schema).required(name)
}

/// An object with one more field of this kind, to be sent.
pub fn field<K: Kind>(object: ObjectBuilder, name: &str) -> ObjectBuilder {
    let object = object.property(name, Typed::<K>::schema());
    if K::IS_OPTIONAL { object } else { object.required(name) }
}
