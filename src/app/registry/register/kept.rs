//! A registration that was typed and not sent, from one start to the next. Tokens and what looks like one are left out.

use serde_json::Value;

use super::{RegisterDialog, RegisterForm};
use crate::app::is_secret_key;

impl RegisterForm {
    /// As a text for the state file; nothing, where that is not possible.
    pub(in crate::app) fn kept_text(&self) -> Option<String> {
        let mut form = self.clone();
        let is_open = |(key, _): &(String, String)| !is_secret_key(key);
        form.meta.retain(is_open);
        without_secrets(&mut form.other.0);
        for check in &mut form.checks {
            check.headers.retain(is_open);
            without_secrets(&mut check.other.0);
        }
        serde_json::to_string(&form).ok()
    }

    /// What [`Self::kept_text`] gave; nothing, where a newer program wrote it in a way that this one cannot read.
    pub(in crate::app) fn from_kept(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl RegisterDialog {
    /// What would be a loss: what is typed, or what was left before.
    pub(in crate::app) fn unsent(&self) -> Option<&RegisterForm> {
        if self.form == self.begun { self.draft.as_deref() } else { Some(&self.form) }
    }
}

/// Takes out what is named like a secret, however deep it stands.
fn without_secrets(map: &mut serde_json::Map<String, Value>) {
    map.retain(|key, _| !is_secret_key(key));
    map.values_mut().for_each(walk);
}

fn walk(value: &mut Value) {
    match value {
        Value::Object(map) => without_secrets(map),
        Value::Array(items) => items.iter_mut().for_each(walk),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use serde_json::json;

    use super::*;
    use crate::app::CheckForm;
    use crate::registry::consul::registration::Kept;
    use crate::registry::{CheckKind, Health};
    use crate::secret::Secret;

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn what_was_typed_comes_back_without_secrets() {
        let open = RegisterForm {
            name: "User".to_owned(),
            port: "78a".to_owned(),
            tags: vec!["v1".to_owned()],
            new_tag: "half a t".to_owned(),
            meta: vec![pair("owner", "team")],
            addresses: vec![["lan".to_owned(), "10.0.0.1".to_owned(), String::new()]],
            checks: vec![CheckForm {
                headers: vec![pair("x-id", "1")],
                status: Some(Health::Passing),
                other: Kept(json!({"Odd": {"a": 1}}).as_object().unwrap().clone()),
                ..CheckForm::new(CheckKind::Other("New".to_owned()))
            }],
            ..RegisterForm::default()
        };
        let mut typed = open.clone();
        typed.token = Secret::new("hush");
        typed.meta.push(pair("api-token", "hush"));
        typed.checks[0].headers.push(pair("Authorization", "Bearer hush"));
        typed.checks[0].other.0["Odd"]["Secret"] = json!("hush");
        let text = typed.kept_text().unwrap();
        assert!(!text.contains("hush"), "{text}");
        assert_eq!(RegisterForm::from_kept(&text), Some(open));
        assert_eq!(RegisterForm::from_kept(r#"{"name": "User"}"#).unwrap().name, "User");
        assert_eq!(RegisterForm::from_kept("["), None);
    }
}
