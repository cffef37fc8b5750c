//! What there is to be attacked: every route, and every field of every form.

use serde_json::{Value, json};

use crate::driver::Visitor;

pub struct Survey {
    /// The paths that answer to GET.
    pub reads: Vec<String>,
    /// Those that answer to something else.
    pub writes: Vec<String>,
    /// Names, and values that would do.
    pub fields: Value,
}

impl Survey {
    pub async fn of(ada: &Visitor) -> Self {
        ada.open("/account").await;
        let script = include_str!("survey.js");
        let found = ada.browser.execute_async(script, vec![]).await.unwrap();
        let paths = |of: &str| -> Vec<String> {
            let paths = found[of].as_array().unwrap_or_else(|| panic!("{found}"));
            paths.iter().map(|path| path.as_str().unwrap().to_owned()).collect()
        };
        Self { reads: paths("reads"), writes: paths("writes"), fields: json!(found["fields"]) }
    }
}
