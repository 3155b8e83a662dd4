//! Descriptors as .proto source, never lowered: what protoc accepts and reads back as the same descriptors.
//!
//! Text that an author wrote is not reproduced here; comments come from source info where a set carries it.

mod locate;
mod names;
mod options;
mod source;

use buffa_descriptor::generated::descriptor::FileDescriptorProto;
use prost_reflect::DescriptorPool;

pub(super) use locate::{file_of, file_of_any};

use super::OptionValue;
use super::descriptors::Loaded;
use super::harden::NameOrEmpty as _;
use super::raw::join_name;
use locate::{Element, message_at};
use names::Names;
use source::Printer;

/// Serialized options of the message `kind`, for a tree.
pub(super) fn option_values(pool: &DescriptorPool, kind: &str, bytes: &[u8]) -> Vec<OptionValue> {
    options::values(pool, kind, bytes)
}

/// The source of a symbol or file: a method stands in the frame of its service, a field's message is shown whole.
pub(super) fn definition(loaded: &Loaded, symbol: &str) -> Option<String> {
    let (index, element) = locate::locate(loaded, symbol)?;
    let raw = loaded.usable_file(index)?;
    let file = &raw.proto;
    let names = Names::of(loaded);
    let mut printer = Printer::new(loaded, file, &names);
    print_element(&mut printer, file, &element)?;
    let text = printer.finish();
    Some(if raw.stand_in {
        format!("// Nobody defines this type; an empty one stands in for it.\n{text}")
    } else {
        text
    })
}

/// Import name and source of every usable file that was given, in order.
pub(super) fn all_files(loaded: &Loaded) -> Vec<(String, String)> {
    let names = Names::of(loaded);
    let print = |file: &FileDescriptorProto| {
        let mut printer = Printer::new(loaded, file, &names);
        printer.file();
        (file.name_or_empty().to_owned(), printer.finish())
    };
    loaded.own_files().map(|(_, file)| print(file)).collect()
}

fn print_element<'a>(printer: &mut Printer<'a>, file: &'a FileDescriptorProto, element: &Element) -> Option<()> {
    match element {
        Element::File => printer.file(),
        Element::Service { position } => printer.service(*position, None),
        Element::Method { service, position } => printer.service(*service, Some(*position)),
        Element::Message { messages } => {
            let message = message_at(file, messages)?;
            printer.message(message, &scope_of(file, messages.split_last()?.1), &message_path(messages));
        }
        Element::Enum { messages, position } => {
            const ENUM: i32 = 5;
            const NESTED_ENUM: i32 = 4;
            let enums = message_at(file, messages).map_or(&file.enum_type, |message| &message.enum_type);
            let mut path = message_path(messages);
            path.push(if messages.is_empty() { ENUM } else { NESTED_ENUM });
            path.push(i32::try_from(*position).ok()?);
            printer.enumeration(enums.get(*position)?, &scope_of(file, messages), &path);
        }
        Element::Extension { messages, position } => {
            const EXTENSION: i32 = 7;
            const NESTED_EXTENSION: i32 = 6;
            let mut path = message_path(messages);
            let scope = scope_of(file, messages);
            if let Some(message) = message_at(file, messages) {
                path.push(NESTED_EXTENSION);
                printer.extensions(&message.extension, &message.nested_type, &[*position], &scope, &path);
            } else {
                path.push(EXTENSION);
                printer.extensions(&file.extension, &file.message_type, &[*position], &scope, &path);
            }
        }
    }
    Some(())
}

/// The full name of the message at a path, or the package.
fn scope_of(file: &FileDescriptorProto, messages: &[usize]) -> String {
    let mut scope = file.package.clone().unwrap_or_default();
    for end in 1..=messages.len() {
        if let Some(message) = messages.get(..end).and_then(|path| message_at(file, path)) {
            scope = join_name(&scope, message.name_or_empty());
        }
    }
    scope
}

/// The path of a message in source info.
fn message_path(messages: &[usize]) -> Vec<i32> {
    const MESSAGE: i32 = 4;
    const NESTED: i32 = 3;
    let tags = std::iter::once(MESSAGE).chain(std::iter::repeat(NESTED));
    messages.iter().zip(tags).flat_map(|(position, tag)| [tag, i32::try_from(*position).unwrap_or(i32::MAX)]).collect()
}
