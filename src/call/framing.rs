//! gRPC's length-prefixed messages (grpc/doc/PROTOCOL-HTTP2.md) and their compression, over bytes. Pure: no IO here.

use std::io::{Read, Write};

use bytes::{BufMut, Bytes, BytesMut};

use super::Encoding;

/// Flag and length.
pub(super) const PREFIX: usize = 5;
/// A length prefix is a promise that nobody has kept yet: no more than this is set aside for it at once.
const RESERVED_AT_ONCE: usize = 1 << 20;

/// A message as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WireMessage {
    pub compressed: bool,
    pub payload: Bytes,
}

/// Why no message can be read any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FrameError {
    /// The prefix says more than the limit.
    TooLarge { size: u64 },
    /// The flag is neither 0 nor 1.
    BadFlag(u8),
}

/// Cuts messages out of DATA. A message that lies in one chunk is a slice of it; others are put together once.
#[derive(Debug, Default)]
pub(super) struct Deframer {
    /// Whole messages are cut from here.
    head: Bytes,
    /// What came after `head`.
    tail: BytesMut,
}

impl Deframer {
    /// Takes the next bytes.
    pub fn push(&mut self, data: Bytes) {
        if self.head.is_empty() && self.tail.is_empty() {
            self.head = data;
        } else {
            self.tail.extend_from_slice(&data);
        }
    }

    /// How many bytes wait here.
    pub fn len(&self) -> usize {
        self.head.len() + self.tail.len()
    }

    /// The next message of at most `limit` bytes on the wire, if it is complete.
    pub fn next(&mut self, limit: usize) -> Result<Option<WireMessage>, FrameError> {
        if self.head.is_empty() {
            if self.tail.len() < needed(&self.tail, limit)? {
                return Ok(None);
            }
            self.head = self.tail.split().freeze();
        }
        let mut wanted = needed(&self.head, limit)?;
        if self.head.len() < wanted {
            if self.tail.is_empty() {
                return Ok(None);
            }
            let mut whole = BytesMut::with_capacity((self.len()).max(wanted.min(RESERVED_AT_ONCE)));
            whole.extend_from_slice(&self.head);
            whole.extend_from_slice(&self.tail);
            self.head = Bytes::new();
            self.tail = whole;
            wanted = needed(&self.tail, limit)?;
            if self.tail.len() < wanted {
                return Ok(None);
            }
            self.head = self.tail.split().freeze();
        }
        let compressed = self.head[0] == 1;
        let message = self.head.split_to(wanted);
        Ok(Some(WireMessage { compressed, payload: message.slice(PREFIX..) }))
    }
}

/// How many bytes the message at the front takes, prefix included; at least [`PREFIX`].
fn needed(bytes: &[u8], limit: usize) -> Result<usize, FrameError> {
    let [flag, a, b, c, d, ..] = *bytes else { return Ok(PREFIX) };
    if flag > 1 {
        return Err(FrameError::BadFlag(flag));
    }
    let length = u32::from_be_bytes([a, b, c, d]);
    match usize::try_from(length) {
        Ok(length) if length <= limit => Ok(PREFIX + length),
        _ => Err(FrameError::TooLarge { size: u64::from(length) }),
    }
}

/// A message with its prefix, ready to send; and its size on the wire without the prefix. `None`: it is over 4 GiB.
pub(super) fn frame(message: &[u8], encoding: Encoding) -> Option<(Bytes, usize)> {
    let (flag, packed) = match encoding {
        Encoding::Identity => (0, None),
        Encoding::Gzip => (1, Some(gzip(message))),
        Encoding::Deflate => (1, Some(deflate(message))),
        Encoding::Zstd => (1, Some(zstd::bulk::compress(message, 0).unwrap_or_default())),
    };
    let payload = packed.as_deref().unwrap_or(message);
    let length = u32::try_from(payload.len()).ok()?;
    let mut bytes = BytesMut::with_capacity(PREFIX + payload.len());
    bytes.put_u8(flag);
    bytes.put_u32(length);
    bytes.put_slice(payload);
    Some((bytes.freeze(), payload.len()))
}

fn gzip(message: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing to memory has no way to fail; were there one, the server would say that the message is corrupt.
    encoder.write_all(message).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// What gRPC calls deflate is zlib's format (RFC 1950).
fn deflate(message: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(message).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// `grpc-encoding` of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum AnswerEncoding {
    /// None was named, or `identity`.
    #[default]
    Identity,
    Gzip,
    /// What gRPC calls deflate is zlib's format (RFC 1950).
    Deflate,
    Zstd,
    Unknown(String),
}

/// What we say we can read: `grpc-accept-encoding`.
pub const ACCEPTED: &str = "identity,gzip,deflate,zstd";

impl AnswerEncoding {
    /// By its name.
    pub fn of(name: &str) -> Self {
        match name {
            "" | "identity" => Self::Identity,
            "gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            "zstd" => Self::Zstd,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

/// Why a message does not decompress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum InflateError {
    /// It grows over the limit.
    TooLarge,
    /// It is not what it says.
    Corrupt(String),
    /// No encoding was named.
    Unnamed,
    /// Nobody here knows it.
    Unknown(String),
}

/// Decompresses a message to at most `limit` bytes: a small bomb cannot become a large one.
pub(super) fn inflate(payload: &[u8], encoding: &AnswerEncoding, limit: usize) -> Result<Bytes, InflateError> {
    match encoding {
        AnswerEncoding::Identity => Err(InflateError::Unnamed),
        AnswerEncoding::Unknown(name) => Err(InflateError::Unknown(name.clone())),
        AnswerEncoding::Gzip => read_to_limit(flate2::read::MultiGzDecoder::new(payload), payload, limit),
        AnswerEncoding::Deflate => match read_to_limit(flate2::read::ZlibDecoder::new(payload), payload, limit) {
            // Some servers take the name literally and leave zlib's header out.
            Err(InflateError::Corrupt(why)) => {
                read_to_limit(flate2::read::DeflateDecoder::new(payload), payload, limit)
                    .map_err(|error| if error == InflateError::TooLarge { error } else { InflateError::Corrupt(why) })
            }
            result => result,
        },
        AnswerEncoding::Zstd => match zstd::stream::read::Decoder::new(payload) {
            Ok(decoder) => read_to_limit(decoder, payload, limit),
            Err(error) => Err(InflateError::Corrupt(error.to_string())),
        },
    }
}

fn read_to_limit(decoder: impl Read, payload: &[u8], limit: usize) -> Result<Bytes, InflateError> {
    let mut bytes = Vec::with_capacity(payload.len().saturating_mul(3).min(limit).min(RESERVED_AT_ONCE));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(most).read_to_end(&mut bytes).map_err(|error| InflateError::Corrupt(error.to_string()))?;
    if bytes.len() > limit {
        return Err(InflateError::TooLarge);
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use std::io::Write;

    use bytes::Bytes;
    use proptest::prelude::*;

    use super::{AnswerEncoding, Deframer, Encoding, FrameError, InflateError, frame, inflate};

    #[test]
    fn prefixes_that_lie() {
        let mut deframer = Deframer::default();
        deframer.push(Bytes::from_static(&[2, 0, 0, 0, 0]));
        assert_eq!(deframer.next(10), Err(FrameError::BadFlag(2)));
        let mut deframer = Deframer::default();
        deframer.push(Bytes::from_static(&[0, 255, 255, 255, 255, 1]));
        assert_eq!(deframer.next(10), Err(FrameError::TooLarge { size: u64::from(u32::MAX) }));
        let mut deframer = Deframer::default();
        deframer.push(Bytes::from_static(&[0, 255, 255, 255, 255, 1]));
        assert_eq!(deframer.next(usize::MAX), Ok(None));
    }

    #[test]
    fn compressions() {
        let text = b"hello hello hello hello hello".repeat(20);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(&text).unwrap();
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        raw.write_all(&text).unwrap();
        let gzip = super::gzip(&text);
        for (encoding, packed) in [
            ("gzip", gzip),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("zstd", zstd::encode_all(&text[..], 1).unwrap()),
        ] {
            let encoding = AnswerEncoding::of(encoding);
            assert_eq!(inflate(&packed, &encoding, text.len()).unwrap(), text, "{encoding:?}");
            assert_eq!(inflate(&packed, &encoding, text.len() - 1), Err(InflateError::TooLarge), "{encoding:?}");
            assert!(matches!(inflate(&packed[..9], &encoding, 9999), Err(InflateError::Corrupt(_))), "{encoding:?}");
        }
        assert_eq!(inflate(b"", &AnswerEncoding::of("identity"), 9), Err(InflateError::Unnamed));
        assert_eq!(inflate(b"", &AnswerEncoding::of("br"), 9), Err(InflateError::Unknown("br".into())));
    }

    #[test]
    fn a_bomb_is_bounded() {
        let bomb = super::gzip(&vec![0; 64 << 20]);
        assert!(bomb.len() < 100_000);
        assert_eq!(inflate(&bomb, &AnswerEncoding::Gzip, 1 << 20), Err(InflateError::TooLarge));
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_messages(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..12),
            cuts in prop::collection::vec(1usize..200, 1..30),
            lazily in any::<bool>(),
            which in 0usize..4,
        ) {
            let encoding = Encoding::ALL[which];
            let mut wire = Vec::new();
            for message in &messages {
                wire.extend_from_slice(&frame(message, encoding).unwrap().0);
            }
            let mut deframer = Deframer::default();
            let mut found = Vec::new();
            let mut rest = Bytes::from(wire);
            let mut drain = |deframer: &mut Deframer| {
                while let Some(message) = deframer.next(1 << 20).unwrap() {
                    found.push(if message.compressed {
                        inflate(&message.payload, &AnswerEncoding::of(encoding.name()), 1 << 20).unwrap()
                    } else {
                        message.payload
                    });
                }
            };
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break; }
                deframer.push(rest.split_to((*cut).min(rest.len())));
                if !lazily { drain(&mut deframer); }
            }
            drain(&mut deframer);
            prop_assert_eq!(deframer.len(), 0);
            prop_assert_eq!(found, messages);
        }

        #[test]
        fn garbage_never_panics(data in prop::collection::vec(any::<u8>(), 0..600)) {
            for name in ["gzip", "deflate", "zstd"] {
                drop(inflate(&data, &AnswerEncoding::of(name), 1 << 16));
            }
            let mut deframer = Deframer::default();
            deframer.push(data.into());
            while let Ok(Some(_)) = deframer.next(64) {}
        }
    }
}
