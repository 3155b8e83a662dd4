//! What a tree shows of loaded descriptors: services with methods, comments and options; near misses of a name.

use std::collections::HashMap;

use buffa::Message as _;
use buffa_descriptor::generated::descriptor::source_code_info::Location;
use buffa_descriptor::generated::descriptor::{FileDescriptorProto, ServiceDescriptorProto};

use super::descriptors::Loaded;
use super::harden::NameOrEmpty as _;
use super::link::SymbolKind;
use super::raw::join_name;
use super::{MethodInfo, ServiceInfo, print};

/// Near misses shown.
const NEAR_SHOWN: usize = 3;
/// Names that are compared letter by letter; beyond, only the last parts.
const NEAR_COMPARED: usize = 20_000;

/// All services that were given, in the order of files and of the text.
pub(super) fn services(loaded: &Loaded) -> Vec<ServiceInfo> {
    let mut services = Vec::new();
    for (_, file) in loaded.own_files() {
        if file.service.is_empty() {
            continue;
        }
        let comments = Comments::of(file);
        services.extend((0..file.service.len()).filter_map(|position| describe(loaded, file, &comments, position)));
    }
    services
}

/// Their names alone.
pub(super) fn service_names(loaded: &Loaded) -> Vec<String> {
    let names = loaded.own_files().flat_map(|(_, file)| {
        let package = file.package.as_deref().unwrap_or_default();
        file.service.iter().map(move |service| join_name(package, service.name_or_empty()))
    });
    names.collect()
}

/// One service.
pub(super) fn service(loaded: &Loaded, full_name: &str) -> Option<ServiceInfo> {
    let (index, kind) = loaded.symbol(full_name)?;
    if kind != SymbolKind::Service {
        return None;
    }
    let file = &loaded.usable_file(index)?.proto;
    let package = file.package.as_deref().unwrap_or_default();
    let position = file.service.iter().position(|service| join_name(package, service.name_or_empty()) == full_name)?;
    describe(loaded, file, &Comments::of(file), position)
}

fn describe(
    loaded: &Loaded,
    file: &FileDescriptorProto,
    comments: &Comments<'_>,
    position: usize,
) -> Option<ServiceInfo> {
    const SERVICE: i32 = 6;
    const METHOD: i32 = 2;
    let service: &ServiceDescriptorProto = file.service.get(position)?;
    let own = i32::try_from(position).ok()?;
    let pool = &loaded.pool.inner;
    let methods = service
        .method
        .iter()
        .zip(0..)
        .map(|(method, nth)| {
            let options = method.options.as_option();
            let encoded = options.and_then(|options| options.try_encode_to_vec().ok()).unwrap_or_default();
            MethodInfo {
                name: method.name_or_empty().to_owned(),
                input: without_dot(method.input_type.as_deref()),
                output: without_dot(method.output_type.as_deref()),
                client_streaming: method.client_streaming.unwrap_or_default(),
                server_streaming: method.server_streaming.unwrap_or_default(),
                comment: comments.leading(&[SERVICE, own, METHOD, nth]),
                deprecated: options.is_some_and(|options| options.deprecated == Some(true)),
                options: print::option_values(pool, "google.protobuf.MethodOptions", &encoded),
            }
        })
        .collect();
    Some(ServiceInfo {
        full_name: join_name(file.package.as_deref().unwrap_or_default(), service.name_or_empty()),
        file: file.name.clone(),
        comment: comments.leading(&[SERVICE, own]),
        deprecated: service.options.as_option().is_some_and(|options| options.deprecated == Some(true)),
        methods,
    })
}

fn without_dot(name: Option<&str>) -> String {
    let name = name.unwrap_or_default();
    name.strip_prefix('.').unwrap_or(name).to_owned()
}

/// The source locations of a file by path.
pub(super) struct Comments<'a> {
    by_path: HashMap<&'a [i32], &'a Location>,
}

impl<'a> Comments<'a> {
    /// Of a file; empty where it carries no source info.
    pub fn of(file: &'a FileDescriptorProto) -> Self {
        let mut by_path = HashMap::new();
        if let Some(info) = file.source_code_info.as_option() {
            for location in &info.location {
                by_path.entry(location.path.as_slice()).or_insert(location);
            }
        }
        Self { by_path }
    }

    /// Everything known about a path.
    pub fn at(&self, path: &[i32]) -> Option<&'a Location> {
        self.by_path.get(path).copied()
    }

    /// The leading comment, without comment marks.
    pub fn leading(&self, path: &[i32]) -> String {
        self.at(path).and_then(|location| location.leading_comments.as_deref()).map(clean).unwrap_or_default()
    }
}

/// A comment's text without the space that follows each mark.
pub(super) fn clean(comment: &str) -> String {
    let lines: Vec<&str> = comment.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Names close to `wanted`, best first: the same last part elsewhere, other case, a slip of the finger.
pub(super) fn near(loaded: &Loaded, wanted: &str) -> Vec<String> {
    let methods = loaded.own_files().flat_map(|(_, file)| {
        let package = file.package.as_deref().unwrap_or_default();
        file.service.iter().flat_map(move |service| {
            let service_name = join_name(package, service.name_or_empty());
            service.method.iter().map(move |method| format!("{service_name}/{}", method.name_or_empty()))
        })
    });
    let is_method = wanted.contains('/');
    let names = loaded
        .symbols
        .iter()
        .filter(|(_, symbol)| !is_method && symbol.kind != SymbolKind::MapEntry)
        .map(|(name, _)| name.to_owned())
        .chain(methods);
    near_among(names, wanted)
}

/// The names among `names` that are close to `wanted`, best first.
pub(super) fn near_among(names: impl IntoIterator<Item = String>, wanted: &str) -> Vec<String> {
    /// Longer names are no slips of the finger, and comparing them costs their lengths multiplied.
    const LONGEST_COMPARED: usize = 200;
    let wanted = wanted.replace('/', ".").to_lowercase();
    let last = |name: &str| name.rsplit(['.', '/']).next().unwrap_or_default().to_owned();
    let wanted_last = last(&wanted);
    let mut scored: Vec<(usize, String)> = Vec::new();
    for (position, name) in names.into_iter().enumerate() {
        let folded = name.replace('/', ".").to_lowercase();
        let score = if folded == wanted {
            0
        } else if last(&folded) == wanted_last {
            1
        } else if position < NEAR_COMPARED && folded.len() <= LONGEST_COMPARED && wanted.len() <= LONGEST_COMPARED {
            let distance = distance(&wanted, &folded).min(distance(&wanted_last, &last(&folded)));
            if distance > wanted_last.len() / 3 {
                continue;
            }
            1 + distance
        } else {
            continue;
        };
        scored.push((score, name));
    }
    scored.sort();
    scored.dedup();
    scored.into_iter().take(NEAR_SHOWN).map(|(_, name)| name).collect()
}

/// Insertions, deletions and replacements of bytes between two names.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.bytes().enumerate() {
        let mut diagonal = i;
        let mut previous = i + 1;
        for (r, cell) in right.bytes().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(l != r);
            diagonal = *cell;
            *cell = replaced.min(*cell + 1).min(previous + 1);
            previous = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (left, right, expect) in [("", "", 0), ("abc", "abc", 0), ("abc", "ab", 1), ("kitten", "sitting", 3)] {
            assert_eq!(distance(left, right), expect, "{left} {right}");
        }
    }

    #[test]
    fn near_misses() {
        let names = || ["hello.Hello", "hello.Hello/SayHello", "shop.Orders", "other.Greeter"].map(str::to_owned);
        let check = |wanted: &str, expect: &[&str]| assert_eq!(near_among(names(), wanted), expect, "{wanted}");
        check("hello.hello", &["hello.Hello"]);
        check("Greeter", &["other.Greeter"]);
        check("hello.Hello/SayHelo", &["hello.Hello/SayHello"]);
        check("zzz.Nothing", &[]);
    }

    #[test]
    fn comments_lose_their_margin() {
        assert_eq!(clean(" One.\n\n   Two.  \n"), "One.\n\n  Two.");
    }
}
