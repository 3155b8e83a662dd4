//! References between files: which file defines what, what each type name means, and what a file therefore needs.
//!
//! Imprecise servers name types relatively, leave a field's type out or name no imports at all. All of that is repaired
//! here in the files themselves, so that printing, saving and lowering see complete descriptors.

use std::collections::{BTreeSet, HashMap, HashSet};

use buffa_descriptor::generated::descriptor::field_descriptor_proto::{Label, Type};
use buffa_descriptor::generated::descriptor::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::harden::{NameOrEmpty as _, is_map_entry};
use super::raw::{RawFile, join_name};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SymbolKind {
    Message,
    /// A message made for a map field.
    MapEntry,
    Enum,
    Service,
}

/// A definition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Symbol {
    /// Index of the file.
    pub file: usize,
    pub kind: SymbolKind,
}

/// Messages, enums and services by full name.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    by_name: HashMap<String, Symbol>,
}

/// A file that cannot be linked.
#[derive(Debug)]
pub(super) enum LinkError {
    /// A type that no file defines; the names that would satisfy it, innermost scope first.
    Unresolved { message: String, candidates: Vec<String>, is_enum: bool },
    /// Anything else.
    Wrong(String),
}

impl LinkError {
    /// In words.
    pub fn message(&self) -> &str {
        match self {
            Self::Unresolved { message, .. } | Self::Wrong(message) => message,
        }
    }
}

impl Symbols {
    /// By full name without a leading dot.
    pub fn get(&self, full_name: &str) -> Option<Symbol> {
        self.by_name.get(full_name).copied()
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Symbol)> {
        self.by_name.iter().map(|(name, symbol)| (name.as_str(), *symbol))
    }

    /// Adds a checked file's definitions; where one exists already, none of the file's stay.
    pub fn add(&mut self, index: usize, file: &FileDescriptorProto) -> Result<(), (String, usize)> {
        let package = file.package.as_deref().unwrap_or_default();
        let mut own = Vec::new();
        collect_messages(&mut own, package, &file.message_type);
        own.extend(file.enum_type.iter().map(|e| (join_name(package, e.name_or_empty()), SymbolKind::Enum)));
        own.extend(file.service.iter().map(|s| (join_name(package, s.name_or_empty()), SymbolKind::Service)));
        let mut added: Vec<String> = Vec::with_capacity(own.len());
        for (name, kind) in own {
            if let Some(first) = self.by_name.get(&name) {
                let clash = (name, first.file);
                for name in &added {
                    self.by_name.remove(name);
                }
                return Err(clash);
            }
            added.push(name.clone());
            self.by_name.insert(name, Symbol { file: index, kind });
        }
        Ok(())
    }

    /// What `name` means inside `scope`: absolute with a leading dot, else searched from the innermost scope outwards.
    pub fn resolve(&self, scope: &str, name: &str) -> Option<(String, Symbol)> {
        candidates(scope, name).into_iter().find_map(|candidate| {
            let symbol = self.get(&candidate)?;
            Some((candidate, symbol))
        })
    }
}

/// The full names that `name` may mean inside `scope`, first match first.
fn candidates(scope: &str, name: &str) -> Vec<String> {
    if let Some(absolute) = name.strip_prefix('.') {
        return vec![absolute.to_owned()];
    }
    let mut names = Vec::new();
    let mut scope = scope;
    while !scope.is_empty() {
        names.push(format!("{scope}.{name}"));
        scope = scope.rfind('.').map_or("", |dot| &scope[..dot]);
    }
    names.push(name.to_owned());
    names
}

fn collect_messages(into: &mut Vec<(String, SymbolKind)>, scope: &str, messages: &[DescriptorProto]) {
    for message in messages {
        let full_name = join_name(scope, message.name_or_empty());
        into.extend(message.enum_type.iter().map(|e| (join_name(&full_name, e.name_or_empty()), SymbolKind::Enum)));
        collect_messages(into, &full_name, &message.nested_type);
        into.push((full_name, if is_map_entry(message) { SymbolKind::MapEntry } else { SymbolKind::Message }));
    }
}

/// Resolves every reference of the file at `index` and repairs it. Gives the other files that it needs.
pub(super) fn link(
    files: &mut [RawFile],
    by_name: &HashMap<String, usize>,
    index: usize,
    symbols: &Symbols,
) -> Result<BTreeSet<usize>, LinkError> {
    let Some(file) = files.get_mut(index) else { return Ok(BTreeSet::new()) };
    let mut linker = Linker { symbols, needs: BTreeSet::new(), changed: false };
    linker.file(&mut file.proto)?;
    let Linker { mut needs, mut changed, .. } = linker;
    needs.remove(&index);
    let visible = visible_from(files, by_name, index);
    let unnamed: Vec<String> = needs
        .iter()
        .filter(|needed| !visible.contains(needed))
        .filter_map(|needed| files.get(*needed).filter(|needed| !needed.stand_in))
        .map(|needed| needed.name.clone())
        .collect();
    if let Some(file) = files.get_mut(index) {
        changed |= !unnamed.is_empty();
        file.proto.dependency.extend(unnamed);
        if changed {
            file.refresh().map_err(LinkError::Wrong)?;
        }
    }
    Ok(needs)
}

/// The files that a file's imports make visible: those named and, through them, the public ones.
fn visible_from(files: &[RawFile], by_name: &HashMap<String, usize>, index: usize) -> HashSet<usize> {
    let imports = |index: usize| files.get(index).map_or(&[][..], |file| &file.proto.dependency);
    let mut visible: HashSet<usize> = HashSet::new();
    let mut open: Vec<usize> = imports(index).iter().filter_map(|name| by_name.get(name).copied()).collect();
    while let Some(next) = open.pop() {
        if !visible.insert(next) {
            continue;
        }
        let public = files.get(next).map_or(&[][..], |file| &file.proto.public_dependency);
        open.extend(
            public
                .iter()
                .filter_map(|position| imports(next).get(usize::try_from(*position).ok()?))
                .filter_map(|name| by_name.get(name).copied())
                .filter(|index| !visible.contains(index)),
        );
    }
    visible
}

struct Linker<'a> {
    symbols: &'a Symbols,
    needs: BTreeSet<usize>,
    changed: bool,
}

impl Linker<'_> {
    fn file(&mut self, file: &mut FileDescriptorProto) -> Result<(), LinkError> {
        let package = file.package.clone().unwrap_or_default();
        for message in &mut file.message_type {
            self.message(&package, message)?;
        }
        for extension in &mut file.extension {
            self.field(&package, extension)?;
        }
        for service in &mut file.service {
            let scope = join_name(&package, service.name_or_empty());
            for method in &mut service.method {
                let element = format!("{scope}.{}", method.name_or_empty());
                for name in [&mut method.input_type, &mut method.output_type] {
                    let symbol = self.reference(&scope, &element, name, false)?;
                    if symbol.kind != SymbolKind::Message {
                        return Err(wrong(&element, name.as_deref(), "is no message"));
                    }
                }
            }
        }
        Ok(())
    }

    fn message(&mut self, scope: &str, message: &mut DescriptorProto) -> Result<(), LinkError> {
        let scope = join_name(scope, message.name_or_empty());
        for field in message.field.iter_mut().chain(&mut message.extension) {
            self.field(&scope, field)?;
        }
        for nested in &mut message.nested_type {
            self.message(&scope, nested)?;
        }
        Ok(())
    }

    fn field(&mut self, scope: &str, field: &mut FieldDescriptorProto) -> Result<(), LinkError> {
        let element = join_name(scope, field.name_or_empty());
        if field.extendee.is_some() {
            let symbol = self.reference(scope, &element, &mut field.extendee, false)?;
            if symbol.kind != SymbolKind::Message {
                return Err(wrong(&element, field.extendee.as_deref(), "is no message"));
            }
        }
        if field.type_name.as_deref().unwrap_or_default().is_empty() {
            return Ok(());
        }
        let is_enum = field.r#type == Some(Type::TYPE_ENUM);
        let symbol = self.reference(scope, &element, &mut field.type_name, is_enum)?;
        let type_name = field.type_name.as_deref();
        let is_group = field.r#type == Some(Type::TYPE_GROUP);
        let kind = match symbol.kind {
            SymbolKind::Enum if is_group => return Err(wrong(&element, type_name, "is an enum, so no group")),
            SymbolKind::Service => return Err(wrong(&element, type_name, "is a service, so no type")),
            SymbolKind::MapEntry => {
                let own = type_name.and_then(|name| name.strip_prefix('.')?.rsplit_once('.')).map(|(own, _)| own);
                if is_group
                    || field.extendee.is_some()
                    || field.label != Some(Label::LABEL_REPEATED)
                    || own != Some(scope)
                {
                    return Err(wrong(&element, type_name, "is a map's entry, which only a map field may use"));
                }
                Type::TYPE_MESSAGE
            }
            SymbolKind::Message if is_group => Type::TYPE_GROUP,
            SymbolKind::Message => Type::TYPE_MESSAGE,
            SymbolKind::Enum => Type::TYPE_ENUM,
        };
        if field.default_value.is_some() && kind != Type::TYPE_ENUM {
            return Err(wrong(&element, type_name, "is a message, so it has no default"));
        }
        if field.r#type != Some(kind) {
            field.r#type = Some(kind);
            self.changed = true;
        }
        Ok(())
    }

    fn reference(
        &mut self,
        scope: &str,
        element: &str,
        name: &mut Option<String>,
        is_enum: bool,
    ) -> Result<Symbol, LinkError> {
        let written = name.as_deref().unwrap_or_default();
        // The usual case without building names.
        let absolute = written.strip_prefix('.').and_then(|full_name| self.symbols.get(full_name));
        let symbol = if let Some(symbol) = absolute {
            symbol
        } else if let Some((full_name, symbol)) = self.symbols.resolve(scope, written) {
            *name = Some(format!(".{full_name}"));
            self.changed = true;
            symbol
        } else {
            return Err(LinkError::Unresolved {
                message: format!("{element}: {} is not defined", written.trim_start_matches('.')),
                candidates: candidates(scope, written),
                is_enum,
            });
        };
        self.needs.insert(symbol.file);
        Ok(symbol)
    }
}

fn wrong(element: &str, type_name: Option<&str>, what: &str) -> LinkError {
    LinkError::Wrong(format!("{element}: {} {what}", type_name.unwrap_or_default().trim_start_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_names_are_searched_outwards() {
        assert_eq!(candidates("a.b", "C.D"), ["a.b.C.D", "a.C.D", "C.D"]);
        assert_eq!(candidates("", "C"), ["C"]);
        assert_eq!(candidates("a.b", ".x.C"), ["x.C"]);
    }
}
