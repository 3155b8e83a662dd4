//! Descriptor files as they came: splitting a serialized `FileDescriptorSet` into its files, decoding each on its own
//! with edition and features kept, and the descriptors that are bundled. Nothing here judges what a file says.

use std::collections::HashMap;
use std::sync::OnceLock;

use buffa::{DecodeOptions, Message as _};
use buffa_descriptor::generated::descriptor::{DescriptorProto, FileDescriptorProto};
use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

/// Memory that the elements of one file may take; the decoder's own 32 MiB is too little for large generated files.
const FILE_MEMORY_LIMIT_BYTES: usize = 1 << 30;

/// Nesting of messages in one file; protoc itself stops at 32 nested messages, the wire format's usual limit is 100.
const RECURSION_LIMIT: u32 = 100;

/// The well-known types, google/api, google/rpc and google/type, as the reference compiler describes them.
pub(super) static BUNDLED_SET: &[u8] = include_bytes!("../../assets/descriptors/bundled.binpb");

/// One file of a set.
#[derive(Clone, Debug)]
pub(super) struct RawFile {
    /// Its import name.
    pub name: String,
    /// The serialized `FileDescriptorProto`.
    pub bytes: Bytes,
    /// The same, decoded, with edition and features.
    pub proto: FileDescriptorProto,
    /// Filled in from the bundled descriptors, because the set lacks it.
    pub bundled: bool,
    /// Made up here: it stands for a type that nobody defines, and nobody imports it.
    pub stand_in: bool,
}

impl RawFile {
    /// Decodes one `FileDescriptorProto`.
    pub fn decode(bytes: Bytes) -> Result<Self, String> {
        let proto: FileDescriptorProto = DecodeOptions::new()
            .with_recursion_limit(RECURSION_LIMIT)
            .with_element_memory_limit(FILE_MEMORY_LIMIT_BYTES)
            .decode_from_slice(&bytes)
            .map_err(|error| format!("this is no file descriptor: {error}"))?;
        Ok(Self { name: proto.name.clone().unwrap_or_default(), bytes, proto, bundled: false, stand_in: false })
    }

    /// Serializes again after `proto` was changed.
    pub fn refresh(&mut self) -> Result<(), String> {
        let bytes = self.proto.try_encode_to_vec().map_err(|error| format!("cannot be written: {error}"))?;
        self.bytes = Bytes::from(bytes);
        Ok(())
    }

    /// Whether both say the same, comments aside.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        if self.bytes == other.bytes {
            return true;
        }
        let strip = |file: &FileDescriptorProto| {
            let mut file = file.clone();
            file.source_code_info = buffa::MessageField::none();
            file
        };
        strip(&self.proto) == strip(&other.proto)
    }
}

/// The serialized files of a serialized `FileDescriptorSet`, in its order.
pub(super) fn split_set(bytes: &Bytes) -> Result<Vec<Bytes>, String> {
    const TRUNCATED: &str = "this is no descriptor set: it ends in the middle of a field";
    let mut files = Vec::new();
    let mut rest = bytes.clone();
    while rest.has_remaining() {
        let tag = varint(&mut rest).ok_or(TRUNCATED)?;
        match tag & 7 {
            0 => {
                varint(&mut rest).ok_or(TRUNCATED)?;
            }
            1 | 5 => {
                let width = if tag & 7 == 1 { 8 } else { 4 };
                if rest.remaining() < width {
                    return Err(TRUNCATED.to_owned());
                }
                rest.advance(width);
            }
            2 => {
                let length = varint(&mut rest).and_then(|length| usize::try_from(length).ok()).ok_or(TRUNCATED)?;
                if length > rest.remaining() {
                    return Err(TRUNCATED.to_owned());
                }
                let field = rest.split_to(length);
                if tag >> 3 == 1 {
                    files.push(field);
                }
            }
            wire_type => return Err(format!("this is no descriptor set: it holds a field of wire type {wire_type}")),
        }
    }
    Ok(files)
}

/// The reverse of [`split_set`].
pub(super) fn join_set<'a>(files: impl IntoIterator<Item = &'a Bytes>) -> Vec<u8> {
    const FILE_TAG: u8 = 0x0a;
    let mut set = BytesMut::new();
    for file in files {
        set.put_u8(FILE_TAG);
        let mut length = file.len() as u64;
        while length >= 0x80 {
            set.put_u8((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        set.put_u8(length as u8);
        set.put_slice(file);
    }
    set.into()
}

fn varint(bytes: &mut Bytes) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        if !bytes.has_remaining() {
            return None;
        }
        let byte = bytes.get_u8();
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// The bundled descriptors, decoded one by one when asked for.
pub(super) struct Bundled {
    files: Vec<Bytes>,
    by_name: HashMap<String, usize>,
    /// Messages and enums with the file that defines them; made when the first name is looked for.
    by_symbol: OnceLock<HashMap<String, usize>>,
}

impl Bundled {
    /// The one set, split on first use.
    pub fn get() -> &'static Self {
        static BUNDLED: OnceLock<Bundled> = OnceLock::new();
        BUNDLED.get_or_init(|| {
            let files = split_set(&Bytes::from_static(BUNDLED_SET)).unwrap_or_default();
            let by_name =
                files.iter().enumerate().filter_map(|(index, file)| Some((leading_name(file)?, index))).collect();
            Self { files, by_name, by_symbol: OnceLock::new() }
        })
    }

    /// All files, serialized.
    pub fn all(&self) -> Vec<Bytes> {
        self.files.clone()
    }

    /// Whether there is a file of this import name.
    pub fn has_file(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// A file by its import name.
    pub fn file(&self, name: &str) -> Option<RawFile> {
        self.decode(*self.by_name.get(name)?)
    }

    /// The file that defines a message or enum (full name without a leading dot).
    pub fn file_of_symbol(&self, full_name: &str) -> Option<RawFile> {
        // Every bundled name starts so; others need no table.
        if !full_name.starts_with("google.") {
            return None;
        }
        let by_symbol = self.by_symbol.get_or_init(|| {
            let mut by_symbol = HashMap::new();
            for index in 0..self.files.len() {
                if let Some(file) = self.decode(index) {
                    let package = file.proto.package.as_deref().unwrap_or_default();
                    let enums = file.proto.enum_type.iter().filter_map(|e| e.name.as_deref());
                    by_symbol.extend(enums.map(|name| (join_name(package, name), index)));
                    note_messages(&mut by_symbol, package, &file.proto.message_type, index);
                }
            }
            by_symbol
        });
        self.decode(*by_symbol.get(full_name)?)
    }

    fn decode(&self, index: usize) -> Option<RawFile> {
        let mut file = RawFile::decode(self.files.get(index)?.clone()).ok()?;
        file.bundled = true;
        Some(file)
    }
}

fn note_messages(by_symbol: &mut HashMap<String, usize>, scope: &str, messages: &[DescriptorProto], index: usize) {
    for message in messages {
        let full_name = join_name(scope, message.name.as_deref().unwrap_or_default());
        let enums = message.enum_type.iter().filter_map(|e| e.name.as_deref());
        by_symbol.extend(enums.map(|name| (join_name(&full_name, name), index)));
        note_messages(by_symbol, &full_name, &message.nested_type, index);
        by_symbol.insert(full_name, index);
    }
}

/// A file's name without decoding all of it: writers put it first.
fn leading_name(file: &Bytes) -> Option<String> {
    let mut rest = file.clone();
    let tag = varint(&mut rest)?;
    let length = usize::try_from(varint(&mut rest)?).ok()?;
    if tag != 0x0a || length > rest.remaining() {
        return None;
    }
    String::from_utf8(rest.split_to(length).to_vec()).ok()
}

/// `scope.name`, or `name` where the scope is empty.
pub(super) fn join_name(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn every_bundled_file_decodes_and_is_found_by_name_and_symbol() {
        let bundled = Bundled::get();
        assert_eq!(bundled.files.len(), bundled.by_name.len());
        assert!(bundled.by_name.len() > 50, "{}", bundled.by_name.len());
        for file in &bundled.files {
            let name = leading_name(file).unwrap();
            assert_eq!(bundled.file(&name).expect("decodes").name, name);
        }
        for (symbol, file) in [
            ("google.protobuf.Timestamp", "google/protobuf/timestamp.proto"),
            ("google.protobuf.FeatureSet.FieldPresence", "google/protobuf/descriptor.proto"),
            ("google.rpc.Status", "google/rpc/status.proto"),
            ("google.type.Money", "google/type/money.proto"),
            ("google.api.HttpRule", "google/api/http.proto"),
        ] {
            assert_eq!(bundled.file_of_symbol(symbol).expect(symbol).name, file);
        }
        assert!(bundled.file_of_symbol("google.protobuf.Nothing").is_none());
    }

    #[test]
    fn sets_split_and_join() {
        let long = Bytes::from(vec![7; 300]);
        let set = Bytes::from(join_set([&Bytes::from_static(b"ab"), &long]));
        assert_eq!(split_set(&set).unwrap(), [Bytes::from_static(b"ab"), long]);
        for bad in [&[0x0a][..], &[0x0a, 5, 1], &[0x0b], &[0x80; 11], &[0x0d, 1], &[0x08]] {
            assert!(split_set(&Bytes::copy_from_slice(bad)).is_err(), "{bad:?}");
        }
    }
}
