//! Schemas written back as .proto files.

use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use bytes::Bytes;

use super::super::descriptors::Descriptors;
use super::super::{SchemaError, print};

/// See [`super::super::write_proto_files`]. Nothing is written unless everything can be.
pub(in super::super) fn write_proto_files(descriptor_set: &[u8], folder: &Path) -> Result<Vec<PathBuf>, SchemaError> {
    let place = folder.display().to_string();
    let descriptors = Descriptors::from_set(&Bytes::copy_from_slice(descriptor_set), &place)?;
    if !descriptors.problems().is_empty() {
        return Err(SchemaError::Problems(descriptors.problems().to_vec()));
    }
    let mut files = Vec::new();
    for (name, text) in print::all_files(descriptors.loaded()) {
        let relative = safe_path(&name).ok_or_else(|| SchemaError::BadDescriptor {
            place: place.clone(),
            message: format!("{name:?} would be written outside the folder, or cannot be a file's name"),
        })?;
        files.push((folder.join(relative), text));
    }
    create_dir(folder)?;
    let root = folder.canonicalize().map_err(|error| io(folder, &error))?;
    let mut written = Vec::with_capacity(files.len());
    for (path, text) in files {
        write_atomically(&root, &path, &text)?;
        written.push(path);
    }
    Ok(written)
}

/// An import name as a path below a folder, on any system.
fn safe_path(name: &str) -> Option<PathBuf> {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.chars().any(|c| c.is_control() || r#"\:*?"<>|"#.contains(c))
    };
    let path = PathBuf::from(name);
    let is_relative = path.components().all(|part| matches!(part, Component::Normal(_)));
    (is_relative && name.split('/').all(is_plain)).then_some(path)
}

fn write_atomically(root: &Path, path: &Path, text: &str) -> Result<(), SchemaError> {
    let parent = path.parent().unwrap_or(root);
    create_dir(parent)?;
    // A link inside the folder may lead out of it.
    let real = parent.canonicalize().map_err(|error| io(parent, &error))?;
    if !real.starts_with(root) {
        return Err(SchemaError::Io {
            path: path.to_owned(),
            message: "a link leads out of the folder; choose another one".to_owned(),
        });
    }
    let mut file =
        tempfile::Builder::new().prefix(".proconsul-").tempfile_in(&real).map_err(|error| io(parent, &error))?;
    file.write_all(text.as_bytes()).map_err(|error| io(path, &error))?;
    make_readable(file.as_file()).map_err(|error| io(path, &error))?;
    file.persist(path).map_err(|error| io(path, &error.error))?;
    Ok(())
}

/// Temporary files are private; what a person saves is readable as other files are.
#[cfg(unix)]
fn make_readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_file: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

fn create_dir(path: &Path) -> Result<(), SchemaError> {
    std::fs::create_dir_all(path).map_err(|error| io(path, &error))
}

fn io(path: &Path, error: &std::io::Error) -> SchemaError {
    SchemaError::Io { path: path.to_owned(), message: format!("cannot be written: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_folder() {
        for good in ["a.proto", "a/b/c.proto", "a b.proto", "ä.proto"] {
            assert!(safe_path(good).is_some(), "{good}");
        }
        for bad in ["", "/a", "../a", "a/../../b", "a//b", "./a", "a\\..\\b", "C:/a", "a/", "a\0b"] {
            assert!(safe_path(bad).is_none(), "{bad}");
        }
    }
}
