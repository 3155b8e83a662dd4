//! Rows of metadata out of pasted text: `key: value` lines, curl's and grpcurl's `-H`, a JSON object, columns of a table.

use super::shell;

/// Keys and values, in order; what is no row is left out.
pub fn pasted_rows(text: &str) -> Vec<(String, String)> {
    let text = text.trim();
    if let Some(rows) = of_json(text) {
        return rows;
    }
    if text.contains("-H") || text.contains("-header") || text.starts_with("curl ") {
        let rows = of_flags(text);
        if !rows.is_empty() {
            return rows;
        }
    }
    text.lines().filter_map(of_line).collect()
}

/// `{"token": "101010", "x-retry": 3}`; also a list of such objects, or of pairs.
fn of_json(text: &str) -> Option<Vec<(String, String)>> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let mut rows = Vec::new();
    collect(&value, &mut rows);
    (!rows.is_empty()).then_some(rows)
}

fn collect(value: &serde_json::Value, rows: &mut Vec<(String, String)>) {
    use serde_json::Value;
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    };
    match value {
        Value::Object(map) => {
            // Of a list of rows, as tools write them: {"key": "token", "value": "101010"}.
            let named = ["key", "name"].into_iter().find_map(|name| map.get(name)).and_then(Value::as_str);
            if let (Some(key), Some(value)) = (named, map.get("value").and_then(plain)) {
                rows.push((key.to_owned(), value));
                return;
            }
            for (key, value) in map {
                match value {
                    // A key may repeat.
                    Value::Array(items) => {
                        rows.extend(items.iter().filter_map(plain).map(|value| (key.clone(), value)));
                    }
                    value => rows.extend(plain(value).map(|value| (key.clone(), value))),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                match item.as_array().map(Vec::as_slice) {
                    Some([Value::String(key), value]) => rows.extend(plain(value).map(|value| (key.clone(), value))),
                    _ => collect(item, rows),
                }
            }
        }
        _ => {}
    }
}

/// The headers among the words of a command line.
fn of_flags(text: &str) -> Vec<(String, String)> {
    let words = shell::words(text).words;
    let mut rows = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let flag = ["-H", "--header", "--rpc-header", "-rpc-header", "--reflect-header", "-reflect-header", "-header"];
        if flag.contains(&word.as_str()) {
            rows.extend(words.next().as_deref().and_then(of_line));
        } else if let Some(line) = word.strip_prefix("--header=").or_else(|| word.strip_prefix("-H")) {
            rows.extend(of_line(line));
        }
    }
    rows
}

/// One line: `key: value`, `key<tab>value`, `key=value`.
pub(super) fn of_line(line: &str) -> Option<(String, String)> {
    let line = line.trim().trim_end_matches('\\').trim_end();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    // A pseudo-header's colon is a part of its name.
    let skipped = usize::from(line.starts_with(':'));
    let rest = line.get(skipped..)?;
    let at = rest.find('\t').or_else(|| rest.find(':')).or_else(|| rest.find('=')).map(|at| at + skipped)?;
    let key = line.get(..at)?.trim();
    let value = line.get(at..)?.trim_start_matches(['\t', ':', '=']).trim();
    let is_key = |letter: char| letter.is_ascii_graphic() && letter != '{' && letter != '"';
    (!key.is_empty() && key.chars().all(is_key)).then(|| (key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::pasted_rows;

    #[test]
    fn rows_of_every_form() {
        for (text, expect) in [
            ("token: 101010", vec![("token", "101010")]),
            ("token: 1\r\nx-a:2\n\n# no\nx-b : a:b ", vec![("token", "1"), ("x-a", "2"), ("x-b", "a:b")]),
            ("x-a\t1\nx-b\t2:3", vec![("x-a", "1"), ("x-b", "2:3")]),
            ("x-a=1", vec![("x-a", "1")]),
            (r#"{"token": "1", "n": 2, "l": ["a", "b"]}"#, vec![("l", "a"), ("l", "b"), ("n", "2"), ("token", "1")]),
            (r#"[{"key": "a", "value": "1"}, ["b", "2"]]"#, vec![("a", "1"), ("b", "2")]),
            (
                "curl -H 'authorization: Bearer x y' \\\n  --header=\"b: 2\" -X POST http://a",
                vec![("authorization", "Bearer x y"), ("b", "2")],
            ),
            ("-H 'a: it'\\''s' -rpc-header 'b: 2'", vec![("a", "it's"), ("b", "2")]),
            (":authority: x", vec![(":authority", "x")]),
            ("no row", vec![]),
            ("{\"broken\"", vec![]),
            ("", vec![]),
        ] {
            let rows = pasted_rows(text);
            let mut rows: Vec<(&str, &str)> = rows.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            if text.starts_with('{') {
                rows.sort_unstable();
            }
            assert_eq!(rows, expect, "{text}");
        }
    }
}
