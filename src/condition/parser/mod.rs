//! From tokens to the typed tree, by hand, telling every mistake at once.

mod comparison;

use super::attribute::{Attribute, AttributeSource};
use super::error::{ConditionError, ConditionErrorKind as Kind, Span};
use super::expr::{Expr, ExprKind};
use super::lexer::{Lexer, Token};
use super::operator::{Operator, instead, nearest};
use crate::pattern::ActionPattern;

/// The longest condition that Azure stores, in bytes of UTF-8 (semantics.md 8.13).
pub const LENGTH_LIMIT: usize = 8 * 1024;

/// How deep brackets and negations may stand inside one another. Real conditions stay below ten; the
/// limit keeps hostile ones from exhausting the stack.
pub const NESTING_LIMIT: usize = 128;

/// How deep the expressions themselves may stand in one another. A level is printed with two brackets
/// at most, so what is printed stays within [`NESTING_LIMIT`].
const MEANING_LIMIT: usize = NESTING_LIMIT / 2;

/// After so many mistakes the rest of the text is not read: it is probably no condition.
const ERROR_LIMIT: usize = 25;

/// Reads a text of any length.
pub(crate) fn parse(text: &str) -> Result<Expr, Vec<ConditionError>> {
    if text.trim().is_empty() {
        let error =
            ConditionError::new(Kind::Empty, Span::new(0, text.len()), "the condition is empty");
        return Err(vec![
            error.expecting("an expression; leave the condition out to grant always"),
        ]);
    }
    let mut lexer = Lexer::new(text);
    let (token, span) = lexer.next();
    let mut parser = Parser { lexer, token, span, last: Span::new(0, 0), depth: 0 };
    let root = parser.condition();
    let mut errors = parser.lexer.errors;
    match root {
        Some(root) if errors.is_empty() => match too_deep(&root, MEANING_LIMIT) {
            None => Ok(root),
            Some(span) => Err(vec![ConditionError::new(
                Kind::TooDeep,
                span,
                format!("more than {MEANING_LIMIT} expressions in one another"),
            )]),
        },
        _ => {
            errors.sort_by_key(ConditionError::span);
            errors.truncate(ERROR_LIMIT);
            Err(errors)
        }
    }
}

/// The first expression that stands deeper than the levels that are left.
fn too_deep(expr: &Expr, left: usize) -> Option<Span> {
    if left == 0 {
        return Some(expr.span);
    }
    match &expr.kind {
        ExprKind::Not(inner) => too_deep(inner, left - 1),
        ExprKind::All(parts) | ExprKind::Any(parts) => {
            parts.iter().find_map(|part| too_deep(part, left - 1))
        }
        _ => None,
    }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token<'t>,
    span: Span,
    /// Where the token before this one stood.
    last: Span,
    depth: usize,
}

/// `None` stands for an expression whose mistake has been told.
type Parsed<T> = Option<T>;

impl<'t> Parser<'t> {
    fn advance(&mut self) -> Span {
        self.last = self.span;
        (self.token, self.span) = self.lexer.next();
        self.last
    }

    fn fail<T>(&mut self, error: ConditionError) -> Parsed<T> {
        self.lexer.errors.push(error);
        None
    }

    /// Something else stood here; what the lexer complained about already is not told twice.
    fn unexpected<T>(&mut self, expected: &'static str) -> Parsed<T> {
        if self.token == Token::Bad {
            return None;
        }
        let found = match self.token {
            Token::End => "the condition ends here".to_string(),
            _ => format!("found `{}`", self.words()),
        };
        let mut error = ConditionError::new(Kind::Expected, self.span, found).expecting(expected);
        if let Token::Word(word) = self.token
            && let Some(advice) = instead(word)
        {
            error = error.helping(advice);
        }
        self.fail(error)
    }

    fn words(&self) -> &'t str {
        self.lexer.slice(self.span)
    }

    /// Skips to where the next expression may begin, so that its mistakes are told as well.
    fn recover(&mut self) {
        let mut open = 0usize;
        loop {
            match self.token {
                Token::End => return,
                Token::And | Token::Or if open == 0 => return,
                Token::RoundOpen => open += 1,
                Token::RoundClose if open == 0 => return,
                Token::RoundClose => open -= 1,
                _ => {}
            }
            self.advance();
        }
    }

    fn condition(&mut self) -> Parsed<Expr> {
        let root = self.any();
        let mut whole = root.is_some();
        while self.token != Token::End && self.lexer.errors.len() < ERROR_LIMIT {
            whole = false;
            self.unexpected::<()>("`AND`, `OR` or the end of the condition");
            self.advance();
            self.recover();
            if matches!(self.token, Token::And | Token::Or) {
                self.advance();
                self.any();
            }
        }
        root.filter(|_| whole)
    }

    fn any(&mut self) -> Parsed<Expr> {
        let first = self.all();
        if self.token != Token::Or {
            return first;
        }
        let mut parts = vec![first];
        while self.token == Token::Or {
            self.advance();
            parts.push(self.all());
        }
        joined(parts, ExprKind::Any)
    }

    fn all(&mut self) -> Parsed<Expr> {
        let first = self.unary();
        if self.token != Token::And {
            return first;
        }
        let mut parts = vec![first];
        while self.token == Token::And {
            self.advance();
            parts.push(self.unary());
        }
        joined(parts, ExprKind::All)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        if self.token != Token::Not {
            return self.recovering_primary();
        }
        let start = self.span;
        self.deeper()?;
        self.advance();
        let inner = self.unary();
        self.depth -= 1;
        let inner = inner?;
        let span = start.to(inner.span);
        Some(Expr { span, bracketed: false, kind: ExprKind::Not(Box::new(inner)) })
    }

    /// INVARIANT (stack): every recursion of the parser passes here, and nothing that walks the tree
    /// later goes deeper than the parser did.
    fn deeper(&mut self) -> Parsed<()> {
        if self.depth >= NESTING_LIMIT {
            // Once is enough: the rest of the text would only repeat it.
            let message = format!("more than {NESTING_LIMIT} brackets or negations in one another");
            let error = ConditionError::new(Kind::TooDeep, self.span, message);
            while self.token != Token::End {
                self.advance();
            }
            return self.fail(error);
        }
        self.depth += 1;
        Some(())
    }

    fn recovering_primary(&mut self) -> Parsed<Expr> {
        let found = self.primary();
        if found.is_none() {
            self.recover();
        }
        found
    }

    fn primary(&mut self) -> Parsed<Expr> {
        match self.token {
            Token::RoundOpen => self.brackets(),
            Token::Word(word) => {
                if word.eq_ignore_ascii_case("ActionMatches") {
                    self.function("ActionMatches")
                } else if word.eq_ignore_ascii_case("SubOperationMatches") {
                    self.function("SubOperationMatches")
                } else if word.eq_ignore_ascii_case("Exists") {
                    self.exists()
                } else if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") {
                    self.comparison()
                } else {
                    self.no_function(word)
                }
            }
            Token::Attribute { .. }
            | Token::Text(_)
            | Token::Guid(_)
            | Token::Integer(_)
            | Token::BraceOpen => self.comparison(),
            _ => {
                self.unexpected("an expression: `ActionMatches{'…'}`, `Exists @…` or a comparison")
            }
        }
    }

    fn brackets(&mut self) -> Parsed<Expr> {
        let start = self.span;
        self.deeper()?;
        self.advance();
        let inner = self.any();
        self.depth -= 1;
        if self.token != Token::RoundClose {
            if inner.is_some() {
                let open = self.lexer.errors.len();
                self.unexpected::<()>("`AND`, `OR` or `)`");
                if self.token == Token::End
                    && let Some(error) = self.lexer.errors.get_mut(open)
                {
                    *error = error.clone().helping(format!(
                        "the bracket that opens at byte {} is not closed",
                        start.start
                    ));
                }
            }
            return None;
        }
        let end = self.advance();
        let mut inner = inner?;
        inner.span = start.to(end);
        inner.bracketed = true;
        Some(inner)
    }

    fn no_function(&mut self, word: &str) -> Parsed<Expr> {
        let span = self.span;
        if let Some(advice) = instead(word) {
            let message = format!("`{word}` is not part of Azure's condition language");
            return self
                .fail(ConditionError::new(Kind::Unsupported, span, message).helping(advice));
        }
        let message = format!("`{word}` is not a function");
        let mut error = ConditionError::new(Kind::Function, span, message).expecting(
            "`ActionMatches{'…'}`, `SubOperationMatches{'…'}`, `Exists @…` or a comparison",
        );
        let known = ["ActionMatches", "SubOperationMatches", "Exists", "AND", "OR", "NOT"];
        if let Some(meant) = nearest(word, known.into_iter()) {
            error = error.helping(format!("did you mean `{meant}`?"));
        } else if Operator::named(word).is_some() {
            error = error.helping("an operator stands between two operands");
        }
        self.fail(error)
    }

    fn function(&mut self, name: &'static str) -> Parsed<Expr> {
        let start = self.advance();
        match self.token {
            Token::BraceOpen => {}
            Token::RoundOpen => {
                let error = ConditionError::new(
                    Kind::Function,
                    start.to(self.span),
                    format!("`{name}` with round brackets is not documented"),
                );
                self.fail::<()>(error.helping(format!("write `{name}{{'…'}}`")));
                return None;
            }
            Token::Text(text) => {
                let error = ConditionError::new(
                    Kind::Function,
                    self.span,
                    format!("the argument of `{name}` stands in braces"),
                );
                self.fail::<()>(error.helping(format!("write `{name}{{'{text}'}}`")));
                self.advance();
                return None;
            }
            _ => return self.unexpected("`{'…'}` after the function"),
        }
        self.advance();
        let Token::Text(text) = self.token else { return self.unexpected("one quoted string") };
        let at = self.advance();
        if self.token != Token::BraceClose {
            if self.token == Token::Comma {
                let error = ConditionError::new(
                    Kind::Function,
                    self.span,
                    format!("`{name}` takes one string"),
                );
                return self.fail(error.helping(format!("join two `{name}{{'…'}}` with OR")));
            }
            return self.unexpected("`}`");
        }
        let end = self.advance();
        let kind = if name == "ActionMatches" {
            match ActionPattern::new(text) {
                Ok(pattern) => ExprKind::Action(pattern),
                Err(error) => {
                    return self.fail(
                        ConditionError::new(Kind::Pattern, at, error.message().to_string())
                            .expecting("an operation, with or without `*`"),
                    );
                }
            }
        } else if text.trim().is_empty() {
            let error = ConditionError::new(Kind::Pattern, at, "an empty suboperation");
            return self.fail(error.expecting("a name such as `Blob.List`"));
        } else {
            ExprKind::SubOperation(text.into())
        };
        Some(Expr { span: start.to(end), bracketed: false, kind })
    }

    fn exists(&mut self) -> Parsed<Expr> {
        let start = self.advance();
        let Token::Attribute { source, name } = self.token else {
            return self.unexpected("an attribute, such as `Exists @Resource[…]`");
        };
        let attribute = self.attribute(source, name)?;
        let end = self.advance();
        let kind = ExprKind::Exists(attribute);
        Some(Expr { span: start.to(end), bracketed: false, kind })
    }

    fn attribute(&mut self, source: &str, name: &str) -> Parsed<Attribute> {
        let span = self.span;
        let Some(known) = AttributeSource::parse(source) else {
            let mut error = ConditionError::new(
                Kind::Source,
                Span::new(span.start, span.start + 1 + source.len()),
                format!("`@{source}` is not a source of attributes"),
            )
            .expecting("`@Resource`, `@Request`, `@Principal` or `@Environment`");
            let names = AttributeSource::ALL.iter().map(|source| source.as_str());
            if let Some(meant) = nearest(source, names) {
                error = error.helping(format!("did you mean `@{meant}`?"));
            } else if source.eq_ignore_ascii_case("User") || source.eq_ignore_ascii_case("Subject")
            {
                error = error.helping("did you mean `@Principal`?");
            }
            return self.fail(error);
        };
        match Attribute::new(known, name) {
            Some(attribute) => Some(attribute),
            None => {
                let error = ConditionError::new(Kind::Attribute, span, "the attribute has no name");
                self.fail(
                    error.expecting("a name such as `Microsoft.Storage/storageAccounts:name`"),
                )
            }
        }
    }
}

fn joined(parts: Vec<Parsed<Expr>>, kind: fn(Vec<Expr>) -> ExprKind) -> Parsed<Expr> {
    let parts = parts.into_iter().collect::<Option<Vec<Expr>>>()?;
    let span = parts.first()?.span.to(parts.last()?.span);
    Some(Expr { span, bracketed: false, kind: kind(parts) })
}
