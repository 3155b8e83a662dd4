//! Where the caret goes: by what a person sees as one character, by words, by lines.

use unicode_segmentation::GraphemeCursor;

use super::buffer::Buffer;

/// One character on, or to the next line.
pub fn next(buffer: &Buffer, at: usize) -> usize {
    let line = buffer.line_of(at);
    let text = buffer.line(line);
    let within = at - buffer.start(line);
    if within >= text.len() {
        return if line + 1 < buffer.lines() { buffer.start(line + 1) } else { buffer.end(line) };
    }
    let mut cursor = GraphemeCursor::new(within, text.len(), true);
    // The whole line is given, so nothing can be missing.
    let next = cursor.next_boundary(text, 0).ok().flatten().unwrap_or(text.len());
    buffer.start(line) + next
}

/// One character back, or to the end of the line before.
pub fn previous(buffer: &Buffer, at: usize) -> usize {
    let line = buffer.line_of(at);
    let within = at - buffer.start(line);
    if within == 0 {
        return if line == 0 { 0 } else { buffer.end(line - 1) };
    }
    let text = buffer.line(line);
    let mut cursor = GraphemeCursor::new(within.min(text.len()), text.len(), true);
    let previous = cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0);
    buffer.start(line) + previous
}

/// The nearest place at or before `at` that does not part what is seen as one character.
pub fn snap(buffer: &Buffer, at: usize) -> usize {
    let at = buffer.floor(at);
    let line = buffer.line_of(at);
    let text = buffer.line(line);
    let within = at - buffer.start(line);
    let is_boundary = GraphemeCursor::new(within, text.len(), true).is_boundary(text, 0).unwrap_or(true);
    if is_boundary { at } else { previous(buffer, at) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Word,
    Sign,
}

fn class(c: char) -> Class {
    if c.is_whitespace() {
        Class::Blank
    } else if c.is_alphanumeric() || c == '_' || is_mark(c) {
        Class::Word
    } else {
        Class::Sign
    }
}

/// Marks that combine with the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

/// Behind the next word, or at the next line's start.
pub fn next_word(buffer: &Buffer, at: usize) -> usize {
    let line = buffer.line_of(at);
    let end = buffer.end(line);
    if at >= end {
        return next(buffer, at);
    }
    let mut rest = buffer.slice(at..end).char_indices().peekable();
    while rest.next_if(|(_, c)| class(*c) == Class::Blank).is_some() {}
    let Some((_, first)) = rest.peek().copied() else { return end };
    let wanted = class(first);
    while rest.next_if(|(_, c)| class(*c) == wanted).is_some() {}
    rest.peek().map_or(end, |(offset, _)| at + offset)
}

/// Before the word that ends here or before, or at the end of the line before.
pub fn previous_word(buffer: &Buffer, at: usize) -> usize {
    let line = buffer.line_of(at);
    let start = buffer.start(line);
    if at <= start {
        return previous(buffer, at);
    }
    let before = buffer.slice(start..at);
    let trimmed = before.trim_end();
    let Some(last) = trimmed.chars().next_back() else { return start };
    let wanted = class(last);
    let kept = trimmed.trim_end_matches(|c| class(c) == wanted);
    start + kept.len()
}

/// The word around a place; empty where none is.
pub fn word_around(buffer: &Buffer, at: usize) -> std::ops::Range<usize> {
    let line = buffer.line_of(at);
    let (start, end) = (buffer.start(line), buffer.end(line));
    let at = at.min(end);
    let is_word = |c: char| class(c) == Class::Word;
    let before = buffer.slice(start..at);
    let after = buffer.slice(at..end);
    let from = start + before.trim_end_matches(is_word).len();
    let to = end - after.trim_start_matches(is_word).len();
    from..to
}

/// The line's first character that is not blank; its start where the caret is there already.
pub fn home(buffer: &Buffer, at: usize) -> usize {
    let line = buffer.line_of(at);
    let text = buffer.line(line);
    let start = buffer.start(line);
    let first = start + (text.len() - text.trim_start().len());
    if at == first { start } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(text: &str) -> (Buffer, usize) {
        let at = text.find('|').unwrap_or(text.len());
        (Buffer::new(text.replace('|', "")), at)
    }

    fn check(step: fn(&Buffer, usize) -> usize, text: &str, expect: &str) {
        let (buffer, at) = marked(text);
        let mut found = buffer.text().to_owned();
        found.insert(step(&buffer, at), '|');
        assert_eq!(found, expect);
    }

    #[test]
    fn one_character_is_what_is_seen_as_one() {
        check(next, "|李雷", "李|雷");
        check(next, "|e\u{301}x", "e\u{301}|x");
        check(next, "|👩‍👧x", "👩‍👧|x");
        check(next, "a|\nb", "a\n|b");
        check(next, "a|\r\nb", "a\r\n|b");
        check(next, "a|", "a|");
        check(previous, "a\n|b", "a|\nb");
        check(previous, "a\r\n|b", "a|\r\nb");
        check(previous, "e\u{301}|", "|e\u{301}");
        check(previous, "|a", "|a");
    }

    #[test]
    fn words_end_at_signs_and_lines() {
        check(next_word, "|  \"name\": 1", "  \"|name\": 1");
        check(next_word, "\"|name\": 1", "\"name|\": 1");
        check(next_word, "a|\n  b", "a\n|  b");
        check(previous_word, "  \"name|", "  \"|name");
        check(previous_word, "name  |x", "|name  x");
        check(previous_word, "a\n|b", "a|\nb");
        check(previous_word, "  |b", "|  b");
    }

    #[test]
    fn home_goes_to_the_text_then_to_the_line() {
        check(home, "  ab|c", "  |abc");
        check(home, "  |abc", "|  abc");
        check(home, "|  abc", "  |abc");
    }

    #[test]
    fn a_word_is_found_from_its_middle() {
        let (buffer, at) = marked("say_he|llo(李雷)");
        assert_eq!(buffer.slice(word_around(&buffer, at)), "say_hello");
        assert!(word_around(&buffer, buffer.len()).is_empty());
    }

    proptest! {
        #[test]
        fn steps_go_on_and_end(text in "[a \"\n李e\u{301}\r👩]{0,30}") {
            let buffer = Buffer::new(text);
            for step in [next, next_word] {
                let (mut at, mut steps) = (0, 0);
                while at < buffer.floor(buffer.len()) {
                    let to = step(&buffer, at);
                    prop_assert!(to > at && buffer.text().is_char_boundary(to));
                    at = to;
                    steps += 1;
                    prop_assert!(steps < 200);
                }
            }
            for step in [previous, previous_word] {
                let (mut at, mut steps) = (buffer.floor(buffer.len()), 0);
                while at > 0 {
                    let to = step(&buffer, at);
                    prop_assert!(to < at && buffer.text().is_char_boundary(to));
                    at = to;
                    steps += 1;
                    prop_assert!(steps < 200);
                }
            }
        }
    }
}
