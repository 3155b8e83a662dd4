//! What does not fit, as data: every fault of a message with its names and numbers. `Display` says it in English, as
//! compilers do; `words` says the same in each language, by a match that a new kind does not pass unsaid.

use std::borrow::Cow;
use std::fmt;

use super::error::MessageError;

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Something else stands where this was expected.
    Expected(Box<(Expected, Found)>),
    /// A name that no field of the type has.
    UnknownField {
        /// As written.
        name: String,
        /// Full name of the type.
        of: String,
        /// A field that is a slip of the hand away.
        near: Option<String>,
    },
    /// An extension that nobody knows.
    UnknownExtension {
        /// In brackets.
        name: String,
        /// Full name of the type.
        of: String,
    },
    /// A required field is missing.
    Missing {
        /// The field.
        name: String,
        /// Full name of the type.
        of: String,
    },
    /// One field stands twice.
    FieldTwice,
    /// One key of a map stands twice.
    KeyTwice,
    /// This other member of the oneof is set.
    OneofSet(String),
    /// More messages inside messages than this.
    TooDeep(usize),
    /// `/*` without its end.
    OpenComment,
    /// A quote without its end.
    OpenString,
    /// A message's bracket without its end.
    OpenMessage,
    /// A control character stands in a string.
    ControlCharacter,
    /// What follows the backslash is no escape.
    BadEscape,
    /// `\400` and above.
    OctalTooLarge,
    /// `\u` without four hexadecimal digits.
    BadUnicodeEscape,
    /// A surrogate without its other half.
    HalfSurrogate,
    /// `%` in a type URL without two hexadecimal digits.
    BadPercent,
    /// An `Any` whose type the schema lacks: its type URL.
    UnknownAny(String),
    /// A type that the schema lacks: its full name.
    UnknownType(String),
    /// An `Any` without `@type`.
    AnyWithoutType,
    /// `@type` stands twice.
    TypeTwice,
    /// An `Any` of this well-known type without `value`.
    AnyWithoutValue(String),
    /// `[url]` inside what is no `Any`.
    NoAny {
        /// Full name of the type.
        of: String,
        /// What stands in brackets.
        url: String,
    },
    /// This `Any` holds something already.
    AnyFull,
    /// An `Any` whose bytes are no message of its type.
    AnyContent {
        /// Full name of the type.
        of: String,
        /// What does not fit there.
        fault: Box<MessageError>,
    },
    /// A string that is not UTF-8 from this byte on.
    NotUtf8(usize),
    /// A timestamp or duration that its text form cannot hold.
    TimeOutOfRange {
        /// Its seconds.
        seconds: i64,
        /// Its nanoseconds.
        nanos: i32,
        /// Full name of the type.
        of: String,
    },
    /// A field mask's path that JSON cannot hold.
    MaskPath(String),
    /// A number that JSON cannot hold: NaN and the infinities, as written.
    ValueNumber(String),
    /// A `google.protobuf.Value` that holds nothing.
    EmptyValue,
    /// An `Any` with bytes and without a type: the full name of its own type.
    AnyUntyped(String),
    /// Wire bytes that cannot be read.
    Wire(WireFault),
    /// A text that cannot be cut into messages.
    Split(SplitFault),
    /// So many messages wait to be sent that no more are taken.
    QueueFull,
    /// Nobody wants it any more: the work was stopped.
    Stopped,
}

/// Why wire bytes cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireFault {
    /// A field number that is none.
    FieldNumber,
    /// The end comes inside a varint.
    CutNumber,
    /// A varint of more than 64 bits.
    LongNumber,
    /// A length reaches past the end.
    CutLength,
    /// The end of a group that did not begin.
    EndWithoutGroup,
    /// A wire type that there is not.
    WireType,
    /// The end of another group.
    OtherGroup,
    /// The end comes inside a group.
    CutGroup,
    /// The end comes inside an element of a packed list.
    CutPacked,
}

/// Why a text cannot be cut into messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitFault {
    /// A comment does not end.
    OpenComment,
    /// An array does not end.
    OpenArray,
    /// The value that begins here does not end.
    OpenValue,
    /// No comma between two elements.
    NoComma,
    /// A bracket that nothing opened.
    StrayBracket,
    /// No value stands where one must.
    NoValue,
}

/// What was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A type by its name, the same in every language: `int32`, `shop.v1.Item`.
    Type(Cow<'static, str>),
    /// One of an enum's names; the last may be `…`.
    OneOf(Vec<String>),
    /// A list of these.
    ArrayOf(Box<Expected>),
    /// This in quotes, as keys of maps stand.
    InQuotes(Box<Expected>),
    /// Bytes as JSON has them.
    Base64,
    /// Bytes as the text format has them.
    QuotedBytes,
    /// A message of this type in JSON.
    Object(String),
    /// A message of this type in the text format.
    Block(String),
    /// A map in JSON.
    Map,
    /// An `Any` in JSON.
    Any,
    /// Any array.
    Array,
    /// Any value.
    Value,
    /// No value at all.
    NoValue,
    /// An enum's number.
    EnumNumber,
    /// `"true"` or `"false"`.
    QuotedBool,
    /// A field's name.
    FieldName,
    /// A field's name, or the end of the object.
    FieldNameOrEnd,
    /// A map's key, or the end of the object.
    MapKeyOrEnd,
    /// RFC 3339.
    Timestamp,
    /// Seconds.
    Duration,
    /// Paths.
    FieldMask,
    /// What an `Any` is.
    TypeUrl,
    /// What stands in brackets in the text format.
    TypeUrlOrExtension,
    /// This character.
    Mark(char),
    /// One of two characters.
    EitherMark(char, char),
    /// Nothing more.
    End,
    /// A string in UTF-8.
    Utf8,
}

/// What stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// As it is written.
    Written(String),
    /// The end of the text.
    End,
    /// An object.
    Object,
    /// An array.
    Array,
    /// Nothing.
    Nothing,
    /// A number beyond its type.
    OutOfRange(String),
    /// A number with a fraction, where there must be none.
    Fraction(String),
    /// A string that is not UTF-8.
    NotUtf8(String),
    /// A number that the closed enum lacks.
    NotInEnum(String),
    /// A name that is a slip of the hand away from another.
    Near {
        /// As written.
        written: String,
        /// The other.
        near: String,
    },
    /// A string that is no base64.
    NotBase64(base64::DecodeError),
    /// Bytes that are not UTF-8.
    Bytes,
}

impl From<WireFault> for Misfit {
    fn from(fault: WireFault) -> Self {
        Self::Wire(fault)
    }
}

impl From<SplitFault> for Misfit {
    fn from(fault: SplitFault) -> Self {
        Self::Split(fault)
    }
}

impl Expected {
    /// A type of the language.
    pub(super) const fn scalar(name: &'static str) -> Self {
        Self::Type(Cow::Borrowed(name))
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(both) => write!(f, "expected {}, found {}", both.0, both.1),
            Self::UnknownField { name, of, near: None } => write!(f, "unknown field {name} of {of}"),
            Self::UnknownField { name, of, near: Some(near) } => {
                write!(f, "unknown field {name} of {of}; did you mean {near}?")
            }
            Self::UnknownExtension { name, of } => write!(f, "unknown extension {name} of {of}"),
            Self::Missing { name, of } => write!(f, "required field {name} of {of} is missing"),
            Self::FieldTwice => f.write_str("this field stands here twice"),
            Self::KeyTwice => f.write_str("this key stands here twice"),
            Self::OneofSet(name) => write!(f, "{name} of the same oneof is already set"),
            Self::TooDeep(most) => write!(f, "messages are nested more than {most} deep"),
            Self::OpenComment => f.write_str("a comment begins here that does not end"),
            Self::OpenString => f.write_str("a string begins here that does not end"),
            Self::OpenMessage => f.write_str("a message begins here that does not end"),
            Self::ControlCharacter => f.write_str("a control character in a string must be escaped"),
            Self::BadEscape => f.write_str("an invalid escape in a string"),
            Self::OctalTooLarge => f.write_str("an octal escape above \\377"),
            Self::BadUnicodeEscape => f.write_str("\\u wants four hexadecimal digits"),
            Self::HalfSurrogate => f.write_str("half of a surrogate pair stands alone"),
            Self::BadPercent => f.write_str("a % in a type URL wants two hexadecimal digits"),
            Self::UnknownAny(url) => write!(f, "the schema has no type {url:?} to expand this Any"),
            Self::UnknownType(name) => write!(f, "the schema has no {name}"),
            Self::AnyWithoutType => f.write_str("an Any needs \"@type\" to say what it holds"),
            Self::TypeTwice => f.write_str("\"@type\" stands here twice"),
            Self::AnyWithoutValue(of) => write!(f, "an Any of {of} needs \"value\""),
            Self::NoAny { of, url } => write!(f, "{of} is no google.protobuf.Any, so it holds no [{url}]"),
            Self::AnyFull => f.write_str("this Any already holds something"),
            Self::AnyContent { of, fault } => write!(f, "the Any's value does not parse as {of}: {fault}"),
            Self::NotUtf8(at) => write!(f, "the string is not UTF-8 from its byte {at} on"),
            Self::TimeOutOfRange { seconds, nanos, of } => {
                write!(f, "{seconds} s and {nanos} ns are out of the range of {of}")
            }
            Self::MaskPath(path) => write!(f, "the field mask's path {path:?} has no JSON form"),
            Self::ValueNumber(number) => write!(f, "google.protobuf.Value cannot hold {number}"),
            Self::EmptyValue => f.write_str("a google.protobuf.Value that holds nothing has no JSON form"),
            Self::AnyUntyped(of) => write!(f, "a {of} with a value but no type has no JSON form"),
            Self::Wire(fault) => fault.fmt(f),
            Self::Split(fault) => fault.fmt(f),
            Self::QueueFull => f.write_str("too many messages wait to be sent: the server does not read them"),
            Self::Stopped => f.write_str("stopped before it was done"),
        }
    }
}

impl fmt::Display for WireFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FieldNumber => "a field number is out of range",
            Self::CutNumber => "the message is cut off inside a number",
            Self::LongNumber => "a number is longer than 64 bits",
            Self::CutLength => "the message is cut off: a length reaches past its end",
            Self::EndWithoutGroup => "a group ends that did not begin",
            Self::WireType => "a record has an invalid wire type",
            Self::OtherGroup => "a group is ended by another group's end",
            Self::CutGroup => "the message is cut off inside a group",
            Self::CutPacked => "a packed list is cut off inside an element",
        })
    }
}

impl fmt::Display for SplitFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenComment => "a comment does not end",
            Self::OpenArray => "an array does not end",
            Self::OpenValue => "the value that begins here does not end",
            Self::NoComma => "expected \",\" or \"]\" between the elements of an array",
            Self::StrayBracket => "a bracket closes what is not open",
            Self::NoValue => "expected a value",
        })
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(name) => f.write_str(name),
            Self::OneOf(names) => write!(f, "one of {}", names.join(", ")),
            Self::ArrayOf(element) => write!(f, "an array of {element}"),
            Self::InQuotes(what) => write!(f, "{what} in quotes"),
            Self::Base64 => f.write_str("bytes in base64"),
            Self::QuotedBytes => f.write_str("bytes in quotes"),
            Self::Object(of) => write!(f, "an object ({of})"),
            Self::Block(of) => write!(f, "\"{{\" ({of})"),
            Self::Map => f.write_str("an object (a map)"),
            Self::Any => f.write_str("an object with \"@type\" (google.protobuf.Any)"),
            Self::Array => f.write_str("an array"),
            Self::Value => f.write_str("a value"),
            Self::NoValue => f.write_str("no value"),
            Self::EnumNumber => f.write_str("an enum's number (int32)"),
            Self::QuotedBool => f.write_str("\"true\" or \"false\""),
            Self::FieldName => f.write_str("a field name"),
            Self::FieldNameOrEnd => f.write_str("a field name or \"}\""),
            Self::MapKeyOrEnd => f.write_str("a map key or \"}\""),
            Self::Timestamp => f.write_str("a timestamp like \"1972-01-01T10:00:20.021Z\""),
            Self::Duration => f.write_str("a duration like \"1.5s\""),
            Self::FieldMask => f.write_str("a field mask like \"user.displayName,photo\""),
            Self::TypeUrl => f.write_str("a type URL"),
            Self::TypeUrlOrExtension => f.write_str("a type URL or an extension's name"),
            Self::Mark(mark) => write!(f, "\"{mark}\""),
            Self::EitherMark(one, other) => write!(f, "\"{one}\" or \"{other}\""),
            Self::End => f.write_str("the end of the input"),
            Self::Utf8 => f.write_str("a string in UTF-8"),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(written) => f.write_str(written),
            Self::End => f.write_str("the end of the input"),
            Self::Object => f.write_str("an object"),
            Self::Array => f.write_str("an array"),
            Self::Nothing => f.write_str("nothing"),
            Self::OutOfRange(written) => write!(f, "{written}, which is out of range"),
            Self::Fraction(written) => write!(f, "{written}, which has a fraction"),
            Self::NotUtf8(written) => write!(f, "{written}, which is not UTF-8"),
            Self::NotInEnum(written) => write!(f, "{written}, which this closed enum lacks"),
            Self::Near { written, near } => write!(f, "{written} (did you mean {near}?)"),
            Self::NotBase64(why) => write!(f, "a string that is not ({why})"),
            Self::Bytes => f.write_str("bytes that are not UTF-8"),
        }
    }
}
