//! The way to the running process on unix: a socket in the data folder, which only its owner can enter.

use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use super::PATIENCE;

const SOCKET: &str = "socket";
/// Names the socket's place where the folder's own path is too long for one.
const ELSEWHERE: &str = "socket-place";
/// A socket's path holds 108 bytes on Linux, 104 on macOS.
const LONGEST: usize = 100;

/// Removed when the process ends in peace.
pub(super) struct Place {
    path: PathBuf,
    _elsewhere: Option<tempfile::TempDir>,
}

impl Drop for Place {
    fn drop(&mut self) {
        // What stays is replaced by the next one.
        drop(std::fs::remove_file(&self.path));
    }
}

/// Whoever calls this holds the lock, so a socket that is there was left behind.
pub(super) fn listen(folder: &Path) -> io::Result<(UnixListener, Place)> {
    let mut path = folder.join(SOCKET);
    let mut elsewhere = None;
    if path.as_os_str().len() > LONGEST {
        let place = tempfile::Builder::new().prefix("proconsul-").tempdir()?;
        path = place.path().join(SOCKET);
        std::fs::write(folder.join(ELSEWHERE), path.as_os_str().as_encoded_bytes())?;
        elsewhere = Some(place);
    }
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    }
    Ok((listener, Place { path, _elsewhere: elsewhere }))
}

pub(super) fn accept(listener: &UnixListener) -> io::Result<UnixStream> {
    patient(listener.accept()?.0)
}

pub(super) fn connect(folder: &Path) -> io::Result<UnixStream> {
    use std::os::unix::ffi::OsStringExt as _;
    let mut path = folder.join(SOCKET);
    if path.as_os_str().len() > LONGEST {
        path = std::ffi::OsString::from_vec(std::fs::read(folder.join(ELSEWHERE))?).into();
    }
    patient(UnixStream::connect(path)?)
}

fn patient(stream: UnixStream) -> io::Result<UnixStream> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}
