//! Editing as keys do it, with everything undone and done again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use proptest::prelude::*;

use super::*;
use crate::ui::widgets::editor::brackets::matching;

/// A document with its caret at `|`, or a selection from `<` to `|`.
fn document(text: &str) -> Document {
    let plain: String = text.chars().filter(|c| !matches!(c, '|' | '<')).collect();
    let mut document = Document::new(plain, true);
    let caret = text.find('|').map_or(text.len(), |at| at - text[..at].matches('<').count());
    let anchor = text.find('<').map_or(caret, |at| at - text[..at].matches('|').count());
    document.select(Selection { anchor, caret });
    document
}

fn shown(document: &Document) -> String {
    let selection = document.selection();
    let mut text = document.text().to_owned();
    text.insert(selection.caret, '|');
    if !selection.is_empty() {
        let shift = usize::from(selection.anchor > selection.caret);
        text.insert(selection.anchor + shift, '<');
    }
    text
}

fn check(before: &str, act: impl Fn(&mut Document), expect: &str) {
    let mut document = document(before);
    let text = document.text().to_owned();
    act(&mut document);
    assert_eq!(shown(&document), expect, "from {before}");
    // Everything can be taken back and done again.
    let after = document.text().to_owned();
    while document.undo() {}
    assert_eq!(document.text(), text);
    while document.redo() {}
    assert_eq!(document.text(), after);
}

fn keys(text: &str) -> impl Fn(&mut Document) {
    let text = text.to_owned();
    move |document| {
        for c in text.chars() {
            if c == '\n' { document.new_line(0.0) } else { document.type_text(&c.to_string(), 0.0) }
        }
    }
}

#[test]
fn brackets_and_quotes_close_by_themselves() {
    check("|", keys("{"), "{|}");
    check("|", keys("{\"a\": [1]}"), "{\"a\": [1]}|");
    check("|", keys("{\n\"a\": \"x\""), "{\n  \"a\": \"x\"|\n}");
    check("\"a|\"", keys("{["), "\"a{[|\"");
    check("|abc", keys("{"), "{|abc");
    check("\"ab|", keys("\""), "\"ab\"|");
    check("// |", keys("{\""), "// {\"|");
    check("{\n    |", keys("}"), "{\n  }|");
    check("\"\\|\"", keys("\""), "\"\\\"|\"");
}

#[test]
fn what_closed_by_itself_goes_with_what_opened_it() {
    check(
        "|",
        |document| {
            keys("[")(document);
            document.delete(Move::Previous, 0.0);
        },
        "|",
    );
    // One that was there before stays.
    check("[|]", |document| document.delete(Move::Previous, 0.0), "|]");
}

#[test]
fn enter_keeps_the_indentation() {
    let enter = |document: &mut Document| document.new_line(0.0);
    check("{|", enter, "{\n  |");
    check("{|}", enter, "{\n  |\n}");
    check("  \"a\": 1,|", enter, "  \"a\": 1,\n  |");
    check("  [|]", enter, "  [\n    |\n  ]");
    check("李雷|", enter, "李雷\n|");
    check("\"{|\"", enter, "\"{\n|\"");
}

#[test]
fn tab_goes_in_and_out() {
    let indent = |document: &mut Document| document.indent(0.0);
    let outdent = |document: &mut Document| document.outdent(0.0);
    check("a|b", indent, "a  |b");
    check("<a\n\nb|", indent, "<  a\n\n  b|");
    check("  <a\n b|", outdent, "<a\nb|");
    check("|\ta", outdent, "|a");
    check("    a|", outdent, "  a|");
}

#[test]
fn words_and_blanks_are_deleted_whole() {
    let word = |document: &mut Document| document.delete(Move::PreviousWord, 0.0);
    check("\"name|\"", word, "\"|\"");
    check("a\n|b", word, "a|b");
    check("    |a", |document| document.delete(Move::Previous, 0.0), "  |a");
    check("e\u{301}|", |document| document.delete(Move::Previous, 0.0), "|");
    check("a<bc|d", |document| document.delete(Move::Next, 0.0), "a|d");
    check("ab|cd", |document| document.delete_around(1, 1, 0.0), "a|d");
}

#[test]
fn what_is_typed_without_a_pause_is_one_step() {
    let mut document = document("|");
    keys("abc")(&mut document);
    document.type_text("d", 5.0);
    document.undo();
    assert_eq!(shown(&document), "abc|");
    document.undo();
    assert_eq!(shown(&document), "|");
    document.redo();
    document.redo();
    assert_eq!(shown(&document), "abcd|");
    document.undo();
    document.type_text("x", 9.0);
    assert!(!document.redo(), "what was typed took the place of what was undone");
}

#[test]
fn a_text_from_elsewhere_can_be_undone_and_keeps_the_caret() {
    let mut document = document("{\"a\": 1|}");
    assert!(document.set_text("{\"b\": 2, \"a\": 1}", 0.0));
    assert!(!document.set_text("{\"b\": 2, \"a\": 1}", 0.0));
    document.undo();
    assert_eq!(shown(&document), "{\"a\": 1|}");
}

#[test]
fn brackets_find_their_partners() {
    let check = |text: &str, expect: Option<(usize, Option<usize>)>| {
        assert_eq!(matching(&document(text)), expect, "{text}");
    };
    check("|{\n \"}\": [1] // }\n}", Some((0, Some(17))));
    check("{\n \"}\": [1]\n}|", Some((12, Some(0))));
    check("{|[]}", Some((0, Some(3))));
    check("[|}", Some((0, None)));
    check("\"[|\"", None);
    check("ab|c", None);
}

proptest! {
    #[test]
    fn whatever_is_done_can_be_undone(
        text in "[a{}\\[\\]\"\n李 ,:/*]{0,40}",
        acts in prop::collection::vec((0_u8..12, 0_usize..50, "[a{}\\[\"\n李]{1,2}"), 0..20),
    ) {
        let mut document = Document::new(text.clone(), true);
        for (index, (act, place, with)) in acts.into_iter().enumerate() {
            let now = index as f64 * 0.7;
            match act {
                0 => document.type_text(&with, now),
                1 => document.new_line(now),
                2 => document.delete(Move::Previous, now),
                3 => document.delete(Move::NextWord, now),
                4 => document.go_to(document.buffer().floor(place), false),
                5 => document.go_to(document.buffer().floor(place), true),
                6 => document.indent(now),
                7 => document.outdent(now),
                8 => { document.undo(); }
                9 => { document.redo(); }
                10 => { document.set_text(&with, now); }
                _ => document.go(Move::PreviousWord, true),
            }
            let selection = document.selection();
            prop_assert!(document.text().is_char_boundary(selection.caret));
            prop_assert!(document.text().is_char_boundary(selection.anchor));
            prop_assert_eq!(document.buffer(), &Buffer::new(document.text().to_owned()));
            prop_assert_eq!(&document.lexed, &Lexed::new(&document.buffer));
            let _: Option<(usize, Option<usize>)> = matching(&document);
        }
        let last = document.text().to_owned();
        let mut undone = 0;
        while document.undo() { undone += 1; }
        prop_assert_eq!(document.text(), &text);
        for _ in 0..undone { document.redo(); }
        prop_assert!(document.text() == last || undone == 0 || document.can_redo());
    }
}
