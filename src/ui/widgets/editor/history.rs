//! What was done, to be undone and done again.

/// What is kept at most, in bytes of text; beyond it the oldest goes.
const MOST_BYTES: usize = 64 << 20;
/// Typing goes on in one step until the keys rest this long, in seconds.
const PAUSE_S: f64 = 1.0;

/// What is selected: from where it was begun to where the caret is, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Where it was begun.
    pub anchor: usize,
    /// Where the caret is.
    pub caret: usize,
}

impl Selection {
    /// A caret with nothing selected.
    pub const fn at(place: usize) -> Self {
        Self { anchor: place, caret: place }
    }

    /// Nothing is selected.
    pub const fn is_empty(self) -> bool {
        self.anchor == self.caret
    }

    /// In the text's order.
    pub fn range(self) -> std::ops::Range<usize> {
        self.anchor.min(self.caret)..self.anchor.max(self.caret)
    }
}

/// What an edit is, to tell which belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditKind {
    /// A character was typed.
    Typing,
    /// A character was deleted.
    Deleting,
    /// Anything else stands alone.
    Other,
}

/// One piece of text in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edit {
    at: usize,
    removed: String,
    inserted: String,
}

/// What one undo takes back.
#[derive(Clone, Debug)]
struct Step {
    edits: Vec<Edit>,
    before: Selection,
    after: Selection,
    kind: EditKind,
    at_s: f64,
}

impl Step {
    fn bytes(&self) -> usize {
        self.edits.iter().map(|edit| edit.removed.len() + edit.inserted.len()).sum()
    }
}

/// All steps.
#[derive(Clone, Debug, Default)]
pub struct History {
    done: std::collections::VecDeque<Step>,
    undone: Vec<Step>,
    bytes: usize,
}

impl History {
    /// Begins a step at a time (in seconds), which goes on with the last one where both are typing.
    pub fn begin(&mut self, kind: EditKind, before: Selection, now_s: f64) {
        self.bytes -= self.undone.drain(..).map(|step| step.bytes()).sum::<usize>().min(self.bytes);
        let goes_on = kind != EditKind::Other
            && self.done.back().is_some_and(|last| {
                last.kind == kind && last.after == before && before.is_empty() && now_s - last.at_s < PAUSE_S
            });
        if goes_on {
            if let Some(last) = self.done.back_mut() {
                last.at_s = now_s;
            }
        } else {
            self.done.push_back(Step { edits: Vec::new(), before, after: before, kind, at_s: now_s });
        }
    }

    /// Notes an edit of the step that was begun.
    pub fn note(&mut self, at: usize, removed: String, inserted: &str) {
        self.bytes += removed.len() + inserted.len();
        if let Some(step) = self.done.back_mut() {
            step.edits.push(Edit { at, removed, inserted: inserted.to_owned() });
        }
        while self.bytes > MOST_BYTES && self.done.len() > 1 {
            let oldest = self.done.pop_front();
            self.bytes -= oldest.map_or(0, |step| step.bytes()).min(self.bytes);
        }
    }

    /// Ends the step.
    pub fn end(&mut self, after: Selection) {
        if let Some(step) = self.done.back_mut() {
            step.after = after;
            if step.edits.is_empty() {
                self.done.pop_back();
            }
        }
    }

    /// There is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// There is something to do again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Takes the last step back; the selection that was there before. `change` puts, at a byte of the target, one text
    /// in another's place.
    pub fn undo<T>(&mut self, target: &mut T, change: &mut impl FnMut(&mut T, usize, &str, &str)) -> Option<Selection> {
        let step = self.done.pop_back()?;
        for edit in step.edits.iter().rev() {
            change(target, edit.at, &edit.inserted, &edit.removed);
        }
        let before = step.before;
        self.undone.push(step);
        Some(before)
    }

    /// Does what was undone last again; the selection that was there after it.
    pub fn redo<T>(&mut self, target: &mut T, change: &mut impl FnMut(&mut T, usize, &str, &str)) -> Option<Selection> {
        let step = self.undone.pop()?;
        for edit in &step.edits {
            change(target, edit.at, &edit.removed, &edit.inserted);
        }
        let after = step.after;
        self.done.push_back(step);
        Some(after)
    }
}
