//! From text to tokens, on demand, with every mistake kept.

use super::error::{ConditionError, ConditionErrorKind as Kind, Span};
use crate::ident::Guid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    RoundOpen,
    RoundClose,
    BraceOpen,
    BraceClose,
    Comma,
    Colon,
    Not,
    And,
    Or,
    /// `@word[name]`, the two parts unchecked.
    Attribute {
        source: &'t str,
        name: &'t str,
    },
    Text(&'t str),
    Guid(Guid),
    Integer(i64),
    Word(&'t str),
    /// Something whose mistake has been told already.
    Bad,
    End,
}

#[derive(Debug)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    pub(crate) errors: Vec<ConditionError>,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, at: 0, errors: Vec::new() }
    }

    /// The text of a token.
    pub(crate) fn slice(&self, span: Span) -> &'t str {
        span.of(self.text)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            if byte.is_ascii_whitespace() {
                self.at += 1;
            } else if byte >= 0x80
                && let Some(c) = self.text[self.at..].chars().next()
                // Text pasted from pages brings no-break spaces and byte order marks along.
                && (c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}')
            {
                self.at += c.len_utf8();
            } else {
                break;
            }
        }
    }

    fn bad(&mut self, error: ConditionError) -> (Token<'t>, Span) {
        let span = error.span();
        self.errors.push(error);
        (Token::Bad, span)
    }

    pub(crate) fn next(&mut self) -> (Token<'t>, Span) {
        self.skip_blanks();
        let start = self.at;
        let Some(byte) = self.byte(start) else {
            return (Token::End, Span::new(start, start));
        };
        let single = match byte {
            b'(' => Some(Token::RoundOpen),
            b')' => Some(Token::RoundClose),
            b'{' => Some(Token::BraceOpen),
            b'}' => Some(Token::BraceClose),
            b',' => Some(Token::Comma),
            b':' => Some(Token::Colon),
            _ => None,
        };
        if let Some(token) = single {
            self.at += 1;
            return (token, Span::new(start, self.at));
        }
        match byte {
            b'\'' => self.string(start),
            b'@' => self.attribute(start),
            b'&' | b'|' => self.symbol(start, byte),
            b'!' if self.byte(start + 1) != Some(b'=') => {
                self.at += 1;
                (Token::Not, Span::new(start, self.at))
            }
            b'+' | b'-' if self.byte(start + 1).is_some_and(|next| next.is_ascii_digit()) => {
                self.word(start)
            }
            _ if byte.is_ascii_alphanumeric() || byte == b'_' => self.word(start),
            _ => self.stray(start),
        }
    }

    fn string(&mut self, start: usize) -> (Token<'t>, Span) {
        let Some(len) = self.text[start + 1..].find('\'') else {
            self.at = self.text.len();
            let error = ConditionError::new(
                Kind::Quote,
                Span::new(start, self.at),
                "the string that starts here has no end",
            );
            return self.bad(error.expecting("a closing `'`"));
        };
        let end = start + 1 + len;
        self.at = end + 1;
        let body = &self.text[start + 1..end];
        let next = self.byte(self.at);
        let escaped = body.ends_with('\\') && next.is_some_and(|byte| byte.is_ascii_alphanumeric());
        if next == Some(b'\'') || escaped {
            // Nobody documents how a quote would be written inside a string (U19), and guessing
            // would change what is compared. Go on after what was probably meant as one string.
            let mut stop = self.at + usize::from(next == Some(b'\''));
            stop = self.text[stop..].find('\'').map_or(self.text.len(), |at| stop + at + 1);
            let span = Span::new(start, stop);
            self.at = stop;
            return self.bad(
                ConditionError::new(Kind::Quote, span, "a string cannot hold a quote")
                    .helping("match the character with `?` in `StringLike`"),
            );
        }
        (Token::Text(body), Span::new(start, self.at))
    }

    fn attribute(&mut self, start: usize) -> (Token<'t>, Span) {
        self.at = start + 1;
        let from = self.at;
        while self.byte(self.at).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        let source = &self.text[from..self.at];
        self.skip_blanks();
        if self.byte(self.at) != Some(b'[') {
            let span = Span::new(start, self.at.max(start + 1));
            return self.bad(
                ConditionError::new(
                    Kind::Attribute,
                    span,
                    format!("no attribute name follows `@{source}`"),
                )
                .expecting("a name in square brackets, such as `@Resource[…:name]`"),
            );
        }
        let open = self.at + 1;
        let Some(len) = self.text[open..].find([']', '\'', '@', '[']) else {
            self.at = self.text.len();
            let span = Span::new(start, self.at);
            return self.bad(
                ConditionError::new(Kind::Attribute, span, "the attribute has no end")
                    .expecting("a closing `]`"),
            );
        };
        self.at = open + len;
        if self.byte(self.at) != Some(b']') {
            let span = Span::new(start, self.at);
            return self.bad(
                ConditionError::new(Kind::Attribute, span, "the attribute has no end")
                    .expecting("a closing `]`"),
            );
        }
        self.at += 1;
        let token = Token::Attribute { source, name: &self.text[open..open + len] };
        (token, Span::new(start, self.at))
    }

    fn symbol(&mut self, start: usize, byte: u8) -> (Token<'t>, Span) {
        if self.byte(start + 1) == Some(byte) {
            self.at += 2;
            let token = if byte == b'&' { Token::And } else { Token::Or };
            return (token, Span::new(start, self.at));
        }
        self.at += 1;
        let (one, two) = if byte == b'&' { ("&", "&&") } else { ("|", "||") };
        self.bad(
            ConditionError::new(
                Kind::Character,
                Span::new(start, self.at),
                format!("a single `{one}`"),
            )
            .helping(format!("did you mean `{two}`?")),
        )
    }

    fn word(&mut self, start: usize) -> (Token<'t>, Span) {
        if self.byte(start).is_some_and(|byte| matches!(byte, b'+' | b'-')) {
            self.at += 1;
        }
        let dashes = self.byte(start).is_some_and(|byte| byte.is_ascii_hexdigit());
        while self.byte(self.at).is_some_and(|byte| {
            byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || (dashes && byte == b'-')
        }) {
            self.at += 1;
        }
        let span = Span::new(start, self.at);
        let word = &self.text[start..self.at];
        let bytes = word.as_bytes();
        if matches!(bytes.len(), 32 | 36)
            && let Some(guid) = Guid::parse(word)
        {
            return (Token::Guid(guid), span);
        }
        if !bytes[0].is_ascii_alphabetic() && bytes[0] != b'_' {
            return self.number(word, span);
        }
        if word.contains('-') {
            return self.bad(not_a_guid(word, span));
        }
        let token = match bytes.len() {
            2 if word.eq_ignore_ascii_case("or") => Token::Or,
            3 if word.eq_ignore_ascii_case("and") => Token::And,
            3 if word.eq_ignore_ascii_case("not") => Token::Not,
            _ => Token::Word(word),
        };
        (token, span)
    }

    fn number(&mut self, word: &str, span: Span) -> (Token<'t>, Span) {
        let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return match word.parse() {
                Ok(value) => (Token::Integer(value), span),
                Err(_) => self.bad(
                    ConditionError::new(Kind::Number, span, format!("`{word}` is too large"))
                        .expecting("an integer of 64 bits"),
                ),
            };
        }
        let is_date =
            digits.len() >= 10 && digits.as_bytes()[4] == b'-' && digits.as_bytes()[7] == b'-';
        if is_date {
            while self.byte(self.at).is_some_and(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'.' | b'-')
            }) {
                self.at += 1;
            }
            let span = Span::new(span.start, self.at);
            return self.bad(
                ConditionError::new(Kind::Date, span, "a date stands in single quotes")
                    .expecting("a form such as `'2026-01-31T13:00:00.0Z'`"),
            );
        }
        if word.contains('.') && !word.contains('-') {
            return self.bad(
                ConditionError::new(Kind::Number, span, format!("`{word}` is not an integer"))
                    .helping("the numeric operators compare whole numbers only"),
            );
        }
        self.bad(not_a_guid(word, span))
    }

    fn stray(&mut self, start: usize) -> (Token<'t>, Span) {
        let c = self.text[start..].chars().next().unwrap_or('\0');
        let rest = &self.text[start..];
        if matches!(c, '"' | '‘' | '’' | '“' | '”' | '`' | '´') {
            let body = start + c.len_utf8();
            let closes = |d: char| d == c || matches!((c, d), ('‘', '’') | ('“', '”'));
            self.at = self.text[body..]
                .char_indices()
                .find(|(_, d)| closes(*d))
                .map_or(self.text.len(), |(at, d)| body + at + d.len_utf8());
            let span = Span::new(start, self.at);
            return self.bad(ConditionError::new(
                Kind::Quote,
                span,
                format!("strings stand in single quotes `'`, not in `{c}`"),
            ));
        }
        let symbol = ["==", "!=", "<=", ">=", "=~", "=", "<", ">"]
            .into_iter()
            .find(|symbol| rest.starts_with(symbol));
        if let Some(symbol) = symbol {
            self.at = start + symbol.len();
            let help = match symbol {
                "==" | "=" | "=~" => "write an operator such as `StringEquals` or `GuidEquals`",
                "!=" => "write an operator such as `StringNotEquals` or `GuidNotEquals`",
                _ => "write an operator such as `NumericLessThan` or `DateTimeGreaterThan`",
            };
            return self.bad(
                ConditionError::new(
                    Kind::Operator,
                    Span::new(start, self.at),
                    format!("`{symbol}` is not an operator"),
                )
                .helping(help),
            );
        }
        self.at = start + c.len_utf8();
        self.bad(ConditionError::new(
            Kind::Character,
            Span::new(start, self.at),
            format!("`{}` begins nothing that a condition can hold", c.escape_debug()),
        ))
    }
}

fn not_a_guid(word: &str, span: Span) -> ConditionError {
    ConditionError::new(Kind::Guid, span, format!("`{word}` is neither a GUID nor an integer"))
        .expecting("32 hexadecimal digits, with or without dashes; strings stand in single quotes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let mut lexer = Lexer::new(text);
        let mut found = Vec::new();
        loop {
            match lexer.next().0 {
                Token::End => break,
                token => found.push(format!("{token:?}")),
            }
        }
        assert_eq!(found.join(" "), expect, "{text}");
    }

    #[test]
    fn tokens_need_no_blanks_between_them() {
        check("!(a)&&b||NOT", "Not RoundOpen Word(\"a\") RoundClose And Word(\"b\") Or Not");
        check(
            "@Resource[x:name]StringEquals{'a',-5}",
            "Attribute { source: \"Resource\", name: \"x:name\" } Word(\"StringEquals\") BraceOpen \
             Text(\"a\") Comma Integer(-5) BraceClose",
        );
        check("1\u{a0}2", "Integer(1) Integer(2)");
    }

    #[test]
    fn thirty_two_digits_are_a_guid_and_not_an_integer() {
        check("12345678901234567890123456789012", "Guid(12345678-9012-3456-7890-123456789012)");
        check("8E3AF657-a8ff-443c-a75c-2fe8c4bcb635", "Guid(8e3af657-a8ff-443c-a75c-2fe8c4bcb635)");
        check("8e3af657-a8ff-443c 1.5 2026-01-01T00:00:00Z", "Bad Bad Bad");
        check("99999999999999999999", "Bad");
    }

    #[test]
    fn quotes() {
        check("'it''s' x", "Bad Word(\"x\")");
        check(r"'it\'s' x", "Bad Word(\"x\")");
        check(r"'a\' AND", r#"Text("a\\") And"#);
        check("'' \"a\" x ‘b’ y", "Text(\"\") Bad Word(\"x\") Bad Word(\"y\")");
        check("'open", "Bad");
    }
}
