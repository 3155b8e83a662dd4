//! From a symbol, as a person writes it, to the element of a file.

use buffa_descriptor::generated::descriptor::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
};

use super::super::descriptors::Loaded;
use super::super::harden::NameOrEmpty as _;
use super::super::link::SymbolKind;

/// An element by its positions from the top of the file; `messages` leads through nested ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Element {
    File,
    Message { messages: Vec<usize> },
    Enum { messages: Vec<usize>, position: usize },
    Extension { messages: Vec<usize>, position: usize },
    Service { position: usize },
    Method { service: usize, position: usize },
}

/// The usable file that holds a symbol (or is called so).
pub(in super::super) fn file_of(loaded: &Loaded, symbol: &str) -> Option<usize> {
    locate(loaded, symbol).map(|(file, _)| file)
}

/// The file that would hold a symbol, were it usable.
pub(in super::super) fn file_of_any(loaded: &Loaded, symbol: &str) -> Option<usize> {
    let name = normalized(symbol);
    loaded.by_name.get(symbol).copied().or_else(|| {
        let parent = name.rsplit_once('.').map(|(parent, _)| parent);
        let found = loaded.symbols.get(&name).or_else(|| loaded.symbols.get(parent?))?;
        Some(found.file)
    })
}

/// `pkg.Service/Method` and `.pkg.Type` as `pkg.Service.Method` and `pkg.Type`.
fn normalized(symbol: &str) -> String {
    symbol.strip_prefix('.').unwrap_or(symbol).trim_start_matches('/').replace('/', ".")
}

/// Finds a file by its import name, else a symbol by its full name: a field or oneof gives its message, an enum value
/// its enum.
pub(super) fn locate(loaded: &Loaded, symbol: &str) -> Option<(usize, Element)> {
    if let Some(index) = loaded.by_name.get(symbol).copied() {
        loaded.usable_file(index)?;
        return Some((index, Element::File));
    }
    let name = normalized(symbol);
    if let Some((index, kind)) = loaded.symbol(&name) {
        return Some((index, definition(&loaded.usable_file(index)?.proto, &name, kind)?));
    }
    let (parent, last) = name.rsplit_once('.').unwrap_or(("", &name));
    if let Some((index, kind)) = loaded.symbol(parent) {
        let file = &loaded.usable_file(index)?.proto;
        let owner = definition(file, parent, kind)?;
        if let Some(member) = member(file, &owner, last) {
            return Some((index, member));
        }
    }
    // Extensions and enum values stand beside the types of their package.
    (0..loaded.files.len()).find_map(|index| {
        let file = &loaded.usable_file(index)?.proto;
        if file.package.as_deref().unwrap_or_default() != parent {
            return None;
        }
        Some((index, beside(&file.extension, &file.enum_type, &[], last)?))
    })
}

/// The element of a message, enum or service of `file`.
fn definition(file: &FileDescriptorProto, full_name: &str, kind: SymbolKind) -> Option<Element> {
    let package = file.package.as_deref().unwrap_or_default();
    let path = if package.is_empty() { full_name } else { full_name.strip_prefix(package)?.strip_prefix('.')? };
    let mut parts: Vec<&str> = path.split('.').collect();
    match kind {
        SymbolKind::Service => Some(Element::Service {
            position: file.service.iter().position(|service| service.name_or_empty() == path)?,
        }),
        SymbolKind::Message | SymbolKind::MapEntry => Some(Element::Message { messages: descend(file, &parts)? }),
        SymbolKind::Enum => {
            let name = parts.pop()?;
            let messages = descend(file, &parts)?;
            let enums = message_at(file, &messages).map_or(&file.enum_type, |message| &message.enum_type);
            let position = enums.iter().position(|enumeration| enumeration.name_or_empty() == name)?;
            Some(Element::Enum { messages, position })
        }
    }
}

fn descend(file: &FileDescriptorProto, parts: &[&str]) -> Option<Vec<usize>> {
    let mut messages = &file.message_type;
    let mut path = Vec::with_capacity(parts.len());
    for part in parts {
        let position = messages.iter().position(|message| message.name_or_empty() == *part)?;
        path.push(position);
        messages = &messages.get(position)?.nested_type;
    }
    Some(path)
}

/// The message at a path of positions.
pub(super) fn message_at<'a>(file: &'a FileDescriptorProto, path: &[usize]) -> Option<&'a DescriptorProto> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(file.message_type.get(*first)?, |message, position| message.nested_type.get(*position))
}

/// Something called `name` inside `owner`.
fn member(file: &FileDescriptorProto, owner: &Element, name: &str) -> Option<Element> {
    match owner {
        Element::Service { position } => {
            let methods = &file.service.get(*position)?.method;
            let method = methods.iter().position(|method| method.name_or_empty() == name)?;
            Some(Element::Method { service: *position, position: method })
        }
        Element::Message { messages } => {
            let message = message_at(file, messages)?;
            let is_own = message.field.iter().any(|field| field.name_or_empty() == name)
                || message.oneof_decl.iter().any(|oneof| oneof.name_or_empty() == name);
            if is_own { Some(owner.clone()) } else { beside(&message.extension, &message.enum_type, messages, name) }
        }
        // Not how protobuf scopes enum values, but how many people write them.
        Element::Enum { messages, position } => {
            let enums = message_at(file, messages).map_or(&file.enum_type, |message| &message.enum_type);
            let has_value = enums.get(*position)?.value.iter().any(|value| value.name_or_empty() == name);
            has_value.then(|| owner.clone())
        }
        Element::File | Element::Extension { .. } | Element::Method { .. } => None,
    }
}

fn beside(
    extensions: &[FieldDescriptorProto],
    enums: &[EnumDescriptorProto],
    messages: &[usize],
    name: &str,
) -> Option<Element> {
    if let Some(position) = extensions.iter().position(|extension| extension.name_or_empty() == name) {
        return Some(Element::Extension { messages: messages.to_vec(), position });
    }
    let position =
        enums.iter().position(|enumeration| enumeration.value.iter().any(|value| value.name_or_empty() == name))?;
    Some(Element::Enum { messages: messages.to_vec(), position })
}
