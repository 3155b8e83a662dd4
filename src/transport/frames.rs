//! The frame headers of HTTP/2 (RFC 9113, 4.1), found in a byte stream that is cut anywhere. Pure: no IO here.

/// Longest payload prefix that is kept.
const KEPT: usize = 256;
/// `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`.
pub(super) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Frame types (RFC 9113, 6) that are looked into.
pub(super) mod kind {
    pub const DATA: u8 = 0;
    pub const RST_STREAM: u8 = 3;
    pub const SETTINGS: u8 = 4;
    pub const PING: u8 = 6;
    pub const GOAWAY: u8 = 7;
    pub const WINDOW_UPDATE: u8 = 8;
}

/// Flag of DATA and HEADERS.
pub(super) const END_STREAM: u8 = 1;
/// Flag of SETTINGS and PING.
pub(super) const ACK: u8 = 1;

/// One frame: its header, and of control frames the payload's first bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream_id: u32,
    pub length: u32,
    pub payload: Vec<u8>,
}

/// Finds frames in one direction of a connection.
#[derive(Debug)]
pub(super) struct Scanner {
    /// Bytes still to pass over: the preface, then payloads.
    skip: usize,
    header: [u8; 9],
    header_len: usize,
    /// The frame whose payload is being kept, with the bytes still wanted.
    open: Option<(Frame, usize)>,
}

impl Scanner {
    /// For bytes from us (they start with the preface) or from the server.
    pub fn new(outgoing: bool) -> Self {
        Self { skip: if outgoing { PREFACE.len() } else { 0 }, header: [0; 9], header_len: 0, open: None }
    }

    /// Looks at the next bytes and hands over each frame as soon as its header, and what is kept of its payload, passed.
    pub fn feed(&mut self, mut bytes: &[u8], found: &mut impl FnMut(Frame)) {
        loop {
            if let Some((mut frame, wanted)) = self.open.take() {
                let take = wanted.min(bytes.len());
                frame.payload.extend_from_slice(&bytes[..take]);
                bytes = &bytes[take..];
                if take < wanted {
                    self.open = Some((frame, wanted - take));
                    return;
                }
                found(frame);
            }
            let pass = self.skip.min(bytes.len());
            self.skip -= pass;
            bytes = &bytes[pass..];
            if bytes.is_empty() {
                return;
            }
            let take = (9 - self.header_len).min(bytes.len());
            self.header[self.header_len..self.header_len + take].copy_from_slice(&bytes[..take]);
            self.header_len += take;
            bytes = &bytes[take..];
            if self.header_len < 9 {
                return;
            }
            self.header_len = 0;
            let [a, b, c, kind, flags, s0, s1, s2, s3] = self.header;
            let length = u32::from_be_bytes([0, a, b, c]);
            let stream_id = u32::from_be_bytes([s0, s1, s2, s3]) & 0x7fff_ffff;
            let frame = Frame { kind, flags, stream_id, length, payload: Vec::new() };
            let kept = match kind {
                kind::RST_STREAM | kind::SETTINGS | kind::PING | kind::GOAWAY | kind::WINDOW_UPDATE => {
                    KEPT.min(length as usize)
                }
                _ => 0,
            };
            self.skip = length as usize - kept;
            if kept > 0 {
                self.open = Some((frame, kept));
            } else {
                found(frame);
            }
        }
    }
}

/// The identifiers and values of a SETTINGS payload (RFC 9113, 6.5.1).
pub(super) fn settings(payload: &[u8]) -> Vec<(u16, u32)> {
    payload
        .chunks_exact(6)
        .map(|entry| {
            (u16::from_be_bytes([entry[0], entry[1]]), u32::from_be_bytes([entry[2], entry[3], entry[4], entry[5]]))
        })
        .collect()
}

/// Whether these first bytes of a peer are the SETTINGS frame that every HTTP/2 server begins with. `None`: too few yet.
pub(super) fn looks_like_http2(bytes: &[u8]) -> Option<bool> {
    let [a, b, c, kind, flags, s0, s1, s2, s3, ..] = *bytes else { return None };
    let length = u32::from_be_bytes([0, a, b, c]);
    let stream_id = u32::from_be_bytes([s0, s1, s2, s3]) & 0x7fff_ffff;
    Some(kind == kind::SETTINGS && flags & ACK == 0 && stream_id == 0 && length.is_multiple_of(6) && length <= 16_384)
}

/// Whether these first bytes of a peer are a TLS record: a handshake or an alert (RFC 8446, 5.1).
pub(super) fn looks_like_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [0x15 | 0x16, 0x03, ..])
}

/// Bytes from a stranger, fit for a sentence: control characters and non-ASCII as dots, white space as one space.
pub(super) fn printable(bytes: &[u8], longest: usize) -> String {
    let mut text = String::new();
    for &byte in bytes.iter().take(longest) {
        match byte {
            b'\r' | b'\n' | b'\t' | b' ' => {
                if !text.ends_with(' ') && !text.is_empty() {
                    text.push(' ');
                }
            }
            0x21..=0x7e => text.push(char::from(byte)),
            _ => text.push('.'),
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Frame, PREFACE, Scanner, looks_like_http2, looks_like_tls, printable, settings};

    fn wire(frames: &[(u8, u8, u32, usize)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for &(kind, flags, stream_id, length) in frames {
            bytes.extend_from_slice(&(length as u32).to_be_bytes()[1..]);
            bytes.extend_from_slice(&[kind, flags]);
            bytes.extend_from_slice(&stream_id.to_be_bytes());
            bytes.extend((0..length).map(|i| i as u8));
        }
        bytes
    }

    fn scan(chunks: &[&[u8]], outgoing: bool) -> Vec<Frame> {
        let mut scanner = Scanner::new(outgoing);
        let mut frames = Vec::new();
        for chunk in chunks {
            scanner.feed(chunk, &mut |frame| frames.push(frame));
        }
        frames
    }

    #[test]
    fn control_frames_keep_their_payload() {
        let mut bytes = PREFACE.to_vec();
        bytes.extend(wire(&[(4, 0, 0, 12), (4, 1, 0, 0), (0, 1, 3, 100), (7, 0, 0, 300), (1, 4, 3, 7)]));
        let frames = scan(&[&bytes], true);
        let lengths: Vec<_> = frames.iter().map(|f| (f.kind, f.length, f.payload.len())).collect();
        assert_eq!(lengths, [(4, 12, 12), (4, 0, 0), (0, 100, 0), (7, 300, 256), (1, 7, 0)]);
        assert_eq!(settings(&frames[0].payload), [(0x0001, 0x0203_0405), (0x0607, 0x0809_0a0b)]);
    }

    #[test]
    fn strangers_are_recognised() {
        assert_eq!(looks_like_http2(&[0, 0, 6, 4, 0, 0, 0, 0, 0]), Some(true));
        assert_eq!(looks_like_http2(b"HTTP/1.1 400"), Some(false));
        assert_eq!(looks_like_http2(&[0, 0]), None);
        assert!(looks_like_tls(&[0x15, 3, 1, 0, 2]));
        assert!(!looks_like_tls(b"SSH"));
        assert_eq!(printable(b"HTTP/1.1 400\r\n\r\n\x00\xff ", 64), "HTTP/1.1 400 ..");
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_frames(
            frames in prop::collection::vec((0u8..12, any::<u8>(), 0u32..9, 0usize..400), 0..12),
            cuts in prop::collection::vec(1usize..60, 1..40),
        ) {
            let bytes = wire(&frames);
            let whole = scan(&[&bytes], false);
            let mut chunks = Vec::new();
            let mut rest = &bytes[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break; }
                let (chunk, after) = rest.split_at((*cut).min(rest.len()));
                chunks.push(chunk);
                rest = after;
            }
            prop_assert_eq!(&scan(&chunks, false), &whole);
            prop_assert_eq!(whole.len(), frames.len());
        }
    }
}
