//! Searches a text of any length a piece at a time, so that no frame waits for it.

use std::ops::Range;
use std::time::{Duration, Instant};

use memchr::{memchr2, memmem};

/// More hits than this are not looked for.
pub const MOST_HITS: usize = 100_000;
/// What is searched between two looks at the clock, in bytes.
const PIECE: usize = 128 << 10;

/// A search that goes on from frame to frame.
#[derive(Clone, Debug, Default)]
pub struct Search {
    query: String,
    case: bool,
    /// Of which text.
    serial: u64,
    /// Searched so far, in bytes.
    at: usize,
    hits: Vec<Range<usize>>,
    is_done: bool,
}

impl Search {
    /// Looks for `query` in the text of this serial; `case` says that capitals matter.
    pub fn new(query: &str, case: bool, serial: u64) -> Self {
        Self { query: query.to_owned(), case, serial, is_done: query.is_empty(), ..Self::default() }
    }

    /// Whether this is the search for `query` in the text of this serial.
    pub fn is_for(&self, query: &str, case: bool, serial: u64) -> bool {
        self.query == query && self.case == case && self.serial == serial
    }

    /// The whole text was searched, or [`MOST_HITS`] were found.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// There may be more hits than were looked for.
    pub fn is_capped(&self) -> bool {
        self.hits.len() >= MOST_HITS
    }

    /// How much of the text was searched, from 0 to 1.
    pub fn share(&self, text: &str) -> f32 {
        if self.is_done { 1.0 } else { self.at as f32 / text.len().max(1) as f32 }
    }

    /// In the text's order, none inside another.
    pub fn hits(&self) -> &[Range<usize>] {
        &self.hits
    }

    /// The hits that touch some bytes.
    pub fn hits_in(&self, range: &Range<usize>) -> &[Range<usize>] {
        let first = self.hits.partition_point(|hit| hit.end <= range.start);
        let last = self.hits.partition_point(|hit| hit.start < range.end);
        self.hits.get(first..last).unwrap_or_default()
    }

    /// The first hit that begins at `byte` or behind it.
    pub fn from(&self, byte: usize) -> Option<usize> {
        Some(self.hits.partition_point(|hit| hit.start < byte)).filter(|index| *index < self.hits.len())
    }

    /// Goes on for about this long.
    pub fn advance(&mut self, text: &str, time: Duration) {
        let began = Instant::now();
        while !self.is_done {
            self.piece(text);
            if began.elapsed() >= time {
                return;
            }
        }
    }

    fn piece(&mut self, text: &str) {
        let end = text.ceil_char_boundary((self.at + PIECE).min(text.len()));
        self.at = self.at.max(self.hits.last().map_or(0, |hit| hit.end));
        // Hits begin before `end` and may go on behind it.
        let last = text.ceil_char_boundary((end + self.query.len() * 4).min(text.len()));
        while self.at < end && self.hits.len() < MOST_HITS {
            let rest = &text[self.at..last];
            match self.next_in(rest).filter(|hit| self.at + hit.start < end) {
                Some(hit) => {
                    self.hits.push(self.at + hit.start..self.at + hit.end);
                    self.at += hit.end;
                }
                None => self.at = end,
            }
        }
        self.is_done = self.at >= text.len() || self.hits.len() >= MOST_HITS;
    }

    /// The first hit of a piece of the text.
    fn next_in(&self, rest: &str) -> Option<Range<usize>> {
        let first = self.query.chars().next()?;
        if self.case {
            return memmem::find(rest.as_bytes(), self.query.as_bytes()).map(|at| at..at + self.query.len());
        }
        if self.query.is_ascii() {
            let (query, bytes) = (self.query.as_bytes(), rest.as_bytes());
            let (low, high) = (query[0].to_ascii_lowercase(), query[0].to_ascii_uppercase());
            let mut at = 0;
            while let Some(found) = memchr2(low, high, bytes.get(at..)?) {
                at += found;
                if bytes.get(at..at + query.len())?.eq_ignore_ascii_case(query) {
                    return Some(at..at + query.len());
                }
                at += 1;
            }
            return None;
        }
        let wanted: Vec<char> = self.query.chars().flat_map(char::to_lowercase).collect();
        // Where the first character may begin, in small or as a capital.
        let lead = |c: Option<char>| c.map_or(0, |c| c.encode_utf8(&mut [0; 4]).as_bytes()[0]);
        let (small, capital) = (lead(first.to_lowercase().next()), lead(first.to_uppercase().next()));
        let mut at = 0;
        while let Some(found) = memchr2(small, capital, rest.as_bytes().get(at..)?) {
            at += found;
            if let Some(length) = rest.get(at..).and_then(|rest| length_of_hit(rest, &wanted)) {
                return Some(at..at + length);
            }
            at += 1;
        }
        None
    }
}

/// The length of the hit that begins here.
pub(in crate::ui::widgets) fn length_of_hit(text: &str, wanted: &[char]) -> Option<usize> {
    let mut wanted = wanted.iter();
    let mut next = wanted.next();
    for (at, c) in text.char_indices() {
        if next.is_none() {
            return Some(at);
        }
        for lower in c.to_lowercase() {
            if next != Some(&lower) {
                return None;
            }
            next = wanted.next();
        }
    }
    next.is_none().then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str, query: &str, case: bool) -> Vec<Range<usize>> {
        let mut search = Search::new(query, case, 0);
        while !search.is_done() {
            search.advance(text, Duration::ZERO);
        }
        search.hits
    }

    #[test]
    fn hits_are_found() {
        let check = |text: &str, query: &str, case, expect: &[Range<usize>]| {
            assert_eq!(all(text, query, case), expect, "{query} in {text}");
        };
        check("name Name rename", "name", true, &[0..4, 12..16]);
        check("name Name rename", "NAME", false, &[0..4, 5..9, 12..16]);
        check("aaa", "aa", false, std::slice::from_ref(&(0..2)));
        check("李雷 李", "李", false, &[0..3, 7..10]);
        check("ÄRGER ärger", "ärger", false, &[0..6, 7..13]);
        check("abc", "", false, &[]);
        check("", "a", true, &[]);
    }

    #[test]
    fn hits_over_the_edges_of_pieces_are_found_once() {
        for query in ["needle", "NEEDLE", "Nädel", "李雷"] {
            for case in [false, true] {
                let found = if case { query.to_owned() } else { query.to_lowercase() };
                let mut text = "x".repeat(PIECE - 3);
                text.push_str(&found);
                text.push_str(&"y".repeat(PIECE - found.len() + 1));
                text.push_str(&found);
                let hits = all(&text, query, case);
                assert_eq!(hits.iter().map(|hit| hit.start).collect::<Vec<_>>(), [PIECE - 3, 2 * PIECE - 2], "{query}");
                assert!(hits.iter().all(|hit| text[hit.clone()] == found));
            }
        }
    }

    #[test]
    fn there_is_a_most() {
        let mut search = Search::new("a", true, 0);
        search.advance(&"a".repeat(MOST_HITS * 2), Duration::from_mins(1));
        assert!(search.is_done() && search.is_capped());
        assert_eq!(search.hits().len(), MOST_HITS);
    }

    proptest! {
        #[test]
        fn as_the_editor_finds(text in "[aAbBäÄ李 ]{0,60}", query in "[aAbä李]{1,3}", case: bool) {
            use crate::ui::widgets::editor::find::{FindOptions, find_all};
            prop_assert_eq!(all(&text, &query, case), find_all(&text, &query, FindOptions { case, words: false }));
        }
    }
}
