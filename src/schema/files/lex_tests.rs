//! Tokens and the comments that lead them.

use super::*;

fn tokens(text: &str) -> Vec<String> {
    let mut lexer = Lexer::new(text.as_bytes());
    let mut all = Vec::new();
    while lexer.token != Token::End {
        all.push(String::from_utf8_lossy(lexer.text()).into_owned());
        lexer.advance();
    }
    all
}

fn comment_of(text: &str, word: &str) -> Option<String> {
    let mut lexer = Lexer::new(text.as_bytes());
    while lexer.token != Token::End {
        if lexer.is_ident(word.as_bytes()) {
            return lexer.comment.clone().map(|block| comment_text(lexer.slice(block)));
        }
        lexer.advance();
    }
    None
}

#[test]
fn text_is_cut_into_tokens() {
    assert_eq!(
        tokens("a.b=1;// x\n/* y */ 'q\\'r' 1.5e-3 0x1F -inf"),
        ["a", ".", "b", "=", "1", ";", "'q\\'r'", "1.5e-3", "0x1F", "-", "inf"]
    );
    assert_eq!(tokens("\u{feff}syntax"), ["syntax"]);
    assert_eq!(tokens("\"open\nx"), ["\"open", "x"]);
    assert_eq!(tokens("/* never closed"), ["/", "*", "never", "closed"]);
    assert_eq!(tokens("\"ends in \\"), ["\"ends in \\"]);
}

#[test]
fn the_leading_comment_is_found() {
    for (text, expect) in [
        ("// One.\nx", Some("One.")),
        ("// One.\n// Two.\nx", Some("One.\nTwo.")),
        ("// Detached.\n\n// Two.\nx", Some("Two.")),
        ("// Detached.\n\nx", None),
        ("a; // trailing\nx", None),
        ("a; // trailing\n// leading\nx", Some("leading")),
        ("a; /* trailing */\nx", None),
        ("/* One.\n * Two.\n */\nx", Some("One.\nTwo.")),
        ("/** Doc. */ x", Some("Doc.")),
        ("//\n//  Indented\n//\nx", Some(" Indented")),
        ("a {\r\n  // CRLF\r\n  x", Some("CRLF")),
    ] {
        assert_eq!(comment_of(text, "x").as_deref(), expect, "{text:?}");
    }
}
