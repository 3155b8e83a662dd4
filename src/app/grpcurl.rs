//! A request as a grpcurl command line, for shells of the Unix kind.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::rows::is_scheme;
use super::{
    CaKind, ClientKind, ConnectionForm, Link, MetadataRow, RowCheck, SourceEntry, SourceOrigin, Tab, overrides,
    parse_deadline,
};
use crate::engine::Scheme;
use crate::secret::Secret;

/// Where a certificate stands in the command that the program knows only by its bytes.
pub(super) const CERTIFICATE_FILE: &str = "server.pem";

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrpcurlCommand {
    /// One command over several lines, to be pasted into a shell.
    pub text: String,
    /// Names of the shell variables that stand for secrets in it.
    pub variables: Vec<String>,
    /// What is set here and grpcurl cannot do, or has to be given by hand.
    pub gaps: Vec<Gap>,
}

/// Something that a command leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The trusted certificate is to be saved as `server.pem`.
    CertificateFile,
    /// grpcurl reads no PKCS#12 bundles.
    Pkcs12,
}

/// `tab` as a command. Secrets stand in it only `with_secrets`, else shell variables in their place: `$TOKEN` for the
/// first, `$TOKEN_2` for the next.
pub fn grpcurl_command(
    tab: &Tab,
    source: Option<&SourceEntry>,
    form: &ConnectionForm,
    link: Option<&Link>,
    of_target: &[MetadataRow],
    with_secrets: bool,
) -> GrpcurlCommand {
    let mut command = GrpcurlCommand { text: "grpcurl".to_owned(), variables: Vec::new(), gaps: Vec::new() };
    let (address, is_plaintext, is_unix) = target(tab.address.trim(), form.scheme, link);
    if is_plaintext {
        command.text.push_str(" -plaintext");
    } else {
        tls(&mut command, form);
    }
    for (flag, value) in [("-authority", &form.authority), ("-servername", &form.server_name)] {
        // The name for TLS means nothing without it.
        if !value.trim().is_empty() && (flag == "-authority" || !(is_plaintext || form.skip_verify)) {
            flagged(&mut command.text, flag, value.trim());
        }
    }
    if let Ok(Some(deadline)) = parse_deadline(&tab.deadline) {
        flagged(&mut command.text, "-max-time", &deadline.as_secs_f64().to_string());
    }
    if let Some(source) = source
        && let SourceOrigin::Files { paths, import_roots } = &source.origin
    {
        let services = source.outline.iter().flat_map(|outline| &outline.services);
        let service = services.into_iter().find(|service| service.full_name == tab.service);
        files(&mut command.text, paths, import_roots, service.and_then(|service| service.file.as_deref()));
    }
    for row in of_target.iter().filter(|row| !overrides(&tab.metadata, row)) {
        header(&mut command, "-H", row, with_secrets);
    }
    // A target's rows go with reflection, a request's do not.
    let flag = if of_target.is_empty() { "-H" } else { "-rpc-header" };
    for row in &tab.metadata {
        header(&mut command, flag, row, with_secrets);
    }
    if !tab.message.trim().is_empty() {
        flagged(&mut command.text, "-d", &strict(&tab.message));
    }
    if is_unix {
        command.text.push_str(" \\\n  -unix");
    }
    let method = format!("{}/{}", tab.service, tab.method);
    let _written = write!(command.text, " \\\n  {} {}", quoted(&address), quoted(&method));
    command
}

/// The address as grpcurl takes it, whether it speaks plaintext, and whether it is a socket's path.
fn target(address: &str, scheme: Scheme, link: Option<&Link>) -> (String, bool, bool) {
    for (prefix, is_plaintext) in [("grpc://", true), ("http://", true), ("grpcs://", false), ("https://", false)] {
        if let Some(rest) = address.strip_prefix(prefix) {
            return (rest.trim_end_matches('/').to_owned(), is_plaintext, false);
        }
    }
    let was_plaintext = matches!(link, Some(Link::Up(info)) if info.tls.is_none());
    let is_plaintext = match scheme {
        Scheme::Plaintext => true,
        Scheme::Tls => false,
        Scheme::Auto => was_plaintext,
    };
    match address.strip_prefix("unix:") {
        Some(path) => (path.strip_prefix("//").unwrap_or(path).to_owned(), is_plaintext, true),
        None => (address.to_owned(), is_plaintext, false),
    }
}

fn tls(command: &mut GrpcurlCommand, form: &ConnectionForm) {
    if form.skip_verify {
        command.text.push_str(" -insecure");
    } else {
        match form.ca {
            CaKind::File if !form.ca_path.trim().is_empty() => {
                flagged(&mut command.text, "-cacert", form.ca_path.trim());
            }
            CaKind::Exact if !form.exact_path.trim().is_empty() => {
                flagged(&mut command.text, "-cacert", form.exact_path.trim());
            }
            CaKind::Given | CaKind::Pinned => {
                flagged(&mut command.text, "-cacert", CERTIFICATE_FILE);
                command.gaps.push(Gap::CertificateFile);
            }
            CaKind::File | CaKind::Exact | CaKind::System => {}
        }
    }
    match form.client {
        ClientKind::None => {}
        ClientKind::Pem => {
            flagged(&mut command.text, "-cert", form.cert_path.trim());
            flagged(&mut command.text, "-key", form.key_path.trim());
        }
        ClientKind::Pkcs12 => command.gaps.push(Gap::Pkcs12),
    }
}

/// `defined_in` is the import name of the file that defines the service.
fn files(text: &mut String, paths: &[PathBuf], import_roots: &[PathBuf], defined_in: Option<&str>) {
    let is_set = |path: &&PathBuf| {
        let end = path.extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase);
        matches!(end.as_deref(), Some("binpb" | "pb" | "protoset" | "desc"))
    };
    for set in paths.iter().filter(is_set) {
        flagged(text, "-protoset", &set.display().to_string());
    }
    let protos: Vec<&PathBuf> = paths.iter().filter(|path| !is_set(path)).collect();
    let is_file = |path: &PathBuf| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("proto"));
    for root in import_roots {
        flagged(text, "-import-path", &root.display().to_string());
    }
    // A folder is a root of its own; so is a file's, unless it lies below another.
    for path in &protos {
        if !is_file(path) {
            flagged(text, "-import-path", &path.display().to_string());
        } else if import_roots.is_empty()
            && let Some(folder) = path.parent()
        {
            flagged(text, "-import-path", &folder.display().to_string());
        }
    }
    match (defined_in, protos.as_slice()) {
        (_, []) => {}
        (Some(name), _) => flagged(text, "-proto", name),
        (None, protos) => {
            for path in protos.iter().filter(|path| is_file(path)) {
                flagged(text, "-proto", &path.display().to_string());
            }
        }
    }
}

fn header(command: &mut GrpcurlCommand, flag: &str, row: &MetadataRow, with_secrets: bool) {
    let key = row.key.trim();
    let value = match (row.check(), row.sent()) {
        (_, Some((_, value))) => value,
        // A value that has to be typed again is the shell's to give.
        (RowCheck::Missing, None) if !key.is_empty() && !with_secrets => Secret::new("?"),
        _ => return,
    };
    let value = value.reveal().trim();
    if !row.secret || with_secrets || value.is_empty() {
        return flagged(&mut command.text, flag, &format!("{key}: {value}"));
    }
    let count = command.variables.len() + 1;
    let name = if count == 1 { "TOKEN".to_owned() } else { format!("TOKEN_{count}") };
    // The word before a bearer's token is no secret, and easily forgotten.
    let scheme = value.split_once(' ').map(|(scheme, _)| scheme);
    let known = scheme.filter(|scheme| is_scheme(scheme));
    let before = known.map(|scheme| format!("{scheme} ")).unwrap_or_default();
    // In double quotes the shell fills the variable in; a key holds nothing that means more to it.
    let _written = write!(command.text, " \\\n  {flag} \"{key}: {before}${name}\"");
    command.variables.push(name);
}

fn flagged(text: &mut String, flag: &str, value: &str) {
    let _written = write!(text, " \\\n  {flag} {}", quoted(value));
}

/// A word for the shell: as it is where it holds nothing special, else in single quotes.
pub(super) fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@%+,".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

/// Relaxed JSON as grpcurl takes it: without comments, and without commas before a closing bracket.
fn strict(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => string_len(rest),
            '/' if rest.starts_with("//") => {
                rest = rest.split_once('\n').map_or("", |(_, after)| after);
                // The line break that ended it.
                out.truncate(out.trim_end_matches([' ', '\t']).len());
                out.push('\n');
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = rest.split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            ']' | '}' => {
                let kept = out.trim_end().len();
                if out.get(..kept).is_some_and(|kept| kept.ends_with(',')) {
                    out.remove(kept - 1);
                }
                1
            }
            other => other.len_utf8(),
        };
        let (part, after) = rest.split_at(taken);
        out.push_str(part);
        rest = after;
    }
    out
}

/// Length of the string at the start of `text`, in bytes, quotes included; all of it where it does not end.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{quoted, strict};

    #[test]
    fn words_for_a_shell() {
        for (word, expect) in [
            ("127.0.0.1:7888", "127.0.0.1:7888"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$HOME", "'$HOME'"),
            ("it's", r"'it'\''s'"),
            ("李雷", "'李雷'"),
        ] {
            assert_eq!(quoted(word), expect);
        }
    }

    #[test]
    fn relaxed_json_becomes_strict() {
        for (text, expect) in [
            (r#"{"a": 1}"#, r#"{"a": 1}"#),
            ("{\"a\": 1, // one\n}", "{\"a\": 1\n}"),
            (r#"{"a": [1, 2,], }"#, r#"{"a": [1, 2] }"#),
            (r#"{/* b */"a": "// no, }"}"#, r#"{"a": "// no, }"}"#),
            (r#"{"a": "\", ]", }"#, r#"{"a": "\", ]" }"#),
            (r#"{"a": "open"#, r#"{"a": "open"#),
        ] {
            assert_eq!(strict(text), expect, "{text}");
        }
    }
}
