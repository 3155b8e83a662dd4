//! Words of a command line, as a POSIX shell parts them; nothing is run, and variables stay as they are written.
//!
//! POSIX.1-2024, Shell Command Language, 2.2 (quoting), and bash's `$'…'`.

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// In order, without their quotes.
    pub(super) words: Vec<String>,
    /// A quote is open at the end: something is missing.
    pub(super) is_open: bool,
}

/// Parts `text`. Ends at an unquoted line break, `;`, `|` or `&`: what follows is another command.
pub(super) fn words(text: &str) -> Words {
    let mut out = Words::default();
    let mut word: Option<String> = None;
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\n' | ';' | '|' | '&' => {
                if word.is_some() || !out.words.is_empty() {
                    break;
                }
            }
            letter if letter.is_whitespace() => out.words.extend(word.take()),
            '\\' => match rest.next() {
                // A line that goes on; Windows' line break too.
                Some('\n') | None => {}
                Some('\r') if rest.peek() == Some(&'\n') => {
                    rest.next();
                }
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            '\'' => {
                let word = word.get_or_insert_default();
                out.is_open |= !single(&mut rest, word);
            }
            '"' => {
                let word = word.get_or_insert_default();
                out.is_open |= !double(&mut rest, word);
            }
            '$' if rest.peek() == Some(&'\'') => {
                rest.next();
                let word = word.get_or_insert_default();
                out.is_open |= !dollar(&mut rest, word);
            }
            // A comment, where a word could begin.
            '#' if word.is_none() => {
                while rest.peek().is_some_and(|letter| *letter != '\n') {
                    rest.next();
                }
            }
            letter => word.get_or_insert_default().push(letter),
        }
    }
    out.words.extend(word);
    out
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The rest of `'…'`; whether it ends.
fn single(rest: &mut Letters<'_>, word: &mut String) -> bool {
    for letter in rest.by_ref() {
        if letter == '\'' {
            return true;
        }
        word.push(letter);
    }
    false
}

/// The rest of `"…"`; whether it ends.
fn double(rest: &mut Letters<'_>, word: &mut String) -> bool {
    while let Some(letter) = rest.next() {
        match letter {
            '"' => return true,
            '\\' => match rest.next() {
                Some('\n') => {}
                Some(escaped @ ('$' | '`' | '"' | '\\')) => word.push(escaped),
                Some(other) => word.extend(['\\', other]),
                None => return false,
            },
            letter => word.push(letter),
        }
    }
    false
}

/// The rest of `$'…'`; whether it ends.
fn dollar(rest: &mut Letters<'_>, word: &mut String) -> bool {
    while let Some(letter) = rest.next() {
        match letter {
            '\'' => return true,
            '\\' => match rest.next() {
                Some('n') => word.push('\n'),
                Some('r') => word.push('\r'),
                Some('t') => word.push('\t'),
                Some('a') => word.push('\u{7}'),
                Some('b') => word.push('\u{8}'),
                Some('e' | 'E') => word.push('\u{1b}'),
                Some('f') => word.push('\u{c}'),
                Some('v') => word.push('\u{b}'),
                Some('x') => word.extend(code(rest, 2, 16)),
                Some('u') => word.extend(code(rest, 4, 16)),
                Some('U') => word.extend(code(rest, 8, 16)),
                Some(digit @ '0'..='7') => {
                    let first = digit.to_digit(8).unwrap_or_default();
                    word.extend(number(rest, 2, 8, first).and_then(char::from_u32));
                }
                Some(other) => word.push(other),
                None => return false,
            },
            letter => word.push(letter),
        }
    }
    false
}

/// A letter by at most `most` digits.
fn code(rest: &mut Letters<'_>, most: usize, radix: u32) -> Option<char> {
    number(rest, most, radix, 0).and_then(char::from_u32)
}

fn number(rest: &mut Letters<'_>, most: usize, radix: u32, first: u32) -> Option<u32> {
    let mut value = first;
    for _ in 0..most {
        let Some(digit) = rest.peek().and_then(|letter| letter.to_digit(radix)) else { break };
        rest.next();
        value = value.checked_mul(radix)?.checked_add(digit)?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_as_a_shell_parts_them() {
        for (text, expect, open) in [
            ("a b  c", vec!["a", "b", "c"], false),
            ("a 'b c' d", vec!["a", "b c", "d"], false),
            (r"'it'\''s'", vec!["it's"], false),
            (r#""a \"b\" \$c \n""#, vec![r#"a "b" $c \n"#], false),
            (r"$'a\n\t\'\x41\u674e'", vec!["a\n\t'A李"], false),
            ("a \\\n  b", vec!["a", "b"], false),
            ("a \\\r\n  b", vec!["a", "b"], false),
            (r"a\ b", vec!["a b"], false),
            ("a '' b", vec!["a", "", "b"], false),
            ("a | b", vec!["a"], false),
            ("a\nb", vec!["a"], false),
            ("\n a", vec!["a"], false),
            ("# c\na", vec!["a"], false),
            ("a#b", vec!["a#b"], false),
            ("a 'b", vec!["a", "b"], true),
            ("\"$TOKEN\"", vec!["$TOKEN"], false),
            ("a'b'\"c\"", vec!["abc"], false),
            ("", vec![], false),
        ] {
            let read = words(text);
            assert_eq!(
                (read.words.iter().map(String::as_str).collect::<Vec<_>>(), read.is_open),
                (expect, open),
                "{text}"
            );
        }
    }
}
