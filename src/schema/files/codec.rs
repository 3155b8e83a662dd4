//! How parsed files are kept, in memory and on disk: flat bytes that are decoded when a file's turn comes. Decoding
//! is of bytes that may have been damaged on disk, so every step is checked.

use super::parse::{Definition, DefinitionKind, Import, ParsedFile, ParsedMethod, ParsedService};

/// Appends values.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub(super) fn flag(&mut self, value: bool) {
        self.bytes.push(u8::from(value));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    pub(super) fn blob(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }
}

/// Takes values from the front; `None` where the bytes are damaged.
pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A count of things that each take at least one byte, so that a damaged one reserves no memory.
    pub(super) fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|&count| count <= self.rest.len())
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        Some(self.number()? != 0)
    }

    pub(super) fn blob(&mut self) -> Option<&'a [u8]> {
        let length = self.count()?;
        let (blob, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(blob)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.blob()?).ok()
    }

    fn owned(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }
}

/// What every search needs of a file: small, always decoded.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub(super) package: String,
    pub(super) imports: Vec<Import>,
    /// Relative to the package.
    pub(super) services: Vec<String>,
    pub(super) is_faulty: bool,
}

impl Summary {
    pub(super) fn of(file: &ParsedFile) -> Self {
        Self {
            package: file.package.clone(),
            imports: file.imports.clone(),
            services: file.services.iter().map(|service| service.name.clone()).collect(),
            is_faulty: file.is_faulty,
        }
    }

    pub(super) fn encode(&self, out: &mut Writer) {
        out.text(&self.package);
        out.number(self.imports.len() as u64);
        for import in &self.imports {
            out.text(&import.name);
            out.number(u64::from(import.is_public) | u64::from(import.is_option) << 1);
        }
        out.number(self.services.len() as u64);
        for service in &self.services {
            out.text(service);
        }
        out.flag(self.is_faulty);
    }

    pub(super) fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let package = from.owned()?;
        let imports = (0..from.count()?)
            .map(|_| {
                let name = from.owned()?;
                let marks = from.number()?;
                Some(Import { name, is_public: marks & 1 != 0, is_option: marks & 2 != 0 })
            })
            .collect::<Option<_>>()?;
        let services = (0..from.count()?).map(|_| from.owned()).collect::<Option<_>>()?;
        Some(Self { package, imports, services, is_faulty: from.flag()? })
    }
}

/// The rest: services in full and the names of definitions.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    pub(super) services: Vec<ParsedService>,
    /// Relative to the package.
    pub(super) names: Vec<(DefinitionKind, String)>,
}

impl Details {
    pub(super) fn encode(file: &ParsedFile) -> Box<[u8]> {
        let mut out = Writer::default();
        out.number(file.services.len() as u64);
        for service in &file.services {
            out.text(&service.name);
            out.text(&service.comment);
            out.flag(service.is_deprecated);
            out.number(service.methods.len() as u64);
            for method in &service.methods {
                encode_method(method, &mut out);
            }
        }
        let is_kept = |definition: &&Definition| !matches!(definition.kind, DefinitionKind::Method);
        out.number(file.definitions.iter().filter(is_kept).count() as u64);
        for definition in file.definitions.iter().filter(is_kept) {
            out.number(kind_number(definition.kind));
            out.text(&definition.name);
        }
        out.bytes.into_boxed_slice()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader { rest: bytes };
        let services = (0..from.count()?)
            .map(|_| {
                Some(ParsedService {
                    name: from.owned()?,
                    comment: from.owned()?,
                    is_deprecated: from.flag()?,
                    methods: (0..from.count()?).map(|_| decode_method(&mut from)).collect::<Option<_>>()?,
                })
            })
            .collect::<Option<_>>()?;
        let names = (0..from.count()?)
            .map(|_| {
                let kind = match from.number()? {
                    0 => DefinitionKind::Message,
                    1 => DefinitionKind::Enum,
                    2 => DefinitionKind::Service,
                    3 => DefinitionKind::Extension,
                    _ => return None,
                };
                Some((kind, from.owned()?))
            })
            .collect::<Option<_>>()?;
        Some(Self { services, names })
    }
}

fn kind_number(kind: DefinitionKind) -> u64 {
    match kind {
        DefinitionKind::Message => 0,
        DefinitionKind::Enum => 1,
        DefinitionKind::Service => 2,
        _ => 3,
    }
}

fn encode_method(method: &ParsedMethod, out: &mut Writer) {
    out.text(&method.name);
    out.text(&method.input);
    out.text(&method.output);
    out.number(u64::from(method.client_streaming) | u64::from(method.server_streaming) << 1);
    out.text(&method.comment);
    out.number(method.options.len() as u64);
    for (name, value) in &method.options {
        out.text(name);
        out.text(value);
    }
}

fn decode_method(from: &mut Reader<'_>) -> Option<ParsedMethod> {
    let (name, input, output) = (from.owned()?, from.owned()?, from.owned()?);
    let shape = from.number()?;
    let comment = from.owned()?;
    let options = (0..from.count()?).map(|_| Some((from.owned()?, from.owned()?))).collect::<Option<_>>()?;
    Some(ParsedMethod {
        name,
        input,
        output,
        client_streaming: shape & 1 != 0,
        server_streaming: shape & 2 != 0,
        comment,
        options,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::super::parse::{Detail, parse};
    use super::*;

    const TEXT: &str = "package a; import public 'b'; message M { enum E { X = 0; } } \
        // C\n service S { rpc R(stream M) returns (M) { option (x) = 1; } } extend M { int32 e = 1; }";

    #[test]
    fn what_is_written_is_read_again() {
        let file = parse(TEXT.as_bytes(), Detail::Names);
        let mut out = Writer::default();
        Summary::of(&file).encode(&mut out);
        let summary = Summary::decode(&mut Reader { rest: &out.bytes }).unwrap();
        assert_eq!((summary.package.as_str(), summary.services.as_slice()), ("a", &["S".to_owned()][..]));
        assert_eq!(summary.imports, file.imports);
        let details = Details::decode(&Details::encode(&file)).unwrap();
        let method = &details.services[0].methods[0];
        assert_eq!((method.client_streaming, method.server_streaming), (true, false));
        assert_eq!(method.options, file.services[0].methods[0].options);
        assert_eq!(details.names.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["M", "M.E", "S", "e"]);
    }

    proptest! {
        #[test]
        fn damaged_bytes_are_refused_or_read(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = Details::encode(&parse(TEXT.as_bytes(), Detail::Names)).into_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            drop(Details::decode(&bytes));
            drop(Summary::decode(&mut Reader { rest: &bytes }));
        }
    }
}
