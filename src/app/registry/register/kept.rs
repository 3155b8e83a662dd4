//! A registration that was typed and not sent: how it is left, and how it comes from one start to the next. Values of
//! secrets go into no file; what they belonged to says so.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CheckForm, RegisterForm};
use crate::app::{is_secret_value, shell};

/// What was left in the question: one service, or those of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterDraft {
    /// The services.
    pub forms: Vec<RegisterForm>,
    /// The one that was shown.
    pub at: usize,
    /// JSON by hand that could not be read.
    pub json: Option<String>,
    /// Values of secrets are missing in `json`.
    pub json_lacks: bool,
}

impl RegisterDraft {
    /// Of one service.
    pub(in crate::app) fn of(form: RegisterForm) -> Self {
        Self { forms: vec![form], ..Self::default() }
    }

    /// The service that was shown.
    pub fn form(&self) -> RegisterForm {
        self.forms.get(self.at).or_else(|| self.forms.first()).cloned().unwrap_or_default()
    }

    /// What it is called: the id of its service, or its name; empty where none was typed.
    pub fn title(&self) -> String {
        let form = self.forms.get(self.at).or_else(|| self.forms.first());
        form.map(|form| form.effective_id().to_owned()).unwrap_or_default()
    }

    /// As a text for the state file; nothing, where that is not possible.
    pub(in crate::app) fn kept_text(&self) -> Option<String> {
        let json = self.json.as_deref().map(without_secret_texts);
        let kept = Self {
            forms: self.forms.iter().map(RegisterForm::without_secrets).collect(),
            at: self.at,
            json_lacks: self.json_lacks || json != self.json,
            json,
        };
        serde_json::to_string(&kept).ok()
    }

    /// What [`Self::kept_text`] gave; nothing, where a newer program wrote it in a way that this one cannot read.
    pub(in crate::app) fn from_kept(text: &str) -> Option<Self> {
        serde_json::from_str::<Self>(text).ok().filter(|draft| !draft.forms.is_empty())
    }
}

impl RegisterForm {
    /// Without what goes into no file; where that was is marked.
    fn without_secrets(&self) -> Self {
        let mut form = self.clone();
        if !form.token.is_empty() {
            form.token = crate::secret::Secret::default();
            add(&mut form.not_kept, "Token".to_owned());
        }
        empty_secrets(&mut form.meta, &mut form.typed_again);
        without_secrets(&mut form.other.0, "", &mut form.not_kept);
        for check in &mut form.checks {
            check.leave_secrets();
        }
        form
    }
}

impl CheckForm {
    fn leave_secrets(&mut self) {
        empty_secrets(&mut self.headers, &mut self.typed_again);
        without_secrets(&mut self.other.0, "", &mut self.not_kept);
        for (name, value) in [("HTTP", &mut self.url), ("Args", &mut self.command), ("Body", &mut self.body)] {
            if holds_secret(value) {
                value.clear();
                add(&mut self.fields_again, name.to_owned());
            }
        }
    }
}

fn add(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// Leaves the keys of secrets, without their values.
fn empty_secrets(pairs: &mut [(String, String)], again: &mut Vec<String>) {
    for (key, value) in pairs.iter_mut().filter(|(key, value)| is_secret_value(key, value.as_bytes())) {
        value.clear();
        add(again, key.clone());
    }
}

/// Takes out what is named like a secret, however deep it stands, and says what that was.
fn without_secrets(map: &mut Map<String, Value>, path: &str, taken: &mut Vec<String>) {
    let path_of = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    map.retain(|name, value| {
        let is_secret = !value.is_null() && is_secret_value(name, value.to_string().as_bytes());
        if is_secret {
            add(taken, path_of(name));
        }
        !is_secret
    });
    for (name, value) in map {
        walk(value, &path_of(name), taken);
    }
}

fn walk(value: &mut Value, path: &str, taken: &mut Vec<String>) {
    match value {
        Value::Object(map) => without_secrets(map, path, taken),
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                walk(item, &format!("{path}[{at}]"), taken);
            }
        }
        _ => {}
    }
}

/// A URL, a command line or a body in which a secret is named beside its value: `Authorization: …`, `?token=…`,
/// `--password …`, `http://user:password@host`.
fn holds_secret(text: &str) -> bool {
    let named = |part: &str| {
        let Some((key, value)) = part.split_once([':', '=']) else { return false };
        let key = key.trim_matches(|letter: char| letter.is_whitespace() || "\"'-{".contains(letter));
        let value = value.trim_matches(|letter: char| letter.is_whitespace() || "\"'".contains(letter));
        is_secret_value(key, value.as_bytes())
    };
    let has_user = text.match_indices("://").any(|(at, mark)| {
        let behind = text.get(at + mark.len()..).unwrap_or_default();
        let host = behind.split(['/', '?', '#', ' ', '"', '\'']).next().unwrap_or_default();
        host.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    });
    let words = shell::words(text).words;
    let flag = |pair: &[String]| match pair {
        [name, value] => {
            name.starts_with('-') && (is_secret_value(name, value.as_bytes()) || (is_user(name) && value.contains(':')))
        }
        _ => false,
    };
    has_user
        || text.split(['&', '?', ';', ',', '{', '}', '\n']).any(named)
        || words.iter().any(|word| named(word))
        || words.windows(2).any(flag)
}

/// As curl takes a user and a password.
fn is_user(flag: &str) -> bool {
    matches!(flag, "-u" | "--user" | "--proxy-user")
}

/// JSON that may be broken, its secrets' values empty.
fn without_secret_texts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        let (before, string) = rest.split_at(at);
        out.push_str(before);
        let (key, behind) = string.split_at(string_end(string));
        out.push_str(key);
        rest = behind;
        let value = behind.trim_start();
        let Some(value) = value.strip_prefix(':').map(str::trim_start) else { continue };
        if !is_secret_value(key.trim_matches('"'), b"a value") {
            continue;
        }
        let (between, value) = behind.split_at(behind.len() - value.len());
        out.push_str(between);
        let end = value_end(value);
        let (value, behind) = value.split_at(end);
        out.push_str(&emptied(value));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The bytes of a string with its quotes; all of the text, where it does not end.
fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The bytes of a value: a string, a list or an object with all that it holds, or a word.
fn value_end(text: &str) -> usize {
    match text.chars().next() {
        Some('"') => string_end(text),
        Some('[' | '{') => {
            let (mut depth, mut at) = (0_usize, 0);
            while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
                match letter {
                    '"' => {
                        at += string_end(text.get(at..).unwrap_or_default());
                        continue;
                    }
                    '[' | '{' => depth += 1,
                    ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                at += letter.len_utf8();
                if depth == 0 {
                    return at;
                }
            }
            text.len()
        }
        _ => text.find([',', '}', ']', '\n']).unwrap_or(text.len()),
    }
}

/// The same value, without what is in it.
fn emptied(value: &str) -> String {
    let is_masked = |text: &str| text.chars().all(|letter| letter == '•');
    match value.chars().next() {
        Some('"') if is_masked(value.trim_matches('"')) => value.to_owned(),
        Some('[') => "[]".to_owned(),
        Some('{') => "{}".to_owned(),
        Some('"') => "\"\"".to_owned(),
        _ if matches!(value.trim(), "true" | "false" | "null" | "") => value.to_owned(),
        _ => "\"\"".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use serde_json::json;

    use super::*;
    use crate::registry::consul::registration::Kept;
    use crate::registry::{CheckKind, Health};
    use crate::secret::Secret;

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
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
        typed.meta.push(pair("routing_key", "hush"));
        typed.checks[0].headers.push(pair("Authorization", "Bearer hush"));
        typed.checks[0].other.0["Odd"]["Secret"] = json!("hush");
        typed.checks[0].url = "http://me:hush@h/".to_owned();
        let draft = RegisterDraft { forms: vec![open.clone(), typed], at: 1, ..RegisterDraft::default() };
        let text = draft.kept_text().unwrap();
        assert!(!text.contains("hush"), "{text}");
        let back = RegisterDraft::from_kept(&text).unwrap();
        assert_eq!((back.at, back.forms.len()), (1, 2));
        assert_eq!(back.forms[0], open);
        // The rows are there, and say what has to be typed again.
        let with = &back.forms[1];
        assert_eq!(with.meta[1], pair("routing_key", ""));
        assert_eq!(with.checks[0].headers[1], pair("Authorization", ""));
        assert_eq!((&with.typed_again, &with.not_kept), (&texts(&["routing_key"]), &texts(&["Token"])));
        assert_eq!(with.checks[0].typed_again, texts(&["Authorization"]));
        assert_eq!(with.checks[0].not_kept, texts(&["Odd.Secret"]));
        assert!(with.checks[0].lacks("HTTP") && with.checks[0].url.is_empty());
        // A second way through a file changes nothing more.
        assert_eq!(RegisterDraft::from_kept(&back.kept_text().unwrap()), Some(back));
        assert_eq!(RegisterDraft::from_kept(r#"{"forms": [{"name": "User"}]}"#).unwrap().title(), "User");
        assert_eq!(RegisterDraft::from_kept("["), None);
        assert_eq!(RegisterDraft::from_kept("{}"), None);
    }

    #[test]
    fn what_is_missing_is_a_fault_until_it_is_typed() {
        let mut form = RegisterForm {
            name: "User".to_owned(),
            port: "1".to_owned(),
            meta: vec![pair("api-token", "")],
            typed_again: texts(&["api-token"]),
            checks: vec![CheckForm {
                headers: vec![pair("Authorization", "")],
                typed_again: texts(&["Authorization"]),
                fields_again: texts(&["HTTP", "Body"]),
                ..CheckForm::new(CheckKind::Http)
            }],
            ..RegisterForm::default()
        };
        let said = |form: &RegisterForm| {
            let (_, faults) = form.registration();
            faults.iter().map(|fault| (fault.place.to_string(), fault.is_fatal())).collect::<Vec<_>>()
        };
        let place = |text: &str, is_fatal: bool| (text.to_owned(), is_fatal);
        let all = [
            place("Meta", true),
            place("Checks[0].Header", true),
            place("Checks[0].HTTP", true),
            place("Checks[0].Body", false),
        ];
        assert_eq!(said(&form), all);
        form.meta[0].1 = "t".to_owned();
        form.checks[0].headers.clear();
        form.checks[0].url = "http://h/".to_owned();
        form.checks[0].body = "b".to_owned();
        assert_eq!(said(&form), []);
    }

    #[test]
    fn secrets_are_seen_in_lines() {
        let check = |text: &str, expect: bool| assert_eq!(holds_secret(text), expect, "{text}");
        check("http://127.0.0.1:8080/health", false);
        check("http://token.example.com:80/health?verbose=true", false);
        check("http://h/?token=hush&x=1", true);
        check("http://h/?x=1&access_token=hush", true);
        check("http://me:hush@h/", true);
        check("/usr/local/bin/check-tokens --quiet", false);
        check("curl -H \"Authorization: Bearer hush\" http://h", true);
        check("sh -c 'curl -H \"Authorization: hush\" h'", true);
        check("check --password hush", true);
        check("check --password=hush", true);
        check("curl -u me:hush http://h", true);
        check("mysql -u root", false);
        check("{\"user\": \"me\", \"password\": \"hush\"}", true);
        check("{\"password\": \"\"}", false);
        check("user=me&secret=hush", true);
    }

    #[test]
    fn broken_json_is_kept_without_secrets() {
        let check = |text: &str, expect: &str| assert_eq!(without_secret_texts(text), expect, "{text}");
        check(r#"{"Name": "a", "Prot": 1"#, r#"{"Name": "a", "Prot": 1"#);
        check(r#"{"Token": "hush", "Port": x}"#, r#"{"Token": "", "Port": x}"#);
        check(r#"{"Token": "••••••", "Port": x}"#, r#"{"Token": "••••••", "Port": x}"#);
        check(r#"{"Token" : "hu\"sh""#, r#"{"Token" : """#);
        check(r#"{"Token": "hush"#, r#"{"Token": """#);
        check("{\"Token\": hush\n}", "{\"Token\": \"\"\n}");
        check(r#"{"Header": {"Authorization": ["hush", "h"]}, 1"#, r#"{"Header": {"Authorization": []}, 1"#);
        check(r#"{"my-secrets": {"a": "}hush"}, "b": "c""#, r#"{"my-secrets": {}, "b": "c""#);
        check(r#"{"服务": "中", "password": true, "x"}"#, r#"{"服务": "中", "password": true, "x"}"#);
        check("\"", "\"");
    }

    proptest::proptest! {
        #[test]
        fn any_text(text in r#"[{}\[\]",:\\ a-z中•"Token]{0,120}"#) {
            without_secret_texts(&text);
            holds_secret(&text);
        }
    }
}
