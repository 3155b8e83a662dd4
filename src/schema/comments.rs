//! What authors wrote beside their definitions: the comments of messages, fields and enum values, by full name.
//!
//! Values are read with lowered descriptors, which have none; these come from the files as they are.

use std::collections::HashMap;

use buffa_descriptor::generated::descriptor::{DescriptorProto, EnumDescriptorProto};
use bytes::Bytes;

use super::describe;
use super::harden::NameOrEmpty as _;
use super::raw::{RawFile, join_name, split_set};

/// Deeper types are left out.
const DEEPEST: usize = 64;

/// Comments, one line each.
#[derive(Clone, Debug, Default)]
pub struct Comments {
    by_name: HashMap<String, String>,
}

impl Comments {
    /// Those of a serialized `FileDescriptorSet` (as [`super::Source::descriptor_set`] gives it); what cannot be read
    /// has none.
    pub fn of_set(descriptor_set: &[u8]) -> Self {
        let mut found = Self::default();
        for bytes in split_set(&Bytes::copy_from_slice(descriptor_set)).unwrap_or_default() {
            let Ok(file) = RawFile::decode(bytes) else { continue };
            let comments = describe::Comments::of(&file.proto);
            let package = file.proto.package.as_deref().unwrap_or_default();
            for (message, nth) in file.proto.message_type.iter().zip(0..) {
                found.message(&comments, package, message, &mut vec![4, nth]);
            }
            for (enumeration, nth) in file.proto.enum_type.iter().zip(0..) {
                found.enumeration(&comments, package, enumeration, &mut vec![5, nth]);
            }
        }
        found
    }

    /// Of `shop.v1.Order`, `shop.v1.Order.total` or, for an enum value, `shop.v1.Kind.SOME`; empty where there is none.
    pub fn of(&self, full_name: &str) -> &str {
        self.by_name.get(full_name).map(String::as_str).unwrap_or_default()
    }

    fn note(&mut self, comments: &describe::Comments<'_>, name: String, path: &[i32]) {
        let Some(location) = comments.at(path) else { return };
        let said = location.leading_comments.as_deref().or(location.trailing_comments.as_deref()).unwrap_or_default();
        let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
        if !line.is_empty() {
            self.by_name.insert(name, line);
        }
    }

    fn message(
        &mut self,
        comments: &describe::Comments<'_>,
        scope: &str,
        message: &DescriptorProto,
        path: &mut Vec<i32>,
    ) {
        let name = join_name(scope, message.name_or_empty());
        self.note(comments, name.clone(), path);
        for (field, nth) in message.field.iter().zip(0..) {
            path.extend([2, nth]);
            self.note(comments, join_name(&name, field.name_or_empty()), path);
            path.truncate(path.len() - 2);
        }
        if path.len() > 2 * DEEPEST {
            return;
        }
        for (nested, nth) in message.nested_type.iter().zip(0..) {
            path.extend([3, nth]);
            self.message(comments, &name, nested, path);
            path.truncate(path.len() - 2);
        }
        for (enumeration, nth) in message.enum_type.iter().zip(0..) {
            path.extend([4, nth]);
            self.enumeration(comments, &name, enumeration, path);
            path.truncate(path.len() - 2);
        }
    }

    fn enumeration(
        &mut self,
        comments: &describe::Comments<'_>,
        scope: &str,
        enumeration: &EnumDescriptorProto,
        path: &mut Vec<i32>,
    ) {
        let name = join_name(scope, enumeration.name_or_empty());
        for (value, nth) in enumeration.value.iter().zip(0..) {
            path.extend([2, nth]);
            self.note(comments, join_name(&name, value.name_or_empty()), path);
            path.truncate(path.len() - 2);
        }
    }
}
