//! What a single file must hold before any library sees it: everything that could panic, hang or overflow is refused
//! here, with the reason in words. References between files are the business of `link`.

use std::collections::HashSet;

use buffa::Enumeration as _;
use buffa_descriptor::generated::descriptor::field_descriptor_proto::{Label, Type};
use buffa_descriptor::generated::descriptor::{
    DescriptorProto, Edition, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
};

/// All full names of one file together; scopes multiply, so a small file can name gigabytes.
const NAMES_LIMIT_BYTES: usize = 128 << 20;
/// Adding a value to an enum is linear in their number.
const ENUM_VALUES_LIMIT: usize = 1 << 16;
/// Each field is held against each range of its message.
const EXTENSION_RANGES_LIMIT: usize = 1 << 12;
/// The longest name of a file.
const FILE_NAME_LIMIT_BYTES: usize = 4096;
/// 2^29 - 1; extensions of a message set may go past it.
pub(super) const LAST_FIELD_NUMBER: i32 = (1 << 29) - 1;

/// Why `file` cannot be used, if so.
pub(super) fn check(file: &FileDescriptorProto) -> Result<(), String> {
    check_name(file)?;
    check_syntax(file)?;
    let package = file.package.as_deref().unwrap_or_default();
    if !package.is_empty() {
        for part in package.split('.') {
            check_identifier(part).map_err(|message| format!("package {message}"))?;
        }
    }
    let mut checker = Checker { names_budget_bytes: NAMES_LIMIT_BYTES };
    let scope = Scope { len: package.len(), label: package };
    for message in &file.message_type {
        checker.message(&scope, message)?;
    }
    for enumeration in &file.enum_type {
        checker.enumeration(&scope, enumeration)?;
    }
    for extension in &file.extension {
        checker.field(&scope, extension, None)?;
    }
    for service in &file.service {
        let scope = checker.name(&scope, service.name.as_deref())?;
        for method in &service.method {
            checker.name(&scope, method.name.as_deref())?;
            for (what, name) in [("request", &method.input_type), ("response", &method.output_type)] {
                check_type_name(name.as_deref().unwrap_or_default())
                    .map_err(|message| format!("method {}: {what} type {message}", method.name_or_empty()))?;
            }
        }
    }
    Ok(())
}

fn check_name(file: &FileDescriptorProto) -> Result<(), String> {
    let name = file.name.as_deref().unwrap_or_default();
    if name.is_empty() {
        return Err("the file has no name".to_owned());
    }
    if name.len() > FILE_NAME_LIMIT_BYTES || name.chars().any(char::is_control) {
        return Err("the file's name is too long or holds control characters".to_owned());
    }
    Ok(())
}

fn check_syntax(file: &FileDescriptorProto) -> Result<(), String> {
    match file.syntax.as_deref() {
        // Other implementations write proto2 as an empty string; it means the same.
        None | Some("" | "proto2" | "proto3") => Ok(()),
        Some("editions") => match file.edition {
            Some(Edition::EDITION_PROTO2 | Edition::EDITION_PROTO3 | Edition::EDITION_2023 | Edition::EDITION_2024) => {
                Ok(())
            }
            Some(other) => Err(format!("edition {} is not known here (2023 and 2024 are)", edition_name(other))),
            None => Err("the file's edition is missing or newer than those known here (2023 and 2024)".to_owned()),
        },
        Some(other) => Err(format!("syntax {other:?} is not known here (proto2, proto3 and editions are)")),
    }
}

/// `2023` for `EDITION_2023`.
pub(super) fn edition_name(edition: Edition) -> &'static str {
    let name = edition.proto_name();
    name.strip_prefix("EDITION_").unwrap_or(name)
}

/// Where an element stands: what its name follows, and for how long.
struct Scope<'a> {
    len: usize,
    label: &'a str,
}

struct Checker {
    names_budget_bytes: usize,
}

impl Checker {
    /// Checks a name and charges its full length.
    fn name<'a>(&mut self, scope: &Scope<'_>, name: Option<&'a str>) -> Result<Scope<'a>, String> {
        let name = name.unwrap_or_default();
        check_identifier(name).map_err(|message| format!("in {}: {message}", quoted_or_file(scope.label)))?;
        let len = scope.len + 1 + name.len();
        self.names_budget_bytes =
            self.names_budget_bytes.checked_sub(len).ok_or("the names in this file are too long together")?;
        Ok(Scope { len, label: name })
    }

    fn message(&mut self, scope: &Scope<'_>, message: &DescriptorProto) -> Result<(), String> {
        let scope = self.name(scope, message.name.as_deref())?;
        let name = scope.label;
        let mut numbers = HashSet::with_capacity(message.field.len());
        for field in &message.field {
            self.field(&scope, field, Some(message))?;
            if !numbers.insert(field.number.unwrap_or_default()) {
                return Err(format!("message {name}: the number {} is used twice", field.number.unwrap_or_default()));
            }
        }
        for oneof in &message.oneof_decl {
            self.name(&scope, oneof.name.as_deref())?;
        }
        for extension in &message.extension {
            self.field(&scope, extension, None)?;
        }
        for enumeration in &message.enum_type {
            self.enumeration(&scope, enumeration)?;
        }
        for nested in &message.nested_type {
            self.message(&scope, nested)?;
        }
        if message.extension_range.len() > EXTENSION_RANGES_LIMIT {
            return Err(format!("message {name} has more than {EXTENSION_RANGES_LIMIT} extension ranges"));
        }
        if is_map_entry(message) {
            check_map_entry(message)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        scope: &Scope<'_>,
        field: &FieldDescriptorProto,
        message: Option<&DescriptorProto>,
    ) -> Result<(), String> {
        let own = self.name(scope, field.name.as_deref())?;
        let fail = |what: String| Err(format!("field {}.{}: {what}", scope.label, own.label));
        let number = field.number.unwrap_or_default();
        // Extensions past the last number belong to message sets; lowering leaves them out.
        if number < 1 || (19_000..20_000).contains(&number) || (message.is_some() && number > LAST_FIELD_NUMBER) {
            return fail(format!("{number} is no field number"));
        }
        if let Some(message) = message {
            if field.extendee.is_some() {
                return fail("an extension stands among the fields".to_owned());
            }
            if let Some(index) = field.oneof_index {
                if usize::try_from(index).ok().and_then(|index| message.oneof_decl.get(index)).is_none() {
                    return fail(format!("its oneof (number {index}) does not exist"));
                }
                if matches!(field.label, Some(Label::LABEL_REPEATED | Label::LABEL_REQUIRED)) {
                    return fail("a field of a oneof is repeated or required".to_owned());
                }
            }
        } else if field.oneof_index.is_some() {
            return fail("an extension is part of a oneof".to_owned());
        } else {
            check_type_name(field.extendee.as_deref().unwrap_or_default())
                .or_else(|message| fail(format!("what it extends {message}")))?;
        }
        let type_name = field.type_name.as_deref().unwrap_or_default();
        match field.r#type {
            Some(Type::TYPE_MESSAGE | Type::TYPE_GROUP | Type::TYPE_ENUM) | None => {
                check_type_name(type_name).or_else(|message| fail(format!("its type {message}")))?;
            }
            Some(_) if !type_name.is_empty() => return fail("a scalar names a type".to_owned()),
            Some(_) => {}
        }
        if let (Some(default), Some(kind)) = (&field.default_value, field.r#type) {
            if field.label == Some(Label::LABEL_REPEATED) {
                return fail("a repeated field has a default".to_owned());
            }
            if !default_fits(kind, default) {
                return fail(format!("{default:?} is no default for its type"));
            }
        }
        Ok(())
    }

    fn enumeration(&mut self, scope: &Scope<'_>, enumeration: &EnumDescriptorProto) -> Result<(), String> {
        let own = self.name(scope, enumeration.name.as_deref())?;
        if enumeration.value.is_empty() {
            return Err(format!("enum {} has no values", own.label));
        }
        if enumeration.value.len() > ENUM_VALUES_LIMIT {
            return Err(format!("enum {} has more than {ENUM_VALUES_LIMIT} values", own.label));
        }
        for value in &enumeration.value {
            // Values live beside their enum.
            self.name(scope, value.name.as_deref())?;
        }
        Ok(())
    }
}

/// Whether a message is made by the compiler for a map field.
pub(super) fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_option().is_some_and(|options| options.map_entry == Some(true))
}

/// A map entry is a key numbered 1 of a scalar type and a value numbered 2, and nothing else.
fn check_map_entry(message: &DescriptorProto) -> Result<(), String> {
    let fail = |what: &str| Err(format!("map entry {}: {what}", message.name.as_deref().unwrap_or_default()));
    if message.field.len() != 2
        || !message.nested_type.is_empty()
        || !message.enum_type.is_empty()
        || !message.extension.is_empty()
        || !message.extension_range.is_empty()
        || !message.oneof_decl.is_empty()
    {
        return fail("it must hold a key and a value and nothing else");
    }
    let field = |number| message.field.iter().find(|field| field.number == Some(number));
    let (Some(key), Some(value)) = (field(1), field(2)) else {
        return fail("its fields must be numbered 1 and 2");
    };
    if [key, value].iter().any(|field| !matches!(field.label, None | Some(Label::LABEL_OPTIONAL))) {
        return fail("its fields must be single");
    }
    if value.r#type == Some(Type::TYPE_GROUP) {
        return fail("its value is a group");
    }
    match key.r#type {
        None
        | Some(
            Type::TYPE_DOUBLE
            | Type::TYPE_FLOAT
            | Type::TYPE_BYTES
            | Type::TYPE_MESSAGE
            | Type::TYPE_GROUP
            | Type::TYPE_ENUM,
        ) => fail("its key is neither an integer nor bool nor string"),
        Some(_) => Ok(()),
    }
}

/// As protoc's tokenizer has it; anything else could not be written as source again.
pub(super) fn check_identifier(name: &str) -> Result<(), String> {
    let mut bytes = name.bytes();
    match bytes.next() {
        None => Err("a name is missing".to_owned()),
        Some(first)
            if (first.is_ascii_alphabetic() || first == b'_')
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') =>
        {
            Ok(())
        }
        Some(_) => Err(format!("{} is no name", shortened(name))),
    }
}

/// `.pkg.Type` or a relative `pkg.Type`.
fn check_type_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("is missing".to_owned());
    }
    let path = name.strip_prefix('.').unwrap_or(name);
    if path.split('.').all(|part| check_identifier(part).is_ok()) {
        Ok(())
    } else {
        Err(format!("{} is no type's name", shortened(name)))
    }
}

fn shortened(name: &str) -> String {
    const SHOWN: usize = 80;
    if name.chars().count() > SHOWN {
        format!("{:?}…", name.chars().take(SHOWN).collect::<String>())
    } else {
        format!("{name:?}")
    }
}

fn quoted_or_file(scope: &str) -> String {
    if scope.is_empty() { "the file".to_owned() } else { scope.to_owned() }
}

/// Whether the value engine can read this default; it panics on some escapes.
fn default_fits(kind: Type, default: &str) -> bool {
    match kind {
        Type::TYPE_DOUBLE | Type::TYPE_FLOAT => default.parse::<f64>().is_ok(),
        Type::TYPE_INT32 | Type::TYPE_SINT32 | Type::TYPE_SFIXED32 => default.parse::<i32>().is_ok(),
        Type::TYPE_INT64 | Type::TYPE_SINT64 | Type::TYPE_SFIXED64 => default.parse::<i64>().is_ok(),
        Type::TYPE_UINT32 | Type::TYPE_FIXED32 => default.parse::<u32>().is_ok(),
        Type::TYPE_UINT64 | Type::TYPE_FIXED64 => default.parse::<u64>().is_ok(),
        Type::TYPE_BOOL => matches!(default, "true" | "false"),
        Type::TYPE_STRING => true,
        Type::TYPE_BYTES => unescape(default).is_some(),
        // Looked up among the enum's values once that is known.
        Type::TYPE_ENUM => check_identifier(default).is_ok(),
        Type::TYPE_MESSAGE | Type::TYPE_GROUP => false,
    }
}

/// C escapes as protoc writes them into the defaults of bytes fields.
pub(super) fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes().peekable();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match bytes.next()? {
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            quoted @ (b'\\' | b'?' | b'\'' | b'"') => quoted,
            first @ b'0'..=b'7' => {
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = bytes.next_if(|byte| (b'0'..=b'7').contains(byte)) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                }
                u8::try_from(value).ok()?
            }
            b'x' | b'X' => {
                let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            _ => return None,
        });
    }
    Some(out)
}

/// Names that may be missing.
pub(super) trait NameOrEmpty {
    /// The name, or nothing.
    fn name_or_empty(&self) -> &str;
}

macro_rules! name_or_empty {
    ($($kind:ident),+) => {
        $(impl NameOrEmpty for buffa_descriptor::generated::descriptor::$kind {
            fn name_or_empty(&self) -> &str {
                self.name.as_deref().unwrap_or_default()
            }
        })+
    };
}

name_or_empty!(
    DescriptorProto,
    EnumDescriptorProto,
    EnumValueDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    MethodDescriptorProto,
    OneofDescriptorProto,
    ServiceDescriptorProto
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_defaults() {
        let check = |text: &str, expect: Option<&[u8]>| assert_eq!(unescape(text).as_deref(), expect, "{text}");
        check("", Some(b""));
        check(r"\001\377a\n", Some(&[1, 255, b'a', b'\n']));
        check(r"\xfe\X0A", Some(&[0xfe, 0x0a]));
        check(r"\777", None);
        check(r"\x1é", None);
        check("\\", None);
        check(r"\q", None);
    }

    #[test]
    fn names() {
        for good in ["a", "_", "A9_b"] {
            assert_eq!(check_identifier(good), Ok(()));
        }
        for bad in ["", "9", "a.b", "a b", "é", "a\n", "a{"] {
            assert!(check_identifier(bad).is_err(), "{bad:?}");
        }
        for good in [".a.b", "a", "a.b.C"] {
            assert_eq!(check_type_name(good), Ok(()));
        }
        for bad in ["", ".", "..a", "a.", "a..b"] {
            assert!(check_type_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn syntaxes() {
        let check = |syntax: Option<&str>, edition: Option<Edition>, good: bool| {
            let file = FileDescriptorProto {
                name: Some("a.proto".to_owned()),
                syntax: syntax.map(str::to_owned),
                edition,
                ..Default::default()
            };
            assert_eq!(super::check(&file).is_ok(), good, "{syntax:?} {edition:?}");
        };
        check(None, None, true);
        check(Some(""), None, true);
        check(Some("proto2"), None, true);
        check(Some("proto3"), None, true);
        check(Some("proto4"), None, false);
        check(Some("editions"), None, false);
        check(Some("editions"), Some(Edition::EDITION_2023), true);
        check(Some("editions"), Some(Edition::EDITION_2024), true);
        check(Some("editions"), Some(Edition::EDITION_UNSTABLE), false);
        check(Some("editions"), Some(Edition::EDITION_99999_TEST_ONLY), false);
    }
}
