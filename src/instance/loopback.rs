//! The way to the running process where there are no sockets in folders: a port of this machine's own address. Whoever
//! connects first says a token that stands in a file of the data folder, as proof that they may read it.

use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use super::PATIENCE;

const PLACE: &str = "instance";

/// Removed when the process ends in peace.
pub(super) struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        // What stays is replaced by the next one.
        drop(std::fs::remove_file(&self.0));
    }
}

/// A port with its token.
pub(super) struct Listener {
    listener: TcpListener,
    token: String,
}

pub(super) fn listen(folder: &Path) -> io::Result<(Listener, Place)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    // The standard library seeds these from the system's source of randomness.
    let parts = (0_u8..4).map(|count| format!("{:016x}", RandomState::new().hash_one(count)));
    let token = parts.collect::<Vec<_>>().concat();
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    write!(file, "{} {token}", listener.local_addr()?)?;
    let path = folder.join(PLACE);
    file.persist(&path)?;
    Ok((Listener { listener, token }, Place(path)))
}

pub(super) fn accept(listener: &Listener) -> io::Result<TcpStream> {
    let mut stream = patient(listener.listener.accept()?.0)?;
    let mut said = vec![0; listener.token.len()];
    stream.read_exact(&mut said)?;
    if said != listener.token.as_bytes() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "a stranger"));
    }
    Ok(stream)
}

pub(super) fn connect(folder: &Path) -> io::Result<TcpStream> {
    let text = std::fs::read_to_string(folder.join(PLACE))?;
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "the file that names the port is damaged");
    let (address, token) = text.split_once(' ').ok_or_else(wrong)?;
    let address: SocketAddr = address.parse().map_err(|_not_an_address: std::net::AddrParseError| wrong())?;
    let mut stream = patient(TcpStream::connect_timeout(&address, PATIENCE)?)?;
    stream.write_all(token.as_bytes())?;
    Ok(stream)
}

fn patient(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use super::{PLACE, accept, connect, listen};
    use std::io::{Read as _, Write as _};

    #[test]
    fn only_who_reads_the_file_is_let_in() {
        let folder = tempfile::tempdir().unwrap();
        let (listener, place) = listen(folder.path()).unwrap();
        let mut asks = connect(folder.path()).unwrap();
        let mut hears = accept(&listener).unwrap();
        asks.write_all(b"x").unwrap();
        let mut byte = [0];
        hears.read_exact(&mut byte).unwrap();
        assert_eq!(byte, *b"x");
        let path = folder.path().join(PLACE);
        let text = std::fs::read_to_string(&path).unwrap();
        let (address, token) = text.split_once(' ').unwrap();
        std::fs::write(&path, format!("{address} {}", "0".repeat(token.len()))).unwrap();
        let _stranger = connect(folder.path()).unwrap();
        assert!(accept(&listener).is_err());
        drop(place);
        assert!(connect(folder.path()).is_err());
    }
}
