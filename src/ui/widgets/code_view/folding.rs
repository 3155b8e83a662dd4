//! Which brackets are folded, and so which lines are rows on the screen.

use crate::engine::{Fold, TextLines};

/// Lines that are not shown, and how many of them there are before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hidden {
    first: usize,
    last: usize,
    before: usize,
}

impl Hidden {
    fn through(&self) -> usize {
        self.before + self.last + 1 - self.first
    }

    /// The row that would be next where they begin.
    fn row(&self) -> usize {
        self.first - self.before
    }
}

/// What is folded of one text. Rows are lines that are shown, from 0.
#[derive(Clone, Debug, Default)]
pub struct Folding {
    /// Places in the text's list of folds, in order.
    folded: Vec<usize>,
    /// Of the outermost folded ones, in order.
    hidden: Vec<Hidden>,
}

impl Folding {
    /// How many rows there are.
    pub fn rows(&self, code: &TextLines) -> usize {
        code.len() - self.hidden.last().map_or(0, Hidden::through)
    }

    /// The line that is shown in a row.
    pub fn line_of(&self, row: usize) -> usize {
        let over = self.hidden.partition_point(|hidden| hidden.row() <= row);
        row + over.checked_sub(1).and_then(|index| self.hidden.get(index)).map_or(0, Hidden::through)
    }

    /// The row in which a line is shown; of a hidden one, that of the bracket that hides it.
    pub fn row_of(&self, line: usize) -> usize {
        let over = self.hidden.partition_point(|hidden| hidden.first <= line);
        match over.checked_sub(1).and_then(|index| self.hidden.get(index)) {
            Some(hidden) if line <= hidden.last => hidden.row().saturating_sub(1),
            Some(hidden) => line - hidden.through(),
            None => line,
        }
    }

    /// Whether a fold is folded.
    pub fn is_folded(&self, fold: usize) -> bool {
        self.folded.binary_search(&fold).is_ok()
    }

    /// Whether anything is.
    pub fn is_any(&self) -> bool {
        !self.folded.is_empty()
    }

    /// Folds one, or unfolds it.
    pub fn toggle(&mut self, code: &TextLines, fold: usize) {
        match self.folded.binary_search(&fold) {
            Ok(at) => {
                self.folded.remove(at);
            }
            Err(at) => self.folded.insert(at, fold),
        }
        self.rebuild(code);
    }

    /// Folds all but what holds the whole, unless there is nothing else to fold.
    pub fn fold_all(&mut self, code: &TextLines) {
        let folds = code.folds();
        let is_whole = |fold: &Fold| fold.open == 0 && fold.close as usize + 1 >= code.len();
        let first = usize::from(folds.len() > 1 && folds.first().is_some_and(is_whole));
        self.folded = (first..folds.len()).filter(|index| folds[*index].close > folds[*index].open).collect();
        self.rebuild(code);
    }

    /// Unfolds all.
    pub fn unfold_all(&mut self) {
        self.folded.clear();
        self.hidden.clear();
    }

    /// Unfolds what hides a line.
    pub fn show(&mut self, code: &TextLines, line: usize) {
        let before = self.folded.len();
        self.folded.retain(|index| {
            code.folds().get(*index).is_none_or(|fold| line <= fold.open as usize || line > fold.close as usize)
        });
        if self.folded.len() != before {
            self.rebuild(code);
        }
    }

    fn rebuild(&mut self, code: &TextLines) {
        self.hidden.clear();
        let mut end = 0;
        let mut before = 0;
        for fold in self.folded.iter().filter_map(|index| code.folds().get(*index)) {
            let (first, last) = (fold.open as usize + 1, fold.close as usize);
            if first <= end || last < first {
                continue;
            }
            self.hidden.push(Hidden { first, last, before });
            before += last + 1 - first;
            end = last;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use super::*;
    use proptest::prelude::*;

    fn code() -> TextLines {
        let value = serde_json::json!({"a": {"b": [1, 2], "c": {"d": 3}}, "e": [4], "f": 5});
        TextLines::json(serde_json::to_string_pretty(&value).unwrap())
    }

    fn shown(code: &TextLines, folding: &Folding) -> Vec<String> {
        (0..folding.rows(code)).map(|row| code.line(folding.line_of(row)).trim().to_owned()).collect()
    }

    #[test]
    fn folds_hide_lines() {
        let code = code();
        let mut folding = Folding::default();
        assert_eq!(folding.rows(&code), code.len());
        folding.fold_all(&code);
        assert_eq!(shown(&code, &folding), ["{", "\"a\": {", "\"e\": [", "\"f\": 5", "}"]);
        assert!(folding.is_any());
        let inner = (0..code.len()).find(|line| code.line(*line).contains("\"d\"")).unwrap();
        assert_eq!(folding.row_of(inner), 1);
        folding.show(&code, inner);
        assert_eq!(
            shown(&code, &folding),
            ["{", "\"a\": {", "\"b\": [", "\"c\": {", "\"d\": 3", "}", "},", "\"e\": [", "\"f\": 5", "}"]
        );
        folding.unfold_all();
        assert_eq!(folding.rows(&code), code.len());
        folding.toggle(&code, 0);
        assert_eq!(shown(&code, &folding), ["{"]);
        folding.toggle(&code, 0);
        assert!(!folding.is_any());
    }

    #[test]
    fn one_bracket_pair_folds_too() {
        let code = TextLines::json("{\n  \"a\": 1\n}".to_owned());
        let mut folding = Folding::default();
        folding.fold_all(&code);
        assert_eq!(folding.rows(&code), 1);
    }

    proptest! {
        #[test]
        fn rows_and_lines_agree(toggles in prop::collection::vec(0_usize..5, 0..8)) {
            let code = code();
            let mut folding = Folding::default();
            for fold in toggles {
                folding.toggle(&code, fold);
                let rows = folding.rows(&code);
                let mut last = None;
                for row in 0..rows {
                    let line = folding.line_of(row);
                    prop_assert!(line < code.len() && last.is_none_or(|last| last < line));
                    prop_assert_eq!(folding.row_of(line), row);
                    last = Some(line);
                }
                for line in 0..code.len() {
                    prop_assert!(folding.line_of(folding.row_of(line)) <= line);
                }
            }
        }
    }
}
