//! Instants, to 100 nanoseconds, as Azure writes them.

use crate::origin::{Error, ErrorKind};
use std::fmt;
use std::str::FromStr;

/// An instant in 100-nanosecond ticks since 1970-01-01T00:00:00Z: the precision of Azure's own
/// timestamps (semantics.md 9.6).
///
/// ```
/// use azrbac::ident::Timestamp;
/// let a: Timestamp = "2026-01-10T00:00:00.0000001Z".parse()?;
/// let b: Timestamp = "2026-01-10T01:00:00+01:00".parse()?;
/// assert!(a > b);
/// assert_eq!(b.to_string(), "2026-01-10T00:00:00Z");
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads RFC 3339; seconds may carry up to nine digits, of which seven count.
    fn from_str(text: &str) -> Result<Timestamp, Error> {
        let instant: jiff::Timestamp = text.trim().parse().map_err(|_| {
            Error::new(ErrorKind::Name, format!("`{text}` is not a time"))
                .expected("RFC 3339 with a zone, such as `2026-01-10T12:00:00Z`")
        })?;
        Ok(Timestamp(
            instant.as_second() * 10_000_000 + i64::from(instant.subsec_nanosecond()) / 100,
        ))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(10_000_000);
        let ticks = i32::try_from(self.0.rem_euclid(10_000_000)).unwrap_or(0);
        match jiff::Timestamp::new(seconds, ticks * 100) {
            Ok(instant) => write!(f, "{instant}"),
            Err(_) => write!(f, "{} ticks", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn times_before_1970_and_without_a_zone() {
        let early: Timestamp = "1969-12-31T23:59:59.5Z".parse().expect("a time");
        assert_eq!(early.0, -5_000_000);
        assert_eq!(early.to_string(), "1969-12-31T23:59:59.5Z");
        assert!("2026-01-10T12:00:00".parse::<Timestamp>().is_err());
        assert!("yesterday".parse::<Timestamp>().is_err());
    }
}
