//! Two texts compared, as data for a screen: lines with their numbers and signs, and what changed between two schemas.

use std::collections::BTreeMap;

use similar::{ChangeTag, TextDiff};

/// Texts with more lines than that are compared only for being equal: the work grows with their product.
const MOST_LINES: usize = 20_000;

/// Which side a line stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffSign {
    /// At both.
    Same,
    /// At the left only: `-`.
    Left,
    /// At the right only: `+`.
    Right,
}

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// Which side it stands at.
    pub sign: DiffSign,
    /// Its number at the left, from 1.
    pub left: Option<usize>,
    /// Its number at the right, from 1.
    pub right: Option<usize>,
    /// Its text, without the end of the line.
    pub text: String,
}

/// A comparison of two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextComparison {
    /// In order; a change is what goes, then what comes.
    pub lines: Vec<DiffLine>,
    /// Lines at the left that are not at the right, and the other way round: the larger number of both sides' of each
    /// change, summed. Zero where the texts are equal.
    pub differing: usize,
    /// The texts are too long to be compared line by line; all lines are here as if nothing were the same.
    pub whole: bool,
}

/// Compares line by line.
pub fn compare_texts(left: &str, right: &str) -> TextComparison {
    let counts = (left.lines().count(), right.lines().count());
    if left != right && counts.0.max(counts.1) > MOST_LINES {
        let line = |sign, (number, text): (usize, &str)| DiffLine {
            sign,
            left: (sign == DiffSign::Left).then_some(number + 1),
            right: (sign == DiffSign::Right).then_some(number + 1),
            text: text.to_owned(),
        };
        let lines = left.lines().enumerate().map(|found| line(DiffSign::Left, found));
        let lines = lines.chain(right.lines().enumerate().map(|found| line(DiffSign::Right, found))).collect();
        return TextComparison { lines, differing: counts.0.max(counts.1), whole: true };
    }
    let mut comparison = TextComparison::default();
    let diff = TextDiff::from_lines(left, right);
    let (mut gone, mut come) = (0_usize, 0_usize);
    for change in diff.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Equal => DiffSign::Same,
            ChangeTag::Delete => DiffSign::Left,
            ChangeTag::Insert => DiffSign::Right,
        };
        match sign {
            DiffSign::Left => gone += 1,
            DiffSign::Right => come += 1,
            DiffSign::Same => {
                comparison.differing += gone.max(come);
                (gone, come) = (0, 0);
            }
        }
        comparison.lines.push(DiffLine {
            sign,
            left: change.old_index().map(|index| index + 1),
            right: change.new_index().map(|index| index + 1),
            text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
        });
    }
    comparison.differing += gone.max(come);
    comparison
}

impl TextComparison {
    /// Only the changes with so many equal lines around them, in pieces.
    pub fn hunks(&self, around: usize) -> Vec<&[DiffLine]> {
        let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            if line.sign == DiffSign::Same {
                continue;
            }
            let range = index.saturating_sub(around)..(index + around + 1).min(self.lines.len());
            match ranges.last_mut() {
                Some(last) if last.end >= range.start => last.end = range.end,
                _ => ranges.push(range),
            }
        }
        ranges.into_iter().filter_map(|range| self.lines.get(range)).collect()
    }
}

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

    fn signs(comparison: &TextComparison) -> String {
        let line = |line: &DiffLine| {
            let sign = match line.sign {
                DiffSign::Same => ' ',
                DiffSign::Left => '-',
                DiffSign::Right => '+',
            };
            format!("{sign}{}", line.text)
        };
        comparison.lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn lines_side_by_side() {
        let left = "{\n  \"result\": \"Welcome\"\n}";
        let right = "{\n  \"result\": \"Welcome back\",\n  \"zone\": \"cn-east-1\"\n}";
        let found = compare_texts(left, right);
        let expect = " {\n-  \"result\": \"Welcome\"\n+  \"result\": \"Welcome back\",\n+  \"zone\": \"cn-east-1\"\n }";
        assert_eq!(signs(&found), expect);
        assert_eq!(found.differing, 2);
        assert_eq!((found.lines[4].left, found.lines[4].right), (Some(3), Some(4)));
        assert_eq!(compare_texts(left, left).differing, 0);
        assert_eq!(compare_texts("", "").lines, []);
        let crlf = compare_texts("a\r\nb\r\n", "a\r\nc\r\n");
        assert_eq!(signs(&crlf), " a\n-b\n+c");
    }

    #[test]
    fn only_what_is_around_a_change() {
        let numbers: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let left = numbers.join("\n") + "\n";
        let right = left.replace("\n40\n", "\nforty\n").replace("\n43\n", "\n").replace("\n90\n", "\n90\nnew\n");
        let found = compare_texts(&left, &right);
        let hunks: Vec<usize> = found.hunks(2).iter().map(|hunk| hunk.len()).collect();
        assert_eq!(hunks, [9, 5]);
        let huge = "x\n".repeat(MOST_LINES + 1);
        assert!(compare_texts(&huge, "x\n").whole);
        assert!(!compare_texts(&huge, &huge).whole);
    }

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
