//! What of a JSON text can be folded, and where in the value a line stands. Looks at the ends of lines only, so 20 MB
//! cost some milliseconds; paths are worked out for one line when they are asked for, and none is kept.

use std::ops::Range;

use super::TextLines;
use crate::message::{PathStep, StepName};

/// No fold around.
const NONE: u32 = u32::MAX;
/// A key or value of this many bytes at most is read to name a step.
const LONGEST_KEY: usize = 64 << 10;

/// A pair of brackets over several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// The line with the opening bracket, from 0.
    pub open: u32,
    /// The line with the closing one; the same as `open` where there is none, and nothing folds.
    pub close: u32,
    /// How many members or elements it has.
    pub items: u32,
    /// Which member or element it is of what is around it, from 0.
    pub index: u32,
    /// Place in the list of folds of what is around it.
    around: u32,
}

/// The folds of the lines of a JSON text.
pub(super) fn folds_of<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<Fold> {
    let mut folds: Vec<Fold> = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    for (number, line) in (0_u32..).zip(lines) {
        let bytes = line.as_bytes();
        let mut start = 0;
        while let Some(byte) = bytes.get(start).filter(|byte| b" \t}],".contains(byte)) {
            if matches!(byte, b'}' | b']')
                && let Some(fold) = open.pop().and_then(|closed| folds.get_mut(closed as usize))
            {
                fold.close = number;
            }
            start += 1;
        }
        if start == bytes.len() {
            continue;
        }
        let mut index = 0;
        let mut around = open.last().copied();
        if let Some(fold) = around.and_then(|around| folds.get_mut(around as usize)) {
            index = fold.items;
            fold.items += 1;
        }
        let mut end = bytes.len();
        while end > start && b" \t\r{[".contains(&bytes[end - 1]) {
            end -= 1;
        }
        for _ in bytes[end..].iter().filter(|byte| matches!(byte, b'{' | b'[')) {
            let Ok(own) = u32::try_from(folds.len()) else { return folds };
            folds.push(Fold { open: number, close: number, items: 0, index, around: around.unwrap_or(NONE) });
            if around.is_some_and(|around| folds[around as usize].open == number) {
                // The second bracket of a line is the first thing in the one before it.
                folds[own as usize - 1].items = 1;
            }
            open.push(own);
            around = Some(own);
            index = 0;
        }
    }
    folds.shrink_to_fit();
    folds
}

impl TextLines {
    /// The outermost fold that opens on a line.
    pub fn fold_at(&self, line: usize) -> Option<usize> {
        let first = self.folds().partition_point(|fold| (fold.open as usize) < line);
        let mut here = self.folds()[first..].iter().take_while(|fold| fold.open as usize == line);
        here.position(|fold| fold.close > fold.open).map(|nth| first + nth)
    }

    /// The fold that is nearest around a line: it opens before it and closes on it or behind it.
    pub fn fold_around(&self, line: usize) -> Option<usize> {
        let mut index = self.folds().partition_point(|fold| (fold.open as usize) < line).checked_sub(1)?;
        loop {
            let fold = self.folds().get(index)?;
            if fold.close as usize >= line {
                return Some(index);
            }
            index = self.outer(fold)?;
        }
    }

    fn outer(&self, fold: &Fold) -> Option<usize> {
        usize::try_from(fold.around).ok().filter(|index| *index < self.folds().len())
    }

    /// The line that begins the value of a line: a closing bracket belongs to its opening one.
    pub fn value_line(&self, line: usize) -> usize {
        match self.fold_around(line).and_then(|index| self.folds().get(index)) {
            Some(fold) if fold.close as usize == line && self.line(line).trim_start().starts_with(['}', ']']) => {
                fold.open as usize
            }
            _ => line,
        }
    }

    /// The way from the whole value to what stands on a line; empty for the whole.
    pub fn steps(&self, line: usize) -> Vec<PathStep> {
        let line = self.value_line(line);
        let (mut name, mut around) = if let Some(own) = self.fold_at(line) {
            (self.name_of(own), self.outer(&self.folds()[own]))
        } else {
            let around = self.fold_around(line);
            let element = || StepName::Index(around.map_or(0, |list| self.element(list, line)));
            (key_of(self.line(line)).map_or_else(element, StepName::Key), around)
        };
        let mut steps = Vec::new();
        while let Some(index) = around {
            let fold = self.folds()[index];
            steps.push(PathStep { name, any_type: self.any_type(&fold) });
            name = self.name_of(index);
            around = self.outer(&fold);
        }
        steps.reverse();
        steps
    }

    /// How a bracket is named in what is around it.
    fn name_of(&self, index: usize) -> StepName {
        let fold = self.folds()[index];
        // The second bracket of a line is an element of the first one.
        let is_second = self.outer(&fold).is_some_and(|outer| self.folds()[outer].open == fold.open);
        let key = if is_second { None } else { key_of(self.line(fold.open as usize)) };
        key.map_or(StepName::Index(fold.index), StepName::Key)
    }

    /// Which element of a list stands on a line.
    fn element(&self, list: usize, line: usize) -> u32 {
        let first = self.folds()[list].open as usize + 1;
        let count = |from: usize| u32::try_from(line.saturating_sub(from)).unwrap_or(u32::MAX);
        // What folds knows its number; from the nearest one before it is counted by lines.
        let mut before = self.folds().partition_point(|fold| (fold.open as usize) <= line).checked_sub(1);
        while let Some(index) = before.filter(|index| *index > list) {
            let fold = self.folds()[index];
            if self.outer(&fold) == Some(list) {
                return fold.index.saturating_add(if fold.open as usize == line {
                    0
                } else {
                    count(fold.close as usize)
                });
            }
            before = self.outer(&fold);
        }
        count(first)
    }

    fn any_type(&self, fold: &Fold) -> Option<String> {
        let first = self.line(fold.open as usize + 1);
        (key_of(first)? == "@type").then(|| string(first.get(value_in(first))?))?
    }

    /// The bytes of the value that begins on a line or, on a line that closes one, of that: without key and comma.
    pub fn value_range(&self, line: usize) -> Range<usize> {
        let line = self.value_line(line);
        let own = value_in(self.line(line));
        let start = self.start(line) + own.start;
        match self.fold_at(line).map(|index| self.folds()[index].close as usize) {
            Some(close) => start..self.start(close) + self.line(close).trim_end_matches([',', ' ', '\t', '\r']).len(),
            None => start..self.start(line) + own.end,
        }
    }

    /// What the value on a line says: a string without quotes and escapes, other scalars as they are written, objects
    /// and lists as JSON that begins at the left.
    pub fn value_text(&self, line: usize) -> String {
        let line = self.value_line(line);
        let value = self.text().get(self.value_range(line)).unwrap_or_default();
        if self.fold_at(line).is_none() {
            return string(value).unwrap_or_else(|| value.to_owned());
        }
        let margin = indent(self.line(line));
        let mut out = String::with_capacity(value.len());
        for (number, part) in value.split('\n').enumerate() {
            if number > 0 {
                out.push('\n');
            }
            let cut = if number > 0 { margin.min(indent(part)) } else { 0 };
            out.push_str(&part[cut..]);
        }
        out
    }
}

/// Blanks before a line, in bytes.
fn indent(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The key of a member's line, without quotes and escapes.
pub fn key_of(line: &str) -> Option<String> {
    let line = line.trim_start();
    let end = string_end(line)?;
    line.get(end..)?.trim_start().starts_with(':').then_some(())?;
    string(line.get(..end)?)
}

/// Where the value is in a line, without key and comma.
pub fn value_in(line: &str) -> Range<usize> {
    let mut start = indent(line);
    let key_end = line.get(start..).and_then(string_end).map(|end| start + end);
    if let Some(end) = key_end {
        let rest = line.get(end..).unwrap_or_default();
        if let Some(value) = rest.trim_start().strip_prefix(':') {
            start = line.len() - value.trim_start().len();
        }
    }
    let value = line.get(start..).unwrap_or_default().trim_end();
    start..start + value.strip_suffix(',').unwrap_or(value).len()
}

/// The byte behind the closing quote of a string that begins a line.
fn string_end(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..)?) {
        at += found;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
    None
}

/// What a JSON string says; `None` if it is none.
fn string(text: &str) -> Option<String> {
    let is_one = text.len() >= 2 && text.starts_with('"') && string_end(text) == Some(text.len());
    if !is_one {
        return None;
    }
    let inner = &text[1..text.len() - 1];
    if inner.len() > LONGEST_KEY && memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(inner.to_owned());
    }
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = r#"{
  "uid": 7,
  "name": "a \"b\" {",
  "empty": [],
  "child": [
    {
      "uid": 8
    },
    {
      "deep": {
        "x": "1"
      }
    }
  ],
  "list": [
    1,
    [
      2,
      3
    ],
    4,
    5
  ],
  "any": {
    "@type": "type.googleapis.com/shop.v1.Order",
    "id": "o"
  }
}"#;

    fn path(code: &TextLines, line: usize) -> String {
        let mut out = String::new();
        for step in code.steps(line) {
            match step.name {
                StepName::Key(key) => out = format!("{out}.{key}"),
                StepName::Index(index) => out = format!("{out}[{index}]"),
            }
        }
        out
    }

    fn line_with(code: &TextLines, part: &str) -> usize {
        (0..code.len()).find(|line| code.line(*line).contains(part)).unwrap()
    }

    #[test]
    fn brackets_fold() {
        let code = TextLines::json(TEXT.to_owned());
        let all: Vec<(u32, u32, u32)> = code.folds().iter().map(|fold| (fold.open, fold.close, fold.items)).collect();
        assert_eq!(
            all,
            [(0, 27, 6), (4, 13, 2), (5, 7, 1), (8, 12, 1), (9, 11, 1), (14, 22, 4), (16, 19, 2), (23, 26, 2)]
        );
        assert_eq!(code.fold_at(4), Some(1));
        assert_eq!(code.fold_at(3), None);
        assert_eq!(code.fold_around(6), Some(2));
        assert_eq!(code.fold_around(3), Some(0));
        assert_eq!(code.fold_around(0), None);
        assert!(TextLines::new(TEXT.to_owned()).folds().is_empty());
    }

    #[test]
    fn drafts_may_put_brackets_together() {
        let code = TextLines::json("{\n  \"child\": [{\n    \"uid\": 1\n  }, {\n    \"uid\": 2\n  }]\n}".to_owned());
        let all: Vec<(u32, u32, u32)> = code.folds().iter().map(|fold| (fold.open, fold.close, fold.items)).collect();
        assert_eq!(all, [(0, 6, 1), (1, 5, 2), (1, 3, 1), (3, 5, 1)]);
        assert_eq!(path(&code, 2), ".child[0].uid");
        assert_eq!(path(&code, 4), ".child[1].uid");
    }

    #[test]
    fn a_line_has_its_path_and_value() {
        let code = TextLines::json(TEXT.to_owned());
        let check = |part: &str, expect: &str, value: &str| {
            let line = line_with(&code, part);
            assert_eq!((path(&code, line).as_str(), code.value_text(line).as_str()), (expect, value), "{part}");
        };
        check("\"uid\": 7", ".uid", "7");
        check("\"name\"", ".name", "a \"b\" {");
        check("empty", ".empty", "[]");
        check("\"uid\": 8", ".child[0].uid", "8");
        check("\"x\"", ".child[1].deep.x", "1");
        check("deep", ".child[1].deep", "{\n  \"x\": \"1\"\n}");
        check("    1,", ".list[0]", "1");
        check("      3", ".list[1][1]", "3");
        check("    5", ".list[3]", "5");
        check("\"id\": \"o\"", ".any.id", "o");
        assert_eq!(path(&code, 0), "");
        // A closing bracket speaks for what it closes.
        assert_eq!((path(&code, 7).as_str(), code.value_text(7).as_str()), (".child[0]", "{\n  \"uid\": 8\n}"));
        let any = code.steps(line_with(&code, "\"id\": \"o\""));
        assert_eq!(any.last().and_then(|step| step.any_type.as_deref()), Some("type.googleapis.com/shop.v1.Order"));
        assert_eq!(any.first().and_then(|step| step.any_type.as_deref()), None);
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            any::<i32>().prop_map(serde_json::Value::from),
            "[a-z\\[\\]{}\", ]{0,6}".prop_map(serde_json::Value::from),
            Just(serde_json::Value::Null)
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                prop::collection::hash_map("[a-z@\"{]{0,4}", inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// Each line's path leads to its value, in any pretty JSON.
        #[test]
        fn paths_lead_to_values(value in json()) {
            let code = TextLines::json(serde_json::to_string_pretty(&value).unwrap());
            for line in 0..code.len() {
                let mut at = &value;
                for step in code.steps(line) {
                    at = match step.name {
                        StepName::Key(key) => &at[key],
                        StepName::Index(index) => &at[index as usize],
                    };
                }
                let expect = match at {
                    serde_json::Value::String(text) => text.clone(),
                    other => serde_json::to_string_pretty(other).unwrap(),
                };
                prop_assert_eq!(code.value_text(line), expect);
            }
        }

        #[test]
        fn nothing_panics(text in "[\\[\\]{}\",:a\\\\ \n\r/]{0,60}") {
            let code = TextLines::json(text);
            for line in 0..=code.len() {
                std::hint::black_box((code.steps(line), code.value_text(line), code.fold_at(line)));
            }
        }
    }
}
