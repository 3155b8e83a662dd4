//! The printer: one element of a file at a time, at any depth.

use std::collections::HashSet;

use buffa::Message as _;
use buffa_descriptor::generated::descriptor::field_descriptor_proto::{Label, Type};
use buffa_descriptor::generated::descriptor::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, MethodDescriptorProto,
    ServiceDescriptorProto, SymbolVisibility, descriptor_proto::ExtensionRange,
};

use super::super::describe::Comments;
use super::super::descriptors::Loaded;
use super::super::harden::{LAST_FIELD_NUMBER, NameOrEmpty as _, edition_name, is_map_entry, unescape};
use super::super::lower::json_name;
use super::super::raw::join_name;
use super::names::Names;
use super::options::{self, OptionNode, Options, is_bidi_control, quoted, quoted_bytes};

/// The field numbers of `descriptor.proto`, which paths of source info are made of.
mod tag {
    pub const PACKAGE: i32 = 2;
    pub const DEPENDENCY: i32 = 3;
    pub const MESSAGE: i32 = 4;
    pub const ENUM: i32 = 5;
    pub const SERVICE: i32 = 6;
    pub const EXTENSION: i32 = 7;
    pub const SYNTAX: i32 = 12;
    pub const EDITION: i32 = 14;
    pub const MESSAGE_FIELD: i32 = 2;
    pub const MESSAGE_NESTED: i32 = 3;
    pub const MESSAGE_ENUM: i32 = 4;
    pub const MESSAGE_RANGE: i32 = 5;
    pub const MESSAGE_EXTENSION: i32 = 6;
    pub const MESSAGE_ONEOF: i32 = 8;
    pub const ENUM_VALUE: i32 = 2;
    pub const SERVICE_METHOD: i32 = 2;
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Proto2,
    Proto3,
    Editions,
}

/// Prints elements of one file.
pub(super) struct Printer<'a> {
    loaded: &'a Loaded,
    file: &'a FileDescriptorProto,
    syntax: Syntax,
    names: &'a Names,
    comments: Comments<'a>,
    out: String,
    depth: usize,
}

/// Something at one level, to be printed where its author wrote it.
enum Item {
    Message(usize),
    Enum(usize),
    Service(usize),
    /// Neighbours that extend the same message.
    Extensions(Vec<usize>),
    Field(usize),
    Oneof(usize),
}

impl<'a> Printer<'a> {
    pub fn new(loaded: &'a Loaded, file: &'a FileDescriptorProto, names: &'a Names) -> Self {
        let syntax = match file.syntax.as_deref() {
            Some("proto3") => Syntax::Proto3,
            Some("editions") => Syntax::Editions,
            _ => Syntax::Proto2,
        };
        Self { loaded, file, syntax, names, comments: Comments::of(file), out: String::new(), depth: 0 }
    }

    pub fn finish(self) -> String {
        self.out
    }

    fn package(&self) -> &'a str {
        self.file.package.as_deref().unwrap_or_default()
    }

    // Lines

    fn indent(&self) -> String {
        "  ".repeat(self.depth)
    }

    fn line(&mut self, text: &str) {
        if !text.is_empty() {
            self.out.push_str(&self.indent());
            self.out.push_str(text);
        }
        self.out.push('\n');
    }

    /// An empty line, but none at the start of a block or after another.
    fn gap(&mut self) {
        if !(self.out.is_empty() || self.out.ends_with("{\n") || self.out.ends_with("\n\n")) {
            self.out.push('\n');
        }
    }

    fn comment(&mut self, text: &str) {
        for line in text.trim_end_matches('\n').split('\n') {
            let line: String =
                line.trim_end().chars().map(|c| if c.is_control() || is_bidi_control(c) { ' ' } else { c }).collect();
            let line = line.trim_end();
            let space = if line.is_empty() || line.starts_with(' ') || line.starts_with('/') { "" } else { " " };
            self.line(&format!("//{space}{line}"));
        }
    }

    fn leading_comments(&mut self, path: &[i32]) {
        let Some(location) = self.comments.at(path) else { return };
        for detached in &location.leading_detached_comments {
            self.comment(detached);
            self.out.push('\n');
        }
        if let Some(leading) = &location.leading_comments {
            self.comment(leading);
        }
    }

    fn trailing_comment(&mut self, path: &[i32]) {
        if let Some(trailing) = self.comments.at(path).and_then(|location| location.trailing_comments.as_ref()) {
            self.comment(trailing);
            // An empty line, or the next element would take it for its own.
            self.out.push('\n');
        }
    }

    /// `head {`, the trailing comment of the element, what `body` prints, `}`.
    fn block(&mut self, head: &str, path: &[i32], body: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        self.line(&format!("{head} {{"));
        self.depth += 1;
        let inner = self.out.len();
        self.trailing_comment(path);
        body(self);
        self.depth -= 1;
        if self.out.len() == inner {
            self.out.truncate(start);
            self.line(&format!("{head} {{}}"));
        } else {
            if self.out.ends_with("\n\n") {
                self.out.pop();
            }
            self.line("}");
        }
    }

    /// A line, with a short trailing comment at its end.
    fn statement(&mut self, text: &str, path: &[i32]) {
        self.line(text);
        let Some(trailing) = self.comments.at(path).and_then(|location| location.trailing_comments.as_deref()) else {
            return;
        };
        let trailing = super::super::describe::clean(trailing);
        if trailing.contains('\n') || trailing.is_empty() {
            self.trailing_comment(path);
        } else {
            self.out.pop();
            let shown: String =
                trailing.chars().map(|c| if c.is_control() || is_bidi_control(c) { ' ' } else { c }).collect();
            self.out.push_str("  // ");
            self.out.push_str(&shown);
            self.out.push('\n');
        }
    }

    // Options

    fn options(&self, kind: &str, bytes: &[u8]) -> Options {
        options::read(&self.loaded.pool.inner, &format!("google.protobuf.{kind}"), bytes)
    }

    /// `option a = b;` lines.
    fn option_lines(&mut self, options: Options, scope: &str) {
        for unknown in options.unknown {
            self.comment(&unknown);
        }
        for OptionNode { name, value } in options.known {
            let name = self.option_name(&name, scope);
            let value = value.laid_out(&self.indent());
            self.line(&format!("option {name} = {value};"));
        }
    }

    /// ` [a = b, c = d]`, or nothing; unknown ones become comments before it.
    fn bracketed(&mut self, extra: Vec<String>, options: Options, scope: &str) -> String {
        for unknown in options.unknown {
            self.comment(&unknown);
        }
        let mut all = extra;
        let inner = format!("{}    ", self.indent());
        for OptionNode { name, value } in options.known {
            all.push(format!("{} = {}", self.option_name(&name, scope), value.laid_out(&inner)));
        }
        if all.is_empty() {
            return String::new();
        }
        let inline = all.join(", ");
        if all.len() == 1 || (inline.len() <= 60 && !inline.contains('\n')) {
            return format!(" [{inline}]");
        }
        format!(" [\n{inner}{}\n{}]", all.join(&format!(",\n{inner}")), self.indent())
    }

    /// Extensions by a name that means the same from here.
    fn option_name(&self, name: &str, scope: &str) -> String {
        let mut out = String::with_capacity(name.len());
        let mut rest = name;
        while let Some(start) = rest.find('(') {
            let Some(end) = rest.get(start..).and_then(|tail| tail.find(')')).map(|end| start + end) else { break };
            out.push_str(rest.get(..=start).unwrap_or_default());
            let full_name = rest.get(start + 1..end).unwrap_or_default();
            if self.names.is_shadowed(scope, full_name) {
                out.push('.');
            }
            out.push_str(full_name);
            rest = rest.get(end..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }

    // Files

    pub fn file(&mut self) {
        let syntax_path = if self.syntax == Syntax::Editions { tag::EDITION } else { tag::SYNTAX };
        self.leading_comments(&[syntax_path]);
        let syntax = match self.syntax {
            Syntax::Proto2 => "syntax = \"proto2\";".to_owned(),
            Syntax::Proto3 => "syntax = \"proto3\";".to_owned(),
            Syntax::Editions => {
                format!("edition = \"{}\";", self.file.edition.map(edition_name).unwrap_or_default())
            }
        };
        self.statement(&syntax, &[syntax_path]);
        if !self.package().is_empty() {
            self.gap();
            self.leading_comments(&[tag::PACKAGE]);
            self.statement(&format!("package {};", self.package()), &[tag::PACKAGE]);
        }
        self.gap();
        let public: HashSet<i32> = self.file.public_dependency.iter().copied().collect();
        let weak: HashSet<i32> = self.file.weak_dependency.iter().copied().collect();
        for (import, position) in self.file.dependency.iter().zip(0..) {
            let path = [tag::DEPENDENCY, position];
            self.leading_comments(&path);
            let how = if public.contains(&position) {
                "public "
            } else if weak.contains(&position) {
                "weak "
            } else {
                ""
            };
            self.statement(&format!("import {how}{};", quoted(import)), &path);
        }
        for import in &self.file.option_dependency {
            self.line(&format!("import option {};", quoted(import)));
        }
        if let Some(options) = self.file.options.as_option() {
            self.gap();
            let options = self.options("FileOptions", &options.try_encode_to_vec().unwrap_or_default());
            let scope = self.package();
            self.option_lines(options, scope);
        }
        let groups = self.groups(&self.file.extension, self.package());
        let mut items: Vec<(Vec<i32>, Item)> = Vec::new();
        items.extend((0..self.file.service.len()).map(|i| (vec![tag::SERVICE, index(i)], Item::Service(i))));
        for (i, message) in self.file.message_type.iter().enumerate() {
            if !groups.contains(&join_name(self.package(), message.name_or_empty())) {
                items.push((vec![tag::MESSAGE, index(i)], Item::Message(i)));
            }
        }
        items.extend((0..self.file.enum_type.len()).map(|i| (vec![tag::ENUM, index(i)], Item::Enum(i))));
        items.extend(extension_items(&self.file.extension, &[tag::EXTENSION]));
        for (path, item) in self.in_order(items) {
            self.gap();
            match item {
                Item::Service(i) => self.service(i, None),
                Item::Message(i) => {
                    if let Some(message) = self.file.message_type.get(i) {
                        self.message(message, self.package(), &path);
                    }
                }
                Item::Enum(i) => {
                    if let Some(enumeration) = self.file.enum_type.get(i) {
                        self.enumeration(enumeration, self.package(), &path);
                    }
                }
                Item::Extensions(positions) => {
                    let messages = &self.file.message_type;
                    self.extensions(&self.file.extension, messages, &positions, self.package(), &[tag::EXTENSION]);
                }
                Item::Field(_) | Item::Oneof(_) => {}
            }
        }
    }

    /// By their places in the text, where these are known.
    fn in_order(&self, mut items: Vec<(Vec<i32>, Item)>) -> Vec<(Vec<i32>, Item)> {
        let place = |path: &[i32]| {
            let span = &self.comments.at(path)?.span;
            Some((span.first().copied()?, span.get(1).copied()?))
        };
        if items.iter().all(|(path, _)| place(path).is_some()) {
            items.sort_by_key(|(path, _)| place(path));
        }
        items
    }

    // Services

    /// A service, or one method of it in its frame.
    pub fn service(&mut self, position: usize, only: Option<usize>) {
        let Some(service) = self.file.service.get(position) else { return };
        let service: &'a ServiceDescriptorProto = service;
        let path = [tag::SERVICE, index(position)];
        let scope = join_name(self.package(), service.name_or_empty());
        if only.is_none() {
            self.leading_comments(&path);
        }
        self.block(&format!("service {}", service.name_or_empty()), &path, |printer| {
            if only.is_none()
                && let Some(options) = service.options.as_option()
            {
                let options = printer.options("ServiceOptions", &options.try_encode_to_vec().unwrap_or_default());
                printer.option_lines(options, &scope);
            }
            for (nth, method) in service.method.iter().enumerate() {
                if only.is_none_or(|only| only == nth) {
                    let path = [tag::SERVICE, index(position), tag::SERVICE_METHOD, index(nth)];
                    printer.method(method, &scope, &path);
                }
            }
        });
    }

    fn method(&mut self, method: &MethodDescriptorProto, scope: &str, path: &[i32]) {
        let commented = self.comments.at(path).is_some_and(|location| location.leading_comments.is_some());
        if commented {
            self.gap();
        }
        self.leading_comments(path);
        let side = |streaming: Option<bool>, name: &Option<String>| {
            let stream = if streaming == Some(true) { "stream " } else { "" };
            format!("{stream}{}", self.names.shortest(scope, self.package(), name.as_deref().unwrap_or_default()))
        };
        let head = format!(
            "rpc {}({}) returns ({})",
            method.name_or_empty(),
            side(method.client_streaming, &method.input_type),
            side(method.server_streaming, &method.output_type)
        );
        let Some(options) = method.options.as_option() else { return self.statement(&format!("{head};"), path) };
        let options = self.options("MethodOptions", &options.try_encode_to_vec().unwrap_or_default());
        let own = format!("{scope}.{}", method.name_or_empty());
        self.block(&head, path, |printer| printer.option_lines(options, &own));
    }

    // Messages

    pub fn message(&mut self, message: &'a DescriptorProto, scope: &str, path: &[i32]) {
        self.leading_comments(path);
        let head = format!("{}message {}", visibility(message.visibility), message.name_or_empty());
        self.block(&head, path, |printer| printer.message_body(message, scope, path));
    }

    fn message_body(&mut self, message: &'a DescriptorProto, scope: &str, path: &[i32]) {
        let full_name = join_name(scope, message.name_or_empty());
        if let Some(options) = message.options.as_option() {
            let options = self.options("MessageOptions", &options.try_encode_to_vec().unwrap_or_default());
            self.option_lines(options, &full_name);
        }
        self.ranges(message, path, &full_name);
        let below = |tag: i32, i: usize| [path, &[tag, index(i)]].concat();
        let mut groups = self.groups(&message.field, &full_name);
        groups.extend(self.groups(&message.extension, &full_name));
        let mut items: Vec<(Vec<i32>, Item)> = Vec::new();
        for (i, nested) in message.nested_type.iter().enumerate() {
            let is_group = groups.contains(&format!("{full_name}.{}", nested.name_or_empty()));
            if !is_group && !is_map_of(message, nested, &full_name) {
                items.push((below(tag::MESSAGE_NESTED, i), Item::Message(i)));
            }
        }
        items.extend((0..message.enum_type.len()).map(|i| (below(tag::MESSAGE_ENUM, i), Item::Enum(i))));
        let mut seen = HashSet::new();
        for (i, field) in message.field.iter().enumerate() {
            match written_oneof(message, field) {
                None => items.push((below(tag::MESSAGE_FIELD, i), Item::Field(i))),
                Some(oneof) if seen.insert(oneof) => {
                    items.push((below(tag::MESSAGE_ONEOF, oneof), Item::Oneof(oneof)));
                }
                Some(_) => {}
            }
        }
        let extensions = [path, &[tag::MESSAGE_EXTENSION]].concat();
        items.extend(extension_items(&message.extension, &extensions));
        for (path, item) in self.in_order(items) {
            match item {
                Item::Message(i) => {
                    self.gap();
                    if let Some(nested) = message.nested_type.get(i) {
                        self.message(nested, &full_name, &path);
                        self.out.push('\n');
                    }
                }
                Item::Enum(i) => {
                    self.gap();
                    if let Some(enumeration) = message.enum_type.get(i) {
                        self.enumeration(enumeration, &full_name, &path);
                        self.out.push('\n');
                    }
                }
                Item::Field(i) => {
                    if let Some(field) = message.field.get(i) {
                        self.field(field, &message.nested_type, &full_name, &path, true);
                    }
                }
                Item::Oneof(i) => self.oneof(message, i, &full_name, &path),
                Item::Extensions(positions) => {
                    self.gap();
                    self.extensions(&message.extension, &message.nested_type, &positions, &full_name, &extensions);
                }
                Item::Service(_) => {}
            }
        }
        self.reserved(message);
    }

    fn oneof(&mut self, message: &'a DescriptorProto, position: usize, scope: &str, path: &[i32]) {
        let Some(oneof) = message.oneof_decl.get(position) else { return };
        // Fields of a oneof are found below their message.
        let parent = path.get(..path.len().saturating_sub(2)).unwrap_or_default().to_vec();
        self.leading_comments(path);
        self.block(&format!("oneof {}", oneof.name_or_empty()), path, |printer| {
            if let Some(options) = oneof.options.as_option() {
                let options = printer.options("OneofOptions", &options.try_encode_to_vec().unwrap_or_default());
                printer.option_lines(options, &join_name(scope, oneof.name_or_empty()));
            }
            for (i, field) in message.field.iter().enumerate() {
                if written_oneof(message, field) == Some(position) {
                    let path = [&parent[..], &[tag::MESSAGE_FIELD, index(i)]].concat();
                    printer.field(field, &message.nested_type, scope, &path, false);
                }
            }
        });
    }

    /// One field; `siblings` are the messages beside it, among them that of a group.
    fn field(
        &mut self,
        field: &'a FieldDescriptorProto,
        siblings: &'a [DescriptorProto],
        scope: &str,
        path: &[i32],
        labelled: bool,
    ) {
        self.leading_comments(path);
        let type_name = field.type_name.as_deref().unwrap_or_default();
        let entry = siblings.iter().find(|nested| {
            is_map_entry(nested) && type_name.strip_prefix('.') == Some(&join_name(scope, nested.name_or_empty()))
        });
        let group = siblings.iter().find(|nested| self.is_group_of(field, nested, scope));
        let own = join_name(scope, field.name_or_empty());
        let mut extra = Vec::new();
        if let Some(default) = &field.default_value {
            extra.push(format!("default = {}", default_literal(field.r#type, default)));
        }
        if let Some(json) = &field.json_name
            && field.extendee.is_none()
            && *json != json_name(field.name_or_empty())
        {
            extra.push(format!("json_name = {}", quoted(json)));
        }
        let options = field.options.as_option().and_then(|options| options.try_encode_to_vec().ok());
        let options = self.options("FieldOptions", &options.unwrap_or_default());
        let brackets = self.bracketed(extra, options, &own);
        let label = if labelled && entry.is_none() { self.label(field) } else { "" };
        let number = field.number.unwrap_or_default();
        if let Some(group) = group {
            let head = format!("{label}group {} = {number}{brackets}", group.name_or_empty());
            let position = siblings.iter().position(|sibling| std::ptr::eq(sibling, group)).unwrap_or_default();
            let parent = path.get(..path.len().saturating_sub(2)).unwrap_or_default();
            // A group at the top of a file is a message there, elsewhere a nested one.
            let nested = if parent.is_empty() { tag::MESSAGE } else { tag::MESSAGE_NESTED };
            let group_path = [parent, &[nested, index(position)]].concat();
            return self.block(&head, path, |printer| printer.message_body(group, scope, &group_path));
        }
        let kind = match entry {
            Some(entry) => {
                let part = |number| entry.field.iter().find(|field| field.number == Some(number));
                let name = |field: Option<&FieldDescriptorProto>| {
                    field.map(|field| self.type_of(field, scope)).unwrap_or_default()
                };
                format!("map<{}, {}>", name(part(1)), name(part(2)))
            }
            None => self.type_of(field, scope),
        };
        self.statement(&format!("{label}{kind} {} = {number}{brackets};", field.name_or_empty()), path);
    }

    fn label(&self, field: &FieldDescriptorProto) -> &'static str {
        match (field.label.unwrap_or_default(), self.syntax) {
            (Label::LABEL_REPEATED, _) => "repeated ",
            (Label::LABEL_REQUIRED, Syntax::Proto2 | Syntax::Proto3) => "required ",
            (Label::LABEL_OPTIONAL, Syntax::Proto2) => "optional ",
            (Label::LABEL_OPTIONAL, Syntax::Proto3) if field.proto3_optional == Some(true) => "optional ",
            _ => "",
        }
    }

    fn type_of(&self, field: &FieldDescriptorProto, scope: &str) -> String {
        let scalar = match field.r#type {
            Some(Type::TYPE_DOUBLE) => "double",
            Some(Type::TYPE_FLOAT) => "float",
            Some(Type::TYPE_INT64) => "int64",
            Some(Type::TYPE_UINT64) => "uint64",
            Some(Type::TYPE_INT32) => "int32",
            Some(Type::TYPE_FIXED64) => "fixed64",
            Some(Type::TYPE_FIXED32) => "fixed32",
            Some(Type::TYPE_BOOL) => "bool",
            Some(Type::TYPE_STRING) => "string",
            Some(Type::TYPE_BYTES) => "bytes",
            Some(Type::TYPE_UINT32) => "uint32",
            Some(Type::TYPE_SFIXED32) => "sfixed32",
            Some(Type::TYPE_SFIXED64) => "sfixed64",
            Some(Type::TYPE_SINT32) => "sint32",
            Some(Type::TYPE_SINT64) => "sint64",
            Some(Type::TYPE_MESSAGE | Type::TYPE_GROUP | Type::TYPE_ENUM) | None => {
                return self.names.shortest(scope, self.package(), field.type_name.as_deref().unwrap_or_default());
            }
        };
        scalar.to_owned()
    }

    /// Full names of the messages that are written as groups of these fields.
    fn groups(&self, fields: &[FieldDescriptorProto], scope: &str) -> HashSet<String> {
        fields
            .iter()
            .filter(|field| self.syntax == Syntax::Proto2 && field.r#type == Some(Type::TYPE_GROUP))
            .filter_map(|field| field.type_name.as_deref()?.strip_prefix('.'))
            .filter(|name| name.rsplit_once('.').map_or("", |(parent, _)| parent) == scope)
            .map(str::to_owned)
            .collect()
    }

    fn is_group_of(&self, field: &FieldDescriptorProto, nested: &DescriptorProto, scope: &str) -> bool {
        self.syntax == Syntax::Proto2
            && field.r#type == Some(Type::TYPE_GROUP)
            && field.type_name.as_deref().and_then(|name| name.strip_prefix('.'))
                == Some(&join_name(scope, nested.name_or_empty()))
    }

    // Ranges

    fn ranges(&mut self, message: &DescriptorProto, path: &[i32], scope: &str) {
        let is_message_set =
            message.options.as_option().is_some_and(|options| options.message_set_wire_format == Some(true));
        let last = if is_message_set { i32::MAX } else { LAST_FIELD_NUMBER + 1 };
        let mut position = 0;
        while let Some(first) = message.extension_range.get(position) {
            // Neighbours with the same options were one statement.
            let run: Vec<&ExtensionRange> = message
                .extension_range
                .iter()
                .skip(position)
                .take_while(|range| range.options == first.options)
                .collect();
            let spans: Vec<String> = run
                .iter()
                .map(|range| span(range.start.unwrap_or_default(), range.end.unwrap_or_default(), last))
                .collect();
            self.leading_comments(&[path, &[tag::MESSAGE_RANGE, index(position)]].concat());
            let options = first.options.as_option().and_then(|options| options.try_encode_to_vec().ok());
            let options = self.options("ExtensionRangeOptions", &options.unwrap_or_default());
            let brackets = self.bracketed(Vec::new(), options, scope);
            self.line(&format!("extensions {}{brackets};", spans.join(", ")));
            position += run.len();
        }
    }

    fn reserved(&mut self, message: &DescriptorProto) {
        let spans: Vec<String> = message
            .reserved_range
            .iter()
            .map(|range| span(range.start.unwrap_or_default(), range.end.unwrap_or_default(), LAST_FIELD_NUMBER + 1))
            .collect();
        self.reserved_lines(&spans, &message.reserved_name);
    }

    fn reserved_lines(&mut self, spans: &[String], names: &[String]) {
        if !spans.is_empty() {
            self.line(&format!("reserved {};", spans.join(", ")));
        }
        if !names.is_empty() {
            let quote = self.syntax != Syntax::Editions;
            let names: Vec<String> = names.iter().map(|name| if quote { quoted(name) } else { name.clone() }).collect();
            self.line(&format!("reserved {};", names.join(", ")));
        }
    }

    // Enums

    pub fn enumeration(&mut self, enumeration: &EnumDescriptorProto, scope: &str, path: &[i32]) {
        self.leading_comments(path);
        let full_name = join_name(scope, enumeration.name_or_empty());
        let head = format!("{}enum {}", visibility(enumeration.visibility), enumeration.name_or_empty());
        self.block(&head, path, |printer| {
            if let Some(options) = enumeration.options.as_option() {
                let options = printer.options("EnumOptions", &options.try_encode_to_vec().unwrap_or_default());
                printer.option_lines(options, &full_name);
            }
            for (i, value) in enumeration.value.iter().enumerate() {
                let path = [path, &[tag::ENUM_VALUE, index(i)]].concat();
                printer.leading_comments(&path);
                let options = value.options.as_option().and_then(|options| options.try_encode_to_vec().ok());
                let options = printer.options("EnumValueOptions", &options.unwrap_or_default());
                let brackets = printer.bracketed(Vec::new(), options, scope);
                let number = value.number.unwrap_or_default();
                printer.statement(&format!("{} = {number}{brackets};", value.name_or_empty()), &path);
            }
            let spans: Vec<String> = enumeration
                .reserved_range
                .iter()
                .map(|range| {
                    // Inclusive, unlike those of messages.
                    match (range.start.unwrap_or_default(), range.end.unwrap_or_default()) {
                        (start, end) if start == end => start.to_string(),
                        (start, i32::MAX) => format!("{start} to max"),
                        (start, end) => format!("{start} to {end}"),
                    }
                })
                .collect();
            printer.reserved_lines(&spans, &enumeration.reserved_name);
        });
    }

    // Extensions

    /// Extensions of one message in an `extend` block.
    pub fn extensions(
        &mut self,
        extensions: &'a [FieldDescriptorProto],
        siblings: &'a [DescriptorProto],
        positions: &[usize],
        scope: &str,
        path: &[i32],
    ) {
        let Some(first) = positions.first().and_then(|position| extensions.get(*position)) else { return };
        let extendee = self.names.shortest(scope, self.package(), first.extendee.as_deref().unwrap_or_default());
        self.block(&format!("extend {extendee}"), &[], |printer| {
            for position in positions {
                if let Some(extension) = extensions.get(*position) {
                    let path = [path, &[index(*position)]].concat();
                    printer.field(extension, siblings, scope, &path, true);
                }
            }
        });
    }
}

/// Whether a map entry belongs to a field; a stray one is shown as a message.
fn is_map_of(message: &DescriptorProto, nested: &DescriptorProto, scope: &str) -> bool {
    let full_name = format!(".{scope}.{}", nested.name_or_empty());
    is_map_entry(nested) && message.field.iter().any(|field| field.type_name.as_ref() == Some(&full_name))
}

/// The oneof that a field is written in; those made for `optional` are not written.
fn written_oneof(message: &DescriptorProto, field: &FieldDescriptorProto) -> Option<usize> {
    if field.proto3_optional == Some(true) {
        return None;
    }
    let position = usize::try_from(field.oneof_index?).ok()?;
    message.oneof_decl.get(position).map(|_| position)
}

/// Runs of extensions of the same message.
fn extension_items(extensions: &[FieldDescriptorProto], path: &[i32]) -> Vec<(Vec<i32>, Item)> {
    let mut items: Vec<(Vec<i32>, Item)> = Vec::new();
    let mut previous: Option<&str> = None;
    for (i, extension) in extensions.iter().enumerate() {
        let extendee = extension.extendee.as_deref();
        match items.last_mut() {
            Some((_, Item::Extensions(positions))) if previous == extendee => positions.push(i),
            _ => items.push(([path, &[index(i)]].concat(), Item::Extensions(vec![i]))),
        }
        previous = extendee;
    }
    items
}

fn visibility(visibility: Option<SymbolVisibility>) -> &'static str {
    match visibility {
        Some(SymbolVisibility::VISIBILITY_LOCAL) => "local ",
        Some(SymbolVisibility::VISIBILITY_EXPORT) => "export ",
        _ => "",
    }
}

/// `5`, `5 to 9` or `5 to max`; `end` is exclusive.
fn span(start: i32, end: i32, past_last: i32) -> String {
    if end >= past_last {
        format!("{start} to max")
    } else if end == start.saturating_add(1) {
        start.to_string()
    } else {
        format!("{start} to {}", end.saturating_sub(1))
    }
}

fn default_literal(kind: Option<Type>, default: &str) -> String {
    match kind {
        Some(Type::TYPE_STRING) => quoted(default),
        Some(Type::TYPE_BYTES) => quoted_bytes(&unescape(default).unwrap_or_default()),
        _ => default.to_owned(),
    }
}

fn index(position: usize) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}
