//! A text file that a person names, read as a whole.

use std::io::Read as _;
use std::path::Path;

use super::endpoint::at_home;

/// Longer files are none that a person means here.
const LARGEST: u64 = 8 << 20;

/// The text of a file; the error is the system's words, or what is wrong with the file.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(at_home(path)).map_err(|error| error.to_string())?;
    let about = file.metadata().map_err(|error| error.to_string())?;
    // Neither a pipe, which may never end, nor a folder.
    if !about.is_file() {
        return Err("not a file".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("larger than {} MB", LARGEST >> 20));
    }
    String::from_utf8(bytes).map_err(|_not_utf8| "not UTF-8 text".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::format_collect,
        reason = "tests may end by panicking, and their texts are short"
    )]

    use super::*;

    #[test]
    fn only_texts_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        assert_eq!(read_text(&file("a", "服务".as_bytes())), Ok("服务".to_owned()));
        assert_eq!(read_text(&file("b", &[0xff, 0xfe])), Err("not UTF-8 text".to_owned()));
        assert!(read_text(folder.path()).is_err());
        assert!(read_text(&folder.path().join("none")).is_err());
    }
}
