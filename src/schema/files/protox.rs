//! The compiler of last resort, in-process: where the system runs no program from the cache. Its verdict is not
//! protoc's, so whoever uses it says so. Never chosen here.

use std::path::PathBuf;

use super::bundled;
use super::lex::{Lexer, Token};
use super::load::read;
use super::protoc::{Complaint, Job, Outcome, complaints};
use super::roots::is_plain;

/// Its parser recurses; no real file comes near.
const DEEPEST_NESTING: u32 = 100;
/// Its imports recurse too.
const STACK_BYTES: usize = 256 << 20;

/// How the message begins that only says that an import was refused.
pub(super) const IMPORT_FAILED: &str = "is refused because";

/// Compiles up to the first file that is refused.
pub(super) fn run(job: &Job<'_>) -> Outcome {
    let work = || compile(job);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("protox".to_owned()).stack_size(STACK_BYTES);
        match thread.spawn_scoped(scope, work).map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Outcome::Crashed("the compiler in this program failed".to_owned()),
            Err(error) => Outcome::Crashed(format!("the compiler in this program cannot be started: {error}")),
        }
    })
}

fn compile(job: &Job<'_>) -> Outcome {
    let mut compiler = protox::Compiler::with_file_resolver(Resolver { roots: job.roots.to_vec() });
    compiler.include_imports(true);
    for name in job.names {
        let Err(error) = compiler.open_file(name) else { continue };
        let mut words = complaints(&format!("{error:?}"));
        if words.is_empty() {
            words.push(Complaint { file: String::new(), line: None, column: None, message: error.to_string() });
        }
        for complaint in &mut words {
            if complaint.file.is_empty() {
                (*name).clone_into(&mut complaint.file);
            }
        }
        if !words.iter().any(|complaint| complaint.file == *name) {
            // As protoc does, so that it is clear which of the files asked for was refused.
            let message = format!("{IMPORT_FAILED} of {}", words[0].file);
            words.push(Complaint { file: (*name).to_owned(), line: None, column: None, message });
        }
        return Outcome::Refused(words);
    }
    Outcome::Compiled(if job.wants_set { compiler.encode_file_descriptor_set() } else { Vec::new() })
}

struct Resolver {
    roots: Vec<PathBuf>,
}

impl protox::file::FileResolver for Resolver {
    fn open_file(&self, name: &str) -> Result<protox::file::File, protox::Error> {
        // protox refuses what newer well-known types hold, so it is given its own, whatever a root has.
        if name.starts_with("google/protobuf/") {
            let own = protox::file::GoogleFileResolver::new().open_file(name);
            if own.is_ok() {
                return own;
            }
        }
        let on_disk = self.roots.iter().map(|root| root.join(name)).find(|path| is_plain(name) && path.is_file());
        let text = match (on_disk, bundled::text(name)) {
            (Some(path), _) => String::from_utf8(read(&path).map_err(protox::Error::new)?)
                .map_err(|error| protox::Error::new(format!("{name}: the file is not UTF-8: {error}")))?,
            (None, Some(text)) => text.to_owned(),
            (None, None) => return Err(protox::Error::file_not_found(name)),
        };
        if nesting(&text) > DEEPEST_NESTING {
            return Err(protox::Error::new(format!("{name}: is nested too deeply")));
        }
        protox::file::File::from_source(name, &text)
    }
}

fn nesting(text: &str) -> u32 {
    let mut lexer = Lexer::new(text.as_bytes());
    let (mut depth, mut deepest) = (0_u32, 0);
    loop {
        match lexer.token {
            Token::End => return deepest,
            Token::Punct(b'{' | b'[' | b'(' | b'<') => depth += 1,
            Token::Punct(b'}' | b']' | b')' | b'>') => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
        lexer.advance();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_outside_of_texts() {
        for (text, expect) in [("a { b [ ( < > ) ] } { }", 4), ("'{{{' // {{{\n{", 1), ("", 0)] {
            assert_eq!(nesting(text), expect, "{text}");
        }
    }
}
