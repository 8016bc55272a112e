//! Bytes to text: what PowerShell redirects, editors and tools leave in front of or inside a file.

use crate::origin::{Error, ErrorKind};
use std::borrow::Cow;

/// How the bytes of a source were written, where that was not plain UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf8Mark,
    Utf16,
}

/// The text of a source. UTF-8 is borrowed; a byte-order mark is cut off; UTF-16 (which a redirect
/// in Windows PowerShell writes) is converted.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), Error> {
    let (found, mark) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, mark),
        // UTF-16 without a mark: JSON begins with ASCII, so every second byte is zero.
        None if bytes.len() >= 2 && bytes[0] != 0 && bytes[1] == 0 => (encoding_rs::UTF_16LE, 0),
        None if bytes.len() >= 2 && bytes[0] == 0 && bytes[1] != 0 => (encoding_rs::UTF_16BE, 0),
        None => (encoding_rs::UTF_8, 0),
    };
    let body = &bytes[mark..];
    if found == encoding_rs::UTF_8 {
        let text = std::str::from_utf8(body).map_err(|error| {
            let at = error.valid_up_to();
            let line = body[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            Error::new(
                ErrorKind::Syntax,
                format!("byte {:#04x} on line {line} is not UTF-8", body.get(at).unwrap_or(&0)),
            )
            .expected("UTF-8, or UTF-16 with a byte-order mark")
            .help("export the file again, or convert it to UTF-8")
        })?;
        let encoding = if mark > 0 { Encoding::Utf8Mark } else { Encoding::Utf8 };
        return Ok((Cow::Borrowed(text), encoding));
    }
    let Some(text) = found.decode_without_bom_handling_and_without_replacement(body) else {
        return Err(Error::new(
            ErrorKind::Syntax,
            "a lone surrogate or an odd byte in UTF-16 text",
        )
        .expected("UTF-8, or UTF-16 with a byte-order mark")
        .help("export the file again, or convert it to UTF-8"));
    };
    Ok((text, Encoding::Utf16))
}

/// The line and column (in characters, from 1) up to which bytes are UTF-8.
pub(crate) fn readable_up_to(bytes: &[u8]) -> (usize, usize) {
    let up_to = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let before = String::from_utf8_lossy(&bytes[..up_to]);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let line = line.trim_start_matches('\u{feff}');
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_cut_and_utf16_is_converted() {
        assert_eq!(decode(b"[]").unwrap(), (Cow::Borrowed("[]"), Encoding::Utf8));
        assert_eq!(decode(b"\xef\xbb\xbf[]").unwrap(), (Cow::Borrowed("[]"), Encoding::Utf8Mark));
        assert_eq!(decode(b"\xff\xfe[\0]\0").unwrap().0, "[]");
        assert_eq!(decode(b"[\0]\0").unwrap().0, "[]");
        assert_eq!(decode(b"\xfe\xff\0[\0]").unwrap().0, "[]");
        assert!(decode(b"[\n\"\xff\"]").unwrap_err().message().contains("line 2"));
        assert_eq!(readable_up_to("[\n\"ä".as_bytes()), (2, 3));
        assert_eq!(readable_up_to(b"\xef\xbb\xbf[\"\xff\"]"), (1, 3));
        assert!(decode(b"\xff\xfe\x00\xd8").is_err(), "a lone surrogate");
    }
}
