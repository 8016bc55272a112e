//! GUIDs: the ids of principals, role definitions, tenants and subscriptions.

use crate::origin::{Error, ErrorKind};
use std::fmt;
use std::str::FromStr;

/// A GUID, compared as a number: case, dashes and surrounding braces do not matter.
///
/// Azure's own tools print both forms; the decision service's traces leave the dashes out
/// (semantics.md 4.5 and 5.3).
///
/// ```
/// use azrbac::ident::Guid;
/// let dashed: Guid = "8E3AF657-a8ff-443c-a75c-2fe8c4bcb635".parse()?;
/// let plain: Guid = "8e3af657a8ff443ca75c2fe8c4bcb635".parse()?;
/// assert_eq!(dashed, plain);
/// assert_eq!(plain.to_string(), "8e3af657-a8ff-443c-a75c-2fe8c4bcb635");
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
// Aligned as four bytes are: a fact holds several, most of them in an enum or an option, whose tag would
// take sixteen bytes otherwise.
#[repr(Rust, packed(4))]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub u128);

/// The value of each hexadecimal digit; `0xff` for all other bytes.
const DIGITS: [u8; 256] = {
    let mut table = [0xff; 256];
    let mut digit = 0;
    while digit < 16 {
        table[b"0123456789abcdef"[digit] as usize] = digit as u8;
        table[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
        digit += 1;
    }
    table
};

impl Guid {
    /// The all-zero GUID: in a deny assignment it stands for every principal (semantics.md 5.3).
    pub const ZERO: Guid = Guid(0);

    /// Reads a GUID with or without dashes or braces; `None` where the text is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Guid> {
        let mut bytes = text.trim().as_bytes();
        if let [b'{', inner @ .., b'}'] = bytes {
            bytes = inner;
        }
        let dashed = match bytes.len() {
            36 => true,
            32 => false,
            _ => return None,
        };
        // A large export holds millions of them: wrong digits are seen once, at the end.
        let mut wrong = 0u8;
        let mut hex = |digits: &[u8]| {
            digits.iter().fold(0u64, |value, byte| {
                let digit = DIGITS[usize::from(*byte)];
                wrong |= digit;
                (value << 4) | u64::from(digit & 0x0f)
            })
        };
        let (high, low) = if dashed {
            if [8, 13, 18, 23].iter().any(|at| bytes[*at] != b'-') {
                return None;
            }
            (
                hex(&bytes[..8]) << 32 | hex(&bytes[9..13]) << 16 | hex(&bytes[14..18]),
                hex(&bytes[19..23]) << 48 | hex(&bytes[24..]),
            )
        } else {
            (hex(&bytes[..16]), hex(&bytes[16..]))
        };
        (wrong & 0xf0 == 0).then_some(Guid(u128::from(high) << 64 | u128::from(low)))
    }

    /// The GUID at the end of an id such as `/subscriptions/…/roleDefinitions/{guid}`
    /// (semantics.md 4.5: only the last segment counts), or of a bare one.
    #[must_use]
    pub fn last_segment(id: &str) -> Option<Guid> {
        let id = id.trim().trim_end_matches('/');
        Guid::parse(id.rsplit('/').next().unwrap_or(id))
    }
}

impl Guid {
    /// Writes it with dashes, as Azure does, into a place that needs no memory asked for.
    pub(crate) fn written(self, text: &mut [u8; 36]) -> &str {
        /// Where each byte's two digits stand.
        const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
        *text = [b'-'; 36];
        for (byte, at) in self.0.to_be_bytes().into_iter().zip(PLACES) {
            text[at] = b"0123456789abcdef"[usize::from(byte >> 4)];
            text[at + 1] = b"0123456789abcdef"[usize::from(byte & 0x0f)];
        }
        std::str::from_utf8(text).unwrap_or_default()
    }
}

impl FromStr for Guid {
    type Err = Error;

    fn from_str(text: &str) -> Result<Guid, Error> {
        Guid::parse(text).ok_or_else(|| {
            Error::new(ErrorKind::Name, format!("`{text}` is not a GUID"))
                .expected("32 hexadecimal digits, with or without dashes")
        })
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.written(&mut [0; 36]))
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Guid;

    #[test]
    fn what_is_a_guid_and_what_is_not() {
        for text in [
            "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
            "{8E3AF657-A8FF-443C-A75C-2FE8C4BCB635}",
            " 8e3af657a8ff443ca75c2fe8c4bcb635 ",
        ] {
            assert_eq!(
                Guid::parse(text).expect(text).to_string(),
                "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
            );
        }
        for text in ["", "8e3af657", "8e3af657-a8ff-443c-a75c-2fe8c4bcb63g", "Owner"] {
            assert_eq!(Guid::parse(text), None, "{text}");
        }
        assert_eq!(
            Guid::last_segment(
                "/SUBSCRIPTIONS/x/providers/Microsoft.Authorization/roleDefinitions/8e3af657a8ff443ca75c2fe8c4bcb635/"
            ),
            Guid::parse("8e3af657-a8ff-443c-a75c-2fe8c4bcb635")
        );
    }
}
