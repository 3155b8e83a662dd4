//! What is different between two schemas, as data.

use std::collections::BTreeMap;

/// What is different in one definition of two schemas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaChange {
    /// `message`, `enum` or `service`.
    pub kind: String,
    /// Its full name.
    pub name: String,
    /// The left has no such definition.
    pub is_new: bool,
    /// The right has none.
    pub is_gone: bool,
    /// Lines (`string zone = 2`) that only the right has.
    pub added: Vec<String>,
    /// Lines that only the left has.
    pub removed: Vec<String>,
}

/// What is different between two canonical schemas ([`crate::schema::canonical_schema`]), by definition.
pub fn schema_changes(left: &str, right: &str) -> Vec<SchemaChange> {
    let (left, right) = (definitions(left), definitions(right));
    let mut changes = Vec::new();
    for (key, old) in &left {
        let mut change = SchemaChange { kind: key.1.to_owned(), name: key.0.to_owned(), ..SchemaChange::default() };
        let Some(new) = right.get(key) else {
            change.is_gone = true;
            changes.push(change);
            continue;
        };
        let only = |one: &[&str], other: &[&str]| -> Vec<String> {
            one.iter().filter(|line| !other.contains(line)).map(|line| (*line).to_owned()).collect()
        };
        (change.added, change.removed) = (only(new, old), only(old, new));
        if !(change.added.is_empty() && change.removed.is_empty()) {
            changes.push(change);
        }
    }
    for key in right.keys().filter(|key| !left.contains_key(*key)) {
        let (name, kind) = (key.0.to_owned(), key.1.to_owned());
        changes.push(SchemaChange { kind, name, is_new: true, ..SchemaChange::default() });
    }
    changes
}

/// Lines by name and kind of the definition that they stand in.
fn definitions(text: &str) -> BTreeMap<(&str, &str), Vec<&str>> {
    let mut all: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        if !line.starts_with([' ', '}']) {
            let head = line.trim_end_matches(" {").split_once(' ');
            current = head.map(|(kind, name)| (name, kind));
            if let Some(key) = current {
                all.entry(key).or_default();
            }
        } else if let Some(lines) = current.and_then(|key| all.get_mut(&key)) {
            let line = line.trim().trim_end_matches(';');
            if !(line == "}" || line.is_empty()) {
                lines.push(line);
            }
        }
    }
    all
}

/// One sentence in English: `Out has one field more, string zone = 2`.
impl std::fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short = self.name.rsplit('.').next().unwrap_or(&self.name);
        let what = match self.kind.as_str() {
            "enum" => "value",
            "service" => "method",
            _ => "field",
        };
        let parts = |count: usize| if count == 1 { format!("one {what}") } else { format!("{count} {what}s") };
        match (self.is_new, self.is_gone, self.added.as_slice(), self.removed.as_slice()) {
            (true, ..) => write!(f, "{} {short} is new", self.kind),
            (_, true, ..) => write!(f, "{} {short} is gone", self.kind),
            (_, _, added, []) => write!(f, "{short} has {} more, {}", parts(added.len()), added.join(", ")),
            (_, _, [], removed) => write!(f, "{short} has {} less, {}", parts(removed.len()), removed.join(", ")),
            (_, _, added, removed) => {
                write!(f, "{short} has {} instead of {}", added.join(", "), removed.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_by_definition() {
        let left = "service pb.Hello {\n  rpc Welcome(In) returns (Out);\n}\n\nmessage pb.In {\n  string name = 1;\n}\n\nmessage pb.Out {\n  string result = 1;\n}\n\nenum pb.Old {\n  A = 0;\n}\n";
        let right = "service pb.Hello {\n  rpc Bye(In) returns (Out);\n  rpc Welcome(In) returns (Out);\n}\n\nmessage pb.In {\n  bytes name = 1;\n}\n\nmessage pb.New {\n}\n\nmessage pb.Out {\n  string result = 1;\n  string zone = 2;\n}\n";
        let found: Vec<String> = schema_changes(left, right).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "Hello has one method more, rpc Bye(In) returns (Out)",
                "In has bytes name = 1 instead of string name = 1",
                "enum Old is gone",
                "Out has one field more, string zone = 2",
                "message New is new",
            ]
        );
        assert_eq!(schema_changes(left, left), []);
    }
}
