//! The filter of a list of messages: text, fields and sizes, all of which must hold. Pure functions over JSON text.
//!
//! | term | holds where |
//! |---|---|
//! | `text`, `"two words"` | the message's JSON has it, upper or lower case |
//! | `name:foo` | a field of this name or path holds a value that has `foo` |
//! | `order.items.sku=tea-01` | a field of this path is exactly this |
//! | `>1KB`, `<=100` | the message's size in bytes is so |
//! | `-term` | the term does not hold |

use serde_json::Value;

/// Fields are looked for this deep; JSON of messages is bounded the same way.
const DEEPEST: usize = 110;

/// A filter as it was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<Term>,
}

/// Why a filter is not understood; the words it holds are as typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterFault {
    /// A quote that does not end.
    #[error("a quote that begins here does not end: {0}")]
    OpenQuote(String),
    /// A size that is none.
    #[error("{0} is no size: write >1KB, <100 or >=2MB")]
    BadSize(String),
    /// A field without a value to compare with.
    #[error("nothing to compare {0} with")]
    NoValue(String),
    /// A minus with nothing behind it.
    #[error("nothing follows the minus")]
    NothingNegated,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    /// Lower case.
    Text(String),
    Field {
        /// Names without underscores, lower case; or an index.
        path: Vec<String>,
        exact: bool,
        /// As typed if exact, otherwise in lower case.
        value: String,
    },
    Size {
        order: Order,
        bytes: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl Filter {
    /// Reads what was typed. Nothing typed holds for every message.
    pub fn parse(text: &str) -> Result<Self, FilterFault> {
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (word, after) = cut(rest)?;
            terms.push(term(&word)?);
            rest = after.trim_start();
        }
        Ok(Self { terms })
    }

    /// It holds for every message.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The messages' JSON has to be looked at.
    pub fn reads_text(&self) -> bool {
        self.terms.iter().any(|term| !matches!(term.test, Test::Size { .. }))
    }

    /// Whether sizes alone already say no, so that nothing has to be decoded.
    pub fn refuses_size(&self, size: u64) -> bool {
        self.terms.iter().any(|term| match &term.test {
            Test::Size { order, bytes } => order.holds(size, *bytes) == term.negated,
            _ => false,
        })
    }

    /// Whether all of it holds for a message of this size, whose JSON this is.
    pub fn holds(&self, size: u64, json: &str) -> bool {
        if self.refuses_size(size) {
            return false;
        }
        let mut lower = None;
        let mut value = None;
        self.terms.iter().all(|term| {
            let holds = match &term.test {
                Test::Size { order, bytes } => order.holds(size, *bytes),
                Test::Text(text) => lower.get_or_insert_with(|| json.to_lowercase()).contains(text.as_str()),
                Test::Field { path, exact, value: wanted } => {
                    let value = value.get_or_insert_with(|| serde_json::from_str::<Value>(json).unwrap_or(Value::Null));
                    any_place(value, path, &|found| matches(found, *exact, wanted), 0)
                }
            };
            holds != term.negated
        })
    }
}

impl Order {
    fn holds(self, size: u64, bytes: u64) -> bool {
        match self {
            Self::Below => size < bytes,
            Self::AtMost => size <= bytes,
            Self::Above => size > bytes,
            Self::AtLeast => size >= bytes,
        }
    }
}

/// Stands for empty quotes.
const NOTHING: char = '\0';

/// One word of what was typed: its characters, each with whether it stood in quotes.
type Word = Vec<(char, bool)>;

/// Cuts the first word off; quotes hold words together.
fn cut(text: &str) -> Result<(Word, &str), FilterFault> {
    let mut word = Word::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            ('"', None) => quote = Some(at),
            ('"', Some(at)) => {
                if text.get(at..).is_some_and(|from| from.starts_with("\"\"")) {
                    word.push((NOTHING, true));
                }
                quote = None;
            }
            ('\\', Some(_)) => {
                // In quotes a backslash takes the next character as it is.
                word.extend(chars.next().map(|(_, next)| (next, true)));
            }
            (c, None) if c.is_whitespace() => return Ok((word, text.get(at..).unwrap_or(""))),
            (c, quote) => word.push((c, quote.is_some())),
        }
    }
    match quote {
        Some(at) => Err(FilterFault::OpenQuote(text.get(at..).unwrap_or("").to_owned())),
        None => Ok((word, "")),
    }
}

fn term(word: &[(char, bool)]) -> Result<Term, FilterFault> {
    let (negated, word) = match word {
        [('-', false)] => return Err(FilterFault::NothingNegated),
        [('-', false), rest @ ..] => (true, rest),
        _ => (false, word),
    };
    let text = |part: &[(char, bool)]| part.iter().map(|(c, _)| *c).filter(|c| *c != NOTHING).collect::<String>();
    if let [(sign @ ('<' | '>'), false), rest @ ..] = word {
        return Ok(Term { negated, test: size(*sign, &text(rest), &text(word))? });
    }
    let split = word.iter().position(|(c, quoted)| matches!(c, ':' | '=') && !quoted);
    if let Some(at) = split
        && let Some(path) = path(&word[..at])
    {
        let value = text(&word[at + 1..]);
        if value.is_empty() && !word[at + 1..].iter().any(|(_, quoted)| *quoted) {
            return Err(FilterFault::NoValue(text(&word[..=at])));
        }
        let exact = word[at].0 == '=';
        let value = if exact { value } else { value.to_lowercase() };
        return Ok(Term { negated, test: Test::Field { path, exact, value } });
    }
    Ok(Term { negated, test: Test::Text(text(word).to_lowercase()) })
}

fn size(sign: char, text: &str, whole: &str) -> Result<Test, FilterFault> {
    let bad = || FilterFault::BadSize(whole.to_owned());
    let (equal, number) = text.strip_prefix('=').map_or((false, text), |rest| (true, rest));
    let digits = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
    let (number, unit) = number.split_at(digits);
    let number: f64 = number.parse().map_err(|_not_a_number| bad())?;
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(bad()),
    };
    let bytes = (number * unit).round();
    // Casts of floats saturate.
    let bytes = if bytes.is_finite() { bytes as u64 } else { return Err(bad()) };
    let order = match (sign, equal) {
        ('<', false) => Order::Below,
        ('<', true) => Order::AtMost,
        (_, false) => Order::Above,
        (_, true) => Order::AtLeast,
    };
    Ok(Test::Size { order, bytes })
}

/// `order.items[0].sku` in parts; `None` where it is no path, as in `12:30` or `http://`.
fn path(word: &[(char, bool)]) -> Option<Vec<String>> {
    if word.iter().any(|(_, quoted)| *quoted) {
        return None;
    }
    let text: String = word.iter().map(|(c, _)| *c).collect();
    let text = text.replace('[', ".").replace(']', "");
    let parts: Vec<String> = text.split('.').map(plain).collect();
    let is_name = |part: &String| !part.is_empty() && part.chars().all(char::is_alphanumeric);
    let first_is_name = parts.first().is_some_and(|part| part.chars().next().is_some_and(char::is_alphabetic));
    (first_is_name && parts.iter().all(is_name)).then_some(parts)
}

/// A name as it is compared: `unit_price` and `unitPrice` are the same.
fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// Whether `test` holds for a value at `path`, begun at this value or anywhere in it.
fn any_place(value: &Value, path: &[String], test: &dyn Fn(&Value) -> bool, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    if at_path(value, path, test, depth) {
        return true;
    }
    match value {
        Value::Object(fields) => fields.values().any(|inner| any_place(inner, path, test, depth + 1)),
        Value::Array(items) => items.iter().any(|inner| any_place(inner, path, test, depth + 1)),
        _ => false,
    }
}

fn at_path(value: &Value, path: &[String], test: &dyn Fn(&Value) -> bool, depth: usize) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return match value {
            Value::Array(items) => items.iter().any(test),
            other => test(other),
        };
    };
    if depth > DEEPEST {
        return false;
    }
    match value {
        Value::Object(fields) => {
            fields.iter().any(|(name, inner)| plain(name) == *first && at_path(inner, rest, test, depth + 1))
        }
        // An index, or any element.
        Value::Array(items) => match first.parse::<usize>() {
            Ok(index) => items.get(index).is_some_and(|inner| at_path(inner, rest, test, depth + 1)),
            Err(_name) => items.iter().any(|inner| at_path(inner, path, test, depth + 1)),
        },
        _ => false,
    }
}

fn matches(found: &Value, exact: bool, wanted: &str) -> bool {
    let text = match found {
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) if exact => return false,
        other => other.to_string(),
    };
    if exact { text == wanted } else { text.to_lowercase().contains(wanted) }
}

#[cfg(test)]
mod tests {
    use super::{Filter, FilterFault};

    const ORDER: &str = r#"{"id":"7","customer":"Ann 李雷","items":[{"sku":"tea-01","unitPrice":{"units":"68"}},{"sku":"pot-01"}],"gift":true,"tags":["a","b c"],"at":"12:30"}"#;

    #[test]
    fn all_terms_must_hold() {
        for (filter, expect) in [
            ("", true),
            ("  ", true),
            ("ann", true),
            ("李雷 TEA", true),
            ("ann bob", false),
            ("-bob", true),
            ("-ann", false),
            ("\"ann 李雷\"", true),
            ("\"li lei\"", false),
            ("12:30", true),
            ("\"at\\\":\\\"12\"", true),
            ("customer:ann", true),
            ("customer=ann", false),
            ("customer=\"Ann 李雷\"", true),
            ("-customer:ann", false),
            ("sku=tea-01", true),
            ("items.sku=pot-01", true),
            ("items[0].sku=pot-01", false),
            ("items.1.sku=pot-01", true),
            ("unit_price.units=68", true),
            ("UnitPrice:68", true),
            ("gift=true", true),
            ("tags=\"b c\"", true),
            ("tags:c", true),
            ("nobody:x", false),
            (">100", true),
            (">=150B <=150b", true),
            ("<150", false),
            (">0.1kB", true),
            ("-<0.1KiB", true),
            (">1MB", false),
            ("ann >1MB", false),
        ] {
            let parsed = Filter::parse(filter);
            assert_eq!(parsed.map(|filter| filter.holds(150, ORDER)), Ok(expect), "{filter:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (filter, fault) in [
            ("a \"b c", FilterFault::OpenQuote("\"b c".to_owned())),
            (">abc", FilterFault::BadSize(">abc".to_owned())),
            ("<", FilterFault::BadSize("<".to_owned())),
            (">1XB", FilterFault::BadSize(">1XB".to_owned())),
            ("name:", FilterFault::NoValue("name:".to_owned())),
            ("a.b=", FilterFault::NoValue("a.b=".to_owned())),
            ("x -", FilterFault::NothingNegated),
        ] {
            assert_eq!(Filter::parse(filter), Err(fault), "{filter:?}");
        }
        assert!(Filter::parse("name:\"\"").is_ok_and(|filter| filter.holds(0, r#"{"name":"x"}"#)));
    }

    #[test]
    fn sizes_alone_need_no_text() {
        let reads = |text: &str| Filter::parse(text).map(|filter| filter.reads_text());
        assert_eq!((reads(">1KB -<2MB"), reads(">1 a")), (Ok(false), Ok(true)));
        assert_eq!(Filter::parse(">10 a").map(|filter| filter.refuses_size(10)), Ok(true));
    }
}
