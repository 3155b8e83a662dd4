//! Hands lowered files to the value engine: all at once where they are good, else without the ones it refuses.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use buffa::Message as _;
use buffa_descriptor::generated::descriptor::field_descriptor_proto::{Label, Type};
use buffa_descriptor::generated::descriptor::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};
use bytes::Bytes;
use prost_reflect::{DescriptorPool, MessageDescriptor};

use super::raw::join_set;

/// Whole attempts before files are added one by one: an attempt costs as much as the set is large.
const WHOLE_ATTEMPTS: usize = 8;
/// Each refusal costs as much as the pool is large, so a hostile set must not buy any number of them.
const REFUSALS_LIMIT: usize = 256;

/// The file that says how the options of lowered files are read, where a set has no `descriptor.proto`. No real file
/// has this name.
const OPTIONS_FILE: &str = "(options of lowered files)";
/// All options that lowered files carry: message, field, number.
const OPTIONS: [(&str, &[(&str, i32)]); 3] = [
    ("MessageOptions", &[("message_set_wire_format", 1), ("deprecated", 3), ("map_entry", 7)]),
    ("FieldOptions", &[("packed", 2), ("deprecated", 3), ("lazy", 5)]),
    ("EnumOptions", &[("allow_alias", 2), ("deprecated", 3)]),
];

/// A message of a pool by full name, as far as a file of the set defines it.
pub(crate) fn message_of(pool: &DescriptorPool, full_name: &str) -> Option<MessageDescriptor> {
    pool.get_message_by_name(full_name).filter(|message| message.parent_file_descriptor_proto().name() != OPTIONS_FILE)
}

/// [`OPTIONS_FILE`]. Without it the value engine loads all well-known types to read the first option that it meets,
/// which costs more than most schemas do.
fn options_file() -> Option<Bytes> {
    let field = |(name, number): &(&str, i32)| FieldDescriptorProto {
        name: Some((*name).to_owned()),
        number: Some(*number),
        label: Some(Label::LABEL_OPTIONAL),
        r#type: Some(Type::TYPE_BOOL),
        ..Default::default()
    };
    let message = |(name, fields): &(&str, &[(&str, i32)])| DescriptorProto {
        name: Some((*name).to_owned()),
        field: fields.iter().map(field).collect(),
        ..Default::default()
    };
    let file = FileDescriptorProto {
        name: Some(OPTIONS_FILE.to_owned()),
        package: Some("google.protobuf".to_owned()),
        message_type: OPTIONS.iter().map(message).collect(),
        ..Default::default()
    };
    file.try_encode_to_vec().ok().map(Bytes::from)
}

/// Whether a file defines one of the messages of [`OPTIONS_FILE`].
fn defines_options(file: &FileDescriptorProto) -> bool {
    let is_ours = |name: &str| OPTIONS.iter().any(|(options, _)| *options == name);
    file.package.as_deref() == Some("google.protobuf")
        && file.message_type.iter().filter_map(|message| message.name.as_deref()).any(is_ours)
}

/// One file of the set, lowered (perhaps to two).
pub(super) struct Unit {
    /// Its place in the set.
    pub index: usize,
    pub files: Vec<FileDescriptorProto>,
    /// Places of the files that it refers to.
    pub needs: BTreeSet<usize>,
}

/// What came of it.
pub(super) struct Built {
    pub pool: DescriptorPool,
    /// Files that are not in the pool, with the reason.
    pub refused: BTreeMap<usize, String>,
}

struct Refusal {
    file: Option<String>,
    message: String,
    is_panic: bool,
}

/// Builds a pool of all units that it accepts.
pub(super) fn build(units: Vec<Unit>) -> Built {
    let mut refused = BTreeMap::new();
    let mut owners: HashMap<String, usize> = HashMap::new();
    let mut encoded: BTreeMap<usize, (Vec<Bytes>, BTreeSet<usize>)> = BTreeMap::new();
    let has_options = units.iter().flat_map(|unit| &unit.files).any(defines_options);
    for unit in units {
        let bytes: Result<Vec<Bytes>, _> =
            unit.files.iter().map(|file| file.try_encode_to_vec().map(Bytes::from)).collect();
        match bytes {
            Ok(bytes) => {
                owners.extend(unit.files.into_iter().filter_map(|file| Some((file.name?, unit.index))));
                encoded.insert(unit.index, (bytes, unit.needs));
            }
            Err(error) => {
                refused.insert(unit.index, error.to_string());
            }
        }
    }
    drop_dependents(&mut encoded, &mut refused);
    if let Some(options) = options_file().filter(|_| !has_options && !encoded.is_empty()) {
        let mut pool = DescriptorPool::new();
        let files = encoded.values().flat_map(|(files, _)| files);
        // What fails here fails again below, without a file of ours that could be to blame.
        if attempt(&mut pool, std::iter::once(&options).chain(files)).is_ok() {
            return Built { pool, refused };
        }
    }
    for _ in 0..WHOLE_ATTEMPTS {
        let mut pool = DescriptorPool::new();
        let refusal = match attempt(&mut pool, encoded.values().flat_map(|(files, _)| files)) {
            Ok(()) => return Built { pool, refused },
            Err(refusal) => refusal,
        };
        let Some(index) = refusal.file.and_then(|name| owners.get(&name).copied()) else { break };
        if encoded.remove(&index).is_none() {
            break;
        }
        refused.insert(index, refusal.message);
        drop_dependents(&mut encoded, &mut refused);
    }
    one_by_one(&encoded, refused)
}

/// Takes away what needs something refused.
fn drop_dependents(
    encoded: &mut BTreeMap<usize, (Vec<Bytes>, BTreeSet<usize>)>,
    refused: &mut BTreeMap<usize, String>,
) {
    loop {
        let lost: Vec<usize> = encoded
            .iter()
            .filter(|(_, (_, needs))| needs.iter().any(|needed| refused.contains_key(needed)))
            .map(|(index, _)| *index)
            .collect();
        if lost.is_empty() {
            return;
        }
        for index in lost {
            encoded.remove(&index);
            refused.insert(index, "a file that it needs cannot be used".to_owned());
        }
    }
}

/// Adds each file with what it needs and is not there yet; a refused one costs only what needs it.
fn one_by_one(encoded: &BTreeMap<usize, (Vec<Bytes>, BTreeSet<usize>)>, mut refused: BTreeMap<usize, String>) -> Built {
    let mut pool = DescriptorPool::new();
    let mut added: Vec<usize> = Vec::new();
    let mut done: HashSet<usize> = HashSet::new();
    let mut refusals = 0;
    for index in needed_first(encoded) {
        let unit = closure(encoded, index, &done);
        if unit.iter().any(|member| refused.contains_key(member)) {
            refused.insert(index, "a file that it needs cannot be used".to_owned());
            continue;
        }
        let files = |members: &[usize]| -> Vec<Bytes> {
            members.iter().filter_map(|member| encoded.get(member)).flat_map(|(files, _)| files.clone()).collect()
        };
        if refusals > REFUSALS_LIMIT {
            refused.insert(index, "too many other files of this set cannot be used".to_owned());
            continue;
        }
        match attempt(&mut pool, &files(&unit)) {
            Ok(()) => {
                added.extend(&unit);
                done.extend(unit);
            }
            Err(refusal) => {
                if refusal.is_panic {
                    // The pool may be half changed; what was good before is good again.
                    pool = DescriptorPool::new();
                    if let Err(again) = attempt(&mut pool, &files(&added)) {
                        refused.extend(added.drain(..).map(|index| (index, again.message.clone())));
                        done.clear();
                        pool = DescriptorPool::new();
                    }
                }
                refusals += 1;
                refused.insert(index, refusal.message);
            }
        }
    }
    Built { pool, refused }
}

/// All places, what a file needs before the file.
fn needed_first(encoded: &BTreeMap<usize, (Vec<Bytes>, BTreeSet<usize>)>) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = HashSet::new();
    for start in encoded.keys() {
        let mut stack = vec![(*start, false)];
        while let Some((index, is_left)) = stack.pop() {
            if is_left {
                order.push(index);
            } else if seen.insert(index) {
                stack.push((index, true));
                if let Some((_, needs)) = encoded.get(&index) {
                    stack.extend(needs.iter().filter(|needed| !seen.contains(*needed)).map(|needed| (*needed, false)));
                }
            }
        }
    }
    order
}

/// A file and, transitively, what it needs beyond `done`: more than itself only in a cycle.
fn closure(
    encoded: &BTreeMap<usize, (Vec<Bytes>, BTreeSet<usize>)>,
    index: usize,
    done: &HashSet<usize>,
) -> Vec<usize> {
    let mut members = BTreeSet::new();
    let mut open = vec![index];
    while let Some(next) = open.pop() {
        if !done.contains(&next)
            && members.insert(next)
            && let Some((_, needs)) = encoded.get(&next)
        {
            open.extend(needs);
        }
    }
    members.into_iter().collect()
}

/// Adds files to a pool that nobody shares. The value engine has panicked on descriptors before; this is the last
/// guard behind the checks.
fn attempt<'a>(pool: &mut DescriptorPool, files: impl IntoIterator<Item = &'a Bytes>) -> Result<(), Refusal> {
    let set = join_set(files);
    match catch_unwind(AssertUnwindSafe(|| pool.decode_file_descriptor_set(set.as_slice()))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            Err(Refusal { file: error.file().map(str::to_owned), message: error.to_string(), is_panic: false })
        }
        Err(_panic) => {
            Err(Refusal { file: None, message: "the descriptor library fails on this file".to_owned(), is_panic: true })
        }
    }
}
