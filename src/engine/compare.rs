//! Two texts of one request to many: line by line, without what the person leaves out; of schemas only what differs.
//! And all answers as one JSON text. Pure, for a thread that may block: texts have megabytes.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::{SchemaChange, TextLines, key_of, schema_changes};
use crate::call::Code;
use crate::message::{DiffKind, StepName, TextDiff};
use crate::registry::WireSchema;

/// Lines around a difference of schemas that are shown with it.
const AROUND: usize = 3;

/// What is to be compared.
#[derive(Clone, Debug)]
pub enum CompareWhat {
    /// JSON of two answers.
    Answers {
        /// What goes.
        left: Arc<TextLines>,
        /// What comes.
        right: Arc<TextLines>,
        /// Members whose values are left out, by their paths from the message: `items.at`. Lists have no part of it.
        without: Vec<String>,
    },
    /// Two schemas.
    Schemas(Arc<WireSchema>, Arc<WireSchema>),
}

/// Two texts beside each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Line by line.
    pub diff: TextDiff,
    /// The same in one column; of schemas only what differs, with a few lines around it.
    pub column: Vec<ColumnLine>,
    /// Rows that differ.
    pub differing: usize,
    /// Of two schemas what changed, by definition.
    pub changes: Vec<SchemaChange>,
}

/// One line of two texts in one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnLine {
    /// Both have it: its number in the right text, from 0.
    Both(usize),
    /// Only the left text has it: it goes.
    Left(usize),
    /// Only the right text has it: it comes.
    Right(usize),
    /// Here lines that both have are left out.
    Gap,
}

impl Compared {
    /// Does what is asked.
    pub fn new(what: &CompareWhat) -> Self {
        match what {
            CompareWhat::Answers { left, right, without } => {
                let diff = TextDiff::new(without_paths(left, without), without_paths(right, without), true);
                let column = column(&diff, std::iter::once(0..diff.rows.len()));
                Self { differing: diff.differing(), column, changes: Vec::new(), diff }
            }
            CompareWhat::Schemas(left, right) => {
                let diff = TextDiff::new(left.text.clone(), right.text.clone(), false);
                let column = column(&diff, hunks(&diff).into_iter());
                let changes = schema_changes(&left.text, &right.text);
                Self { differing: diff.differing(), column, changes, diff }
            }
        }
    }
}

/// These rows in one column: of each run of differences first all that goes, then all that comes.
fn column(diff: &TextDiff, parts: impl Iterator<Item = Range<usize>>) -> Vec<ColumnLine> {
    let mut lines = Vec::new();
    for part in parts {
        if !lines.is_empty() {
            lines.push(ColumnLine::Gap);
        }
        let rows = diff.rows.get(part).unwrap_or_default();
        for run in rows.chunk_by(|one, next| (one.kind == DiffKind::Same) == (next.kind == DiffKind::Same)) {
            if run.first().is_some_and(|row| row.kind == DiffKind::Same) {
                lines.extend(run.iter().filter_map(|row| row.right).map(ColumnLine::Both));
                continue;
            }
            lines.extend(run.iter().filter_map(|row| row.left).map(ColumnLine::Left));
            lines.extend(run.iter().filter_map(|row| row.right).map(ColumnLine::Right));
        }
    }
    lines
}

/// Runs of rows that differ, with the lines around them.
fn hunks(diff: &TextDiff) -> Vec<Range<usize>> {
    let mut hunks: Vec<Range<usize>> = Vec::new();
    for (index, _) in diff.rows.iter().enumerate().filter(|(_, row)| row.kind != DiffKind::Same) {
        let (from, to) = (index.saturating_sub(AROUND), (index + AROUND + 1).min(diff.rows.len()));
        match hunks.last_mut() {
            Some(last) if from <= last.end => last.end = to,
            _ => hunks.push(from..to),
        }
    }
    hunks
}

/// The text without the members at these paths; what stays keeps its order and its lines.
fn without_paths(text: &TextLines, paths: &[String]) -> String {
    let wanted: Vec<Vec<&str>> = paths.iter().map(|path| path.split('.').collect()).collect();
    if wanted.is_empty() {
        return text.text().to_owned();
    }
    let is_meant = |line: usize| {
        let Some(key) = key_of(text.line(line)) else { return false };
        // The way from the message to here is worked out only where its last part fits.
        if !wanted.iter().any(|path| path.last() == Some(&key.as_str())) {
            return false;
        }
        let steps = text.steps(line);
        let keys: Vec<&str> = steps
            .iter()
            .filter_map(|step| match &step.name {
                StepName::Key(key) => Some(key.as_str()),
                StepName::Index(_) => None,
            })
            .collect();
        wanted.contains(&keys)
    };
    let mut out = String::with_capacity(text.text().len());
    let mut line = 0;
    while line < text.len() {
        if is_meant(line) {
            let fold = text.fold_at(line).and_then(|fold| text.folds().get(fold));
            line = fold.map_or(line, |fold| fold.close as usize) + 1;
            continue;
        }
        out.push_str(text.line(line));
        out.push('\n');
        line += 1;
    }
    out.pop();
    out
}

/// One instance's answer, to be copied.
#[derive(Clone, Debug)]
pub struct AnswerCopy {
    /// Its id.
    pub instance: String,
    /// `host:port`
    pub address: String,
    /// How its call ended, once it did: code and message.
    pub status: Option<(Code, String)>,
    /// How long it took.
    pub took: Option<Duration>,
    /// The hash of the schema that it serves.
    pub schema: Option<String>,
    /// What it answered, where that could be read.
    pub text: Option<Arc<TextLines>>,
    /// The answer has more than was read.
    pub is_cut: bool,
}

/// All answers as one JSON text, with each answer as it stands: of several messages a list of them.
pub fn answers_json(rows: &[AnswerCopy]) -> String {
    let mut out = String::from("[");
    for (index, row) in rows.iter().enumerate() {
        let string = |text: &str| serde_json::Value::from(text).to_string();
        let mut members = vec![("instance", string(&row.instance)), ("address", string(&row.address))];
        if let Some((code, message)) = &row.status {
            members.push(("status", string(&code.name())));
            if !message.is_empty() {
                members.push(("message", string(message)));
            }
        }
        if let Some(took) = row.took {
            members.push(("ms", serde_json::Value::from(took.as_secs_f64() * 1000.0).to_string()));
        }
        if let Some(schema) = &row.schema {
            members.push(("schema", string(schema)));
        }
        if row.is_cut {
            members.push(("cut", "true".to_owned()));
        }
        if let Some(text) = &row.text {
            members.push(("answer", answer_json(text.text())));
        }
        out.push_str(if index == 0 { "\n  {" } else { ",\n  {" });
        for (at, (name, value)) in members.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            // A text of several lines stands as deep as its name.
            let value = value.replace('\n', "\n    ");
            for part in [comma, "\n    \"", name, "\": ", &value] {
                out.push_str(part);
            }
        }
        out.push_str("\n  }");
    }
    out.push_str(if rows.is_empty() { "]" } else { "\n]" });
    out
}

/// An answer's own JSON, its numbers and order as they are; several values one after the other become a list.
fn answer_json(text: &str) -> String {
    let values: Result<Vec<Box<serde_json::value::RawValue>>, _> =
        serde_json::Deserializer::from_str(text).into_iter().collect();
    match values.as_deref() {
        Ok([one]) => one.get().to_owned(),
        Ok(several) => {
            let texts: Vec<&str> = several.iter().map(|value| value.get()).collect();
            format!("[{}]", texts.join(", "))
        }
        Err(_) => serde_json::Value::from(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::format_collect,
        reason = "tests may end by panicking, and their texts are short"
    )]

    use super::ColumnLine::{Both, Gap, Left, Right};
    use super::*;

    fn lines(text: &str) -> Arc<TextLines> {
        Arc::new(TextLines::json(text.to_owned()))
    }

    #[test]
    fn members_are_left_out_by_their_paths() {
        let text = "{\n  \"z\": 1,\n  \"items\": [\n    {\n      \"at\": 2,\n      \"n\": {\n        \"at\": 3\n      }\n    }\n  ],\n  \"at\": [4, 5],\n  \"last\": true\n}";
        let check = |paths: &[&str], expect: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            let left = without_paths(&lines(text), &paths);
            let gone: Vec<&str> =
                text.lines().filter(|line| !left.lines().any(|kept| kept == *line)).map(str::trim).collect();
            assert_eq!(gone, expect, "{paths:?}");
        };
        check(&[], &[]);
        check(&["at"], &["\"at\": [4, 5],"]);
        check(&["items.at", "z"], &["\"z\": 1,", "\"at\": 2,"]);
        check(&["items.n.at"], &["\"at\": 3"]);
        check(&["n", "items.at.n", "nothing", ""], &[]);
        let whole = without_paths(&lines(text), &["items".to_owned()]);
        assert_eq!(whole, "{\n  \"z\": 1,\n  \"at\": [4, 5],\n  \"last\": true\n}", "order and lines stay");
        let two = format!("{text}\n{text}");
        let found = without_paths(&lines(&two), &["items".to_owned()]);
        assert_eq!(found, format!("{whole}\n{whole}"), "each message of several");
    }

    #[test]
    fn what_is_left_out_is_no_difference() {
        let (left, right) = (lines("{\n  \"id\": 1,\n  \"n\": 2\n}"), lines("{\n  \"id\": 5,\n  \"n\": 2\n}"));
        let compared = |without: &[&str]| {
            let without = without.iter().map(|path| (*path).to_owned()).collect();
            Compared::new(&CompareWhat::Answers { left: Arc::clone(&left), right: Arc::clone(&right), without })
        };
        assert_eq!(compared(&[]).differing, 1);
        assert_eq!(compared(&["id"]).differing, 0);
        assert_eq!(compared(&[]).column, [Both(0), Left(1), Right(1), Both(2), Both(3)]);
    }

    #[test]
    fn of_schemas_only_what_differs_is_shown_with_a_few_lines_around() {
        let text: String = (0..40).map(|line| format!("line {line}\n")).collect();
        let schema = |text: &str| Arc::new(WireSchema { hash: String::new(), text: text.to_owned() });
        let right = text.replace("line 20\n", "line 20\nnew\n").replace("line 35\n", "");
        let compared = Compared::new(&CompareWhat::Schemas(schema(&text), schema(&right)));
        assert_eq!(compared.differing, 2);
        let first = [Both(18), Both(19), Both(20), Right(21), Both(22), Both(23), Both(24), Gap];
        let second = [Both(33), Both(34), Both(35), Left(35), Both(36), Both(37), Both(38)];
        assert_eq!(compared.column, [first.as_slice(), second.as_slice()].concat());
    }

    #[test]
    fn answers_are_copied_as_they_are() {
        let row = |text: &str, is_cut: bool| AnswerCopy {
            instance: "a \"b\"".to_owned(),
            address: "h:1".to_owned(),
            status: Some((Code::OK, String::new())),
            took: Some(Duration::from_millis(2)),
            schema: None,
            text: Some(lines(text)),
            is_cut,
        };
        let copied =
            answers_json(&[row("{\n  \"z\": 1.0,\n  \"a\": 18446744073709551615\n}", false), row("1\n2", true)]);
        assert!(copied.contains("{\n      \"z\": 1.0,\n      \"a\": 18446744073709551615\n    }"), "{copied}");
        let read: serde_json::Value = serde_json::from_str(&copied).expect("JSON");
        assert_eq!(read[0]["instance"], "a \"b\"");
        assert_eq!(read[1]["answer"], serde_json::json!([1, 2]));
        assert_eq!((read[0].get("cut"), read[1]["cut"].as_bool()), (None, Some(true)));
        assert_eq!(answers_json(&[]), "[]");
    }
}
