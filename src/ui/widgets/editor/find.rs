//! Where a text stands in another.

use std::ops::Range;

use super::super::code_view::length_of_hit;

/// More hits than this are not counted.
pub const MOST_HITS: usize = 100_000;

/// What counts as a hit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FindOptions {
    /// Capitals matter.
    pub case: bool,
    /// Only whole words.
    pub words: bool,
}

/// All hits in the text's order, none inside another. Nothing is found by an empty query.
pub fn find_all(text: &str, query: &str, options: FindOptions) -> Vec<Range<usize>> {
    if query.is_empty() {
        return Vec::new();
    }
    let is_whole = |range: &Range<usize>| {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let (first, last) = (query.chars().next(), query.chars().next_back());
        let begins = !word(first) || !word(text[..range.start].chars().next_back());
        let ends = !word(last) || !word(text[range.end..].chars().next());
        begins && ends
    };
    let fits = |range: &Range<usize>| !options.words || is_whole(range);
    if options.case {
        let finder = memchr::memmem::Finder::new(query);
        return finder.find_iter(text.as_bytes()).map(|at| at..at + query.len()).filter(fits).take(MOST_HITS).collect();
    }
    let wanted: Vec<char> = query.chars().flat_map(char::to_lowercase).collect();
    let mut hits = Vec::new();
    let mut at = 0;
    while at < text.len() && hits.len() < MOST_HITS {
        let hit = length_of_hit(&text[at..], &wanted).map(|length| at..at + length).filter(fits);
        if let Some(range) = hit {
            at = range.end;
            hits.push(range);
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hits_follow_the_options() {
        let check = |text: &str, query: &str, case, words, expect: &[Range<usize>]| {
            assert_eq!(find_all(text, query, FindOptions { case, words }), expect, "{query} in {text}");
        };
        check("name Name rename", "name", true, false, &[0..4, 12..16]);
        check("name Name rename", "name", false, false, &[0..4, 5..9, 12..16]);
        check("name Name rename", "NAME", false, true, &[0..4, 5..9]);
        check("aaa", "aa", false, false, std::slice::from_ref(&(0..2)));
        check("李雷 李", "李", false, true, std::slice::from_ref(&(7..10)));
        check("ÄRGER", "ärger", false, false, std::slice::from_ref(&(0..6)));
        check("\"a\"", "\"a\"", false, true, std::slice::from_ref(&(0..3)));
        check("abc", "", false, false, &[]);
        check("", "a", true, false, &[]);
    }

    proptest! {
        #[test]
        fn hits_are_pieces_of_the_text_in_order(text in "\\PC{0,40}", query in "\\PC{1,3}", case: bool, words: bool) {
            let mut end = 0;
            for hit in find_all(&text, &query, FindOptions { case, words }) {
                prop_assert!(hit.start >= end && !hit.is_empty());
                prop_assert!(text.get(hit.clone()).is_some());
                end = hit.end;
            }
        }
    }
}
