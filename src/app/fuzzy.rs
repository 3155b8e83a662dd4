//! Finds names by some of their letters: one matcher for the palette, the list of methods and the search of settings.
//!
//! A word is found as it stands, or letter by letter in its order. What stands as typed comes first, the start of a
//! name or of a word in it before its middle, short names before long ones. Nothing is allocated until a hit is shown,
//! so that tens of thousands of names take a few milliseconds.

use std::ops::Range;

/// How well a word fits; larger is better.
pub type Score = i32;

/// As typed, somewhere in the text.
const WHOLE: Score = 1000;
/// Its letters in order.
const LETTERS: Score = 300;

/// What was typed, made ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    words: Vec<Word>,
}

/// One word, in small letters.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    letters: Vec<char>,
    /// The same as bytes, where each letter is one.
    ascii: Option<Vec<u8>>,
}

/// How well each word fits what many names have in common: looked at once for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common(Vec<Option<Score>>);

impl Query {
    /// Of what was typed: words in any order, each of which has to be found.
    pub fn new(typed: &str) -> Self {
        let word = |word: &str| {
            let letters: Vec<char> = word.chars().map(fold).collect();
            let ascii = letters.iter().map(|letter| u8::try_from(*letter).ok().filter(u8::is_ascii)).collect();
            Word { letters, ascii }
        };
        Self { words: typed.split_whitespace().map(word).collect() }
    }

    /// Nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well it fits a name, of which `more` says where it stands; `None` if it does not. In `more` words are found
    /// as they stand only: some letters in their order are in every long path.
    pub fn score(&self, name: &str, more: &str) -> Option<Score> {
        self.score_in(name, &self.common(more))
    }

    /// What names have in common, for [`Query::score_in`].
    pub fn common(&self, more: &str) -> Common {
        Common(self.words.iter().map(|word| Some(whole(word, more)?.0 - WHOLE / 2)).collect())
    }

    /// As [`Query::score`], for one of many names.
    pub fn score_in(&self, name: &str, common: &Common) -> Option<Score> {
        let mut total = 0;
        for (word, more) in self.words.iter().zip(&common.0) {
            total += match_name(word, name).or(*more)?;
        }
        Some(total)
    }

    /// The bytes of a name that were found, in order.
    pub fn hits(&self, name: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for word in &self.words {
            if let Some((_, range)) = whole(word, name) {
                found.push(range);
            } else if let Some((_, letters)) = letters(word, name) {
                found.extend(letters);
            }
        }
        found.sort_by_key(|range| range.start);
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in found {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        joined
    }

    /// As [`Query::hits`], where words stand as they were typed.
    pub fn whole_hits(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> =
            self.words.iter().filter_map(|word| whole(word, text)).map(|(_, range)| range).collect();
        found.sort_by_key(|range| range.start);
        found.dedup_by(|next, last| next.start < last.end);
        found
    }
}

fn fold(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next().unwrap_or(c) }
}

fn match_name(word: &Word, name: &str) -> Option<Score> {
    match whole(word, name) {
        Some((score, _)) => Some(score),
        None => letters(word, name).map(|(score, _)| score),
    }
}

/// Long names come after short ones.
fn length_malus(text: &str) -> Score {
    Score::try_from(text.len().min(200)).unwrap_or(0) / 2
}

/// A letter begins a word: after a sign, or as a capital after a small one.
fn begins(before: Option<char>, c: char) -> bool {
    match before {
        None => true,
        Some(before) => !before.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()),
    }
}

/// Where the word stands as typed, at the best place of the text.
fn whole(word: &Word, text: &str) -> Option<(Score, Range<usize>)> {
    match &word.ascii {
        Some(small) => whole_ascii(small, text),
        None => whole_letters(&word.letters, text),
    }
}

/// How good a place is.
fn place_score(text: &str, range: &Range<usize>, begins: bool) -> Score {
    let mut score = WHOLE - length_malus(text);
    if begins {
        score += 200;
    }
    if range.start == 0 {
        score += 200;
    }
    if range.start == 0 && range.end == text.len() {
        score += 200;
    }
    score
}

/// As [`whole`], by bytes: those of other letters are never taken for one of these.
fn whole_ascii(small: &[u8], text: &str) -> Option<(Score, Range<usize>)> {
    let first = *small.first()?;
    let bytes = text.as_bytes();
    let mut best: Option<(Score, Range<usize>)> = None;
    for start in memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes) {
        let range = start..start + small.len();
        if !bytes.get(range.clone()).is_some_and(|part| part.eq_ignore_ascii_case(small)) {
            continue;
        }
        let before = text[..start].chars().next_back();
        let is_start = begins(before, char::from(bytes[start]));
        let score = place_score(text, &range, is_start);
        if best.as_ref().is_none_or(|(known, _)| score > *known) {
            best = Some((score, range));
        }
        if is_start {
            break;
        }
    }
    best
}

fn whole_letters(word: &[char], text: &str) -> Option<(Score, Range<usize>)> {
    let first = *word.first()?;
    let mut best: Option<(Score, Range<usize>)> = None;
    let mut before = None;
    for (start, c) in text.char_indices() {
        let is_start = begins(before, c);
        before = Some(c);
        if fold(c) != first {
            continue;
        }
        let mut rest = text[start..].char_indices();
        let fits = word.iter().all(|wanted| rest.next().is_some_and(|(_, c)| fold(c) == *wanted));
        if !fits {
            continue;
        }
        let range = start..rest.next().map_or(text.len(), |(at, _)| start + at);
        let score = place_score(text, &range, is_start);
        if best.as_ref().is_none_or(|(known, _)| score > *known) {
            best = Some((score, range));
        }
        if is_start {
            break;
        }
    }
    best
}

/// The word's letters in their order, those that begin words first.
fn letters(word: &Word, text: &str) -> Option<(Score, Vec<Range<usize>>)> {
    let word = &word.letters;
    // Most names are done with at their first look: they have not all of the letters.
    if word.len() < 2 || (text.len() < word.len()) {
        return None;
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut score = LETTERS - length_malus(text);
    let mut wanted = word.iter().copied().peekable();
    let mut before = None;
    let mut last_end = 0;
    for (start, c) in text.char_indices() {
        let Some(next) = wanted.peek() else { break };
        let is_start = begins(before, c);
        before = Some(c);
        if fold(c) != *next {
            continue;
        }
        // The first letter begins a word: everything else is chance.
        if found.is_empty() && !is_start {
            continue;
        }
        let end = start + c.len_utf8();
        score += match (is_start, start == last_end && !found.is_empty()) {
            (true, _) => 20,
            (false, true) => 12,
            (false, false) => -8,
        };
        found.push(start..end);
        last_end = end;
        wanted.next();
    }
    wanted.peek().is_none().then_some((score, found))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use proptest::prelude::*;

    use super::Query;

    /// The names that fit, the best first.
    fn check(typed: &str, names: &[&str], expect: &[&str]) {
        let query = Query::new(typed);
        let mut found: Vec<(i32, &str)> =
            names.iter().filter_map(|name| Some((query.score(name, "a.b.Service")?, *name))).collect();
        found.sort_by_key(|(score, _)| -score);
        assert_eq!(found.into_iter().map(|(_, name)| name).collect::<Vec<_>>(), expect, "{typed}");
    }

    #[test]
    fn what_stands_as_typed_comes_first() {
        let names = ["Show all keys", "EssayHello", "SayHello", "Say", "Delete", "Save history…"];
        check("say", &names, &["Say", "SayHello", "EssayHello", "Show all keys", "Save history…"]);
        check("SAY hello", &names, &["SayHello", "EssayHello"]);
        check("sh", &["SayHello", "Wish", "Shop"], &["Shop", "Wish", "SayHello"]);
        check("hello say", &["SayHello"], &["SayHello"]);
        check("service", &["One"], &["One"]);
        check("sce", &["One"], &[]);
        check("查找", &["查找任何内容…", "任何查找"], &["查找任何内容…", "任何查找"]);
        check("", &["Any"], &["Any"]);
    }

    #[test]
    fn hits_are_bytes_of_the_name() {
        for (typed, name, expect) in [
            ("say", "SayHello", &["Say"][..]),
            ("sh", "SayHello", &["S", "H"]),
            ("say", "Show all keys", &["S", "a", "y"]),
            ("内容", "查找任何内容…", &["内容"]),
            ("hello say", "SayHello", &["SayHello"]),
            ("x", "SayHello", &[]),
        ] {
            let hits = Query::new(typed).hits(name);
            assert_eq!(hits.into_iter().map(|range| &name[range]).collect::<Vec<_>>(), expect, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn hits_never_cut_a_character(typed in "\\PC{0,6}", name in "\\PC{0,20}") {
            let query = Query::new(&typed);
            for range in query.hits(&name).into_iter().chain(query.whole_hits(&name)) {
                prop_assert!(name.get(range).is_some());
            }
        }
    }
}
