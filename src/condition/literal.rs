//! Reading literals as the operator beside them demands.

use super::attribute::Attribute;
use super::error::{ConditionError, ConditionErrorKind as Kind, Span};
use super::expr::{Literals, TextLiteral, TimeLiteral};
use super::lexer::Token;
use super::like::Like;
use super::operator::{Operator, Test, ValueType};
use crate::ident::{Guid, Timestamp};

/// An operand before the operator is known.
#[derive(Debug)]
pub(crate) enum Raw<'t> {
    Attribute(Attribute),
    One((Token<'t>, Span)),
    Set(Vec<(Token<'t>, Span)>),
}

/// Reads literals of one operand; every one that does not fit is told. The right operand of a Like
/// operator is a pattern.
pub(crate) fn type_literals(
    items: &[(Token<'_>, Span)],
    operator: Operator,
    right: bool,
) -> Result<Literals, Vec<ConditionError>> {
    match operator.takes {
        ValueType::Text => {
            let pattern = right && operator.test == Test::Like;
            collect(items, operator, |token| match token {
                Token::Text(text) => Some(Ok(TextLiteral {
                    text: (*text).into(),
                    like: pattern.then(|| Like::new(text)),
                })),
                _ => None,
            })
            .map(Literals::Text)
        }
        ValueType::Boolean => collect(items, operator, |token| match token {
            Token::Word(word) => Some(Ok(word.eq_ignore_ascii_case("true"))),
            _ => None,
        })
        .map(Literals::Boolean),
        ValueType::Integer => collect(items, operator, |token| match token {
            Token::Integer(value) => Some(Ok(*value)),
            _ => None,
        })
        .map(Literals::Integer),
        ValueType::Guid => collect(items, operator, |token| match token {
            Token::Guid(value) => Some(Ok(*value)),
            Token::Text(text) => Some(Guid::parse(text).ok_or((
                Kind::Guid,
                format!("`{text}` is not a GUID"),
                "32 hexadecimal digits, with or without dashes",
            ))),
            _ => None,
        })
        .map(Literals::Guid),
        ValueType::Time => collect(items, operator, |token| match token {
            Token::Text(text) => Some(match instant(text) {
                Some(instant) => Ok(TimeLiteral { text: (*text).into(), instant }),
                None => Err((
                    Kind::Date,
                    format!("`{text}` is not a date"),
                    "a form such as `2026-01-31T13:00:00.0Z`: UTC, at most seven decimals",
                )),
            }),
            _ => None,
        })
        .map(Literals::Time),
    }
}

type Misread = (Kind, String, &'static str);

fn collect<T>(
    items: &[(Token<'_>, Span)],
    operator: Operator,
    read: impl Fn(&Token<'_>) -> Option<Result<T, Misread>>,
) -> Result<Vec<T>, Vec<ConditionError>> {
    let mut values = Vec::with_capacity(items.len());
    let mut errors = Vec::new();
    for (token, span) in items {
        match read(token) {
            Some(Ok(value)) => values.push(value),
            Some(Err((kind, message, expected))) => {
                errors.push(ConditionError::new(kind, *span, message).expecting(expected));
            }
            None => errors.push(misfit(token, *span, operator)),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(errors) }
}

fn misfit(token: &Token<'_>, span: Span, operator: Operator) -> ConditionError {
    let (found, fits) = match token {
        Token::Text(text) => (
            format!("the string `'{text}'`"),
            match operator.takes {
                ValueType::Integer if text.trim().parse::<i64>().is_ok() => {
                    Some(format!("write `{}` without quotes", text.trim()))
                }
                ValueType::Boolean
                    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") =>
                {
                    Some(format!("write `{}` without quotes", text.to_ascii_lowercase()))
                }
                _ => Some("a String operator compares strings".to_string()),
            },
        ),
        Token::Integer(value) => (
            format!("the integer `{value}`"),
            match operator.takes {
                ValueType::Text => Some(format!("write `'{value}'`, or use a Numeric operator")),
                _ => Some("a Numeric operator compares integers".to_string()),
            },
        ),
        Token::Guid(guid) => (
            format!("the GUID `{guid}`"),
            match operator.takes {
                ValueType::Text => Some(format!("use `GuidEquals`, or write `'{guid}'`")),
                _ => Some("a Guid operator compares GUIDs".to_string()),
            },
        ),
        _ => ("a truth value".to_string(), Some("`BoolEquals` compares truth values".to_string())),
    };
    let message = format!("`{}` does not take {found}", operator.name);
    let error = ConditionError::new(Kind::Type, span, message).expecting(operator.takes.as_str());
    match fits {
        Some(help) => error.helping(help),
        None => error,
    }
}

/// Reads the documented form `yyyy-mm-ddThh:mm:ss[.f{1,7}]Z` and nothing else (semantics.md 9.6).
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| -> Option<i64> {
        let mut value = 0i64;
        for byte in bytes.get(range)? {
            value = value * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        Some(value)
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if bytes.len() < 20
        || bytes.last() != Some(&b'Z')
        || marks.iter().any(|(at, mark)| bytes[*at] != *mark)
    {
        return None;
    }
    let fraction = &bytes[19..bytes.len() - 1];
    let mut ticks = 0;
    if let [b'.', decimals @ ..] = fraction {
        if decimals.is_empty() || decimals.len() > 7 {
            return None;
        }
        ticks = digits(20..20 + decimals.len())?;
        for _ in decimals.len()..7 {
            ticks *= 10;
        }
    } else if !fraction.is_empty() {
        return None;
    }
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let (hour, minute, second) = (digits(11..13)?, digits(14..16)?, digits(17..19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if year == 0 || day == 0 || day > length || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days since 1970-01-01, counting years from March so that the leap day is the last one.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some(Timestamp((((days * 24 + hour) * 60 + minute) * 60 + second) * 10_000_000 + ticks))
}

/// Reads a date that comes with a request: the documented form, or any other RFC 3339.
pub(crate) fn given_instant(text: &str) -> Option<Timestamp> {
    instant(text).or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_agree_with_the_calendar_of_jiff() {
        for text in [
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.9999999Z",
            "2000-02-29T12:34:56.7Z",
            "2026-11-24T23:59:59.0000001Z",
            "2100-03-01T00:00:00.0Z",
            "0001-01-01T00:00:00Z",
            "9999-12-30T21:59:59Z",
        ] {
            assert_eq!(instant(text), text.parse().ok(), "{text}");
            assert!(instant(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "Z",
            "2026-01-01",
            "2026-01-01T00:00:00.0X",
            "2026-01-01T00:00:0Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+00:00",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.12345678Z",
            "2026-01-01t00:00:00Z",
            "2026-01-01T00:00:0äZ",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
        assert!(given_instant("2026-01-01T00:00:00+02:00").is_some());
    }
}
