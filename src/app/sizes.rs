//! A size in bytes as typed.

/// No size that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a size: write 4 MiB, 512 KiB or 1000")]
pub struct BadSize;

/// Reads `4 MiB`, `512k`, `1.5 GB`, `1000`; `None` for nothing at all. Bytes where no unit is given; kB, MB and GB are
/// powers of 1000 (SI), KiB, MiB and GiB and the bare letters powers of 1024.
pub fn parse_size(text: &str) -> Result<Option<usize>, BadSize> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Ok(None);
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let each: f64 = match unit.trim() {
        "" | "b" | "byte" | "bytes" | "字节" => 1.0,
        "k" | "kib" => 1024.0,
        "m" | "mib" => 1024.0 * 1024.0,
        "g" | "gib" => 1024.0 * 1024.0 * 1024.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        _ => return Err(BadSize),
    };
    let bytes = number.parse::<f64>().map_err(|_not_a_number: std::num::ParseFloatError| BadSize)? * each;
    // gRPC's length prefix has four bytes.
    if bytes >= 1.0 && bytes <= f64::from(u32::MAX) { Ok(Some(bytes.round() as usize)) } else { Err(BadSize) }
}

/// Writes it so that [`parse_size`] reads it again.
pub fn show_size(bytes: usize) -> String {
    let units = [(1_usize << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1_000_000, "MB"), (1000, "kB")];
    match units.into_iter().find(|(each, _)| bytes >= *each && bytes.is_multiple_of(*each)) {
        Some((each, unit)) => format!("{} {unit}", bytes / each),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::{BadSize, parse_size, show_size};

    #[test]
    fn sizes_are_read_and_written() {
        for (text, expect) in [
            ("4 MiB", Ok(Some(4 << 20))),
            ("512k", Ok(Some(512 << 10))),
            ("1.5 KB", Ok(Some(1500))),
            ("1000", Ok(Some(1000))),
            ("1000 B", Ok(Some(1000))),
            ("", Ok(None)),
            ("0", Err(BadSize)),
            ("8 GiB", Err(BadSize)),
            ("much", Err(BadSize)),
            ("-1", Err(BadSize)),
            ("1.2.3", Err(BadSize)),
        ] {
            assert_eq!(parse_size(text), expect, "{text}");
        }
        for bytes in [1, 1000, 1024, 1536, 4_000_000, 4 << 20, 64 << 20] {
            assert_eq!(parse_size(&show_size(bytes)), Ok(Some(bytes)));
        }
        assert_eq!(show_size(64 << 20), "64 MiB");
    }
}
