//! Comparisons: two operands, an operator between them, and literals that fit it.

use super::super::error::{ConditionError, ConditionErrorKind as Kind, Span};
use super::super::expr::{Comparison, Expr, ExprKind, Literals, Operand, TextLiteral};
use super::super::lexer::Token;
use super::super::literal::{Raw, type_literals};
use super::super::operator::{
    OPERATORS, Operator, QUANTIFIERS, Quantifier, Reach, Test, ValueType,
};
use super::super::operator::{instead, nearest};
use super::{Parsed, Parser};

impl<'t> Parser<'t> {
    pub(super) fn comparison(&mut self) -> Parsed<Expr> {
        let start = self.span;
        let left = self.operand();
        let relation = self.operator();
        let right = if relation.is_some() || left.is_some() { self.right_operand() } else { None };
        let (left, (quantifier, operator, operator_span)) = (left?, relation?);
        let right = right?;
        let span = start.to(self.last);
        let left = self.typed(left, operator, false);
        let right = self.typed(right, operator, true);
        let comparison =
            Comparison { left: left?, quantifier, operator, operator_span, right: right? };
        Some(old_sub_operation(&comparison, span).unwrap_or_else(|| Expr {
            span,
            bracketed: false,
            kind: ExprKind::Compare(Box::new(comparison)),
        }))
    }

    fn right_operand(&mut self) -> Parsed<Raw<'t>> {
        match self.token {
            Token::Attribute { .. }
            | Token::Text(_)
            | Token::Guid(_)
            | Token::Integer(_)
            | Token::BraceOpen
            | Token::Bad => self.operand(),
            Token::Word(word)
                if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") =>
            {
                self.operand()
            }
            Token::Word(word) if instead(word).is_some() => {
                let message = format!("`{word}` is not part of Azure's condition language");
                let error = ConditionError::new(Kind::Unsupported, self.span, message);
                self.fail(error.helping(instead(word).unwrap_or_default()))
            }
            Token::Word(word) => {
                let error =
                    ConditionError::new(Kind::Expected, self.span, format!("found `{word}`"))
                        .expecting("an attribute, a literal or a set");
                self.fail(error.helping(format!("strings stand in single quotes: `'{word}'`")))
            }
            _ => self.unexpected("an attribute, a literal or a set"),
        }
    }

    fn operand(&mut self) -> Parsed<Raw<'t>> {
        match self.token {
            Token::Attribute { source, name } => {
                let attribute = self.attribute(source, name);
                self.advance();
                Some(Raw::Attribute(attribute?))
            }
            Token::BraceOpen => self.set(),
            Token::Bad => {
                self.advance();
                None
            }
            token => {
                let literal = (token, self.span);
                self.advance();
                Some(Raw::One(literal))
            }
        }
    }

    fn set(&mut self) -> Parsed<Raw<'t>> {
        let start = self.advance();
        let mut items = Vec::with_capacity(8);
        let mut sound = true;
        loop {
            match self.token {
                Token::Text(_) | Token::Guid(_) | Token::Integer(_) => {
                    items.push((self.token, self.span));
                }
                Token::Word(word)
                    if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") =>
                {
                    items.push((self.token, self.span));
                }
                Token::Bad => sound = false,
                Token::BraceClose if items.is_empty() && sound => {
                    let end = self.advance();
                    let error = ConditionError::new(Kind::Set, start.to(end), "an empty set");
                    return self.fail(error.expecting("at least one literal between the braces"));
                }
                _ => return self.unexpected("a literal"),
            }
            self.advance();
            match self.token {
                Token::Comma => {
                    self.advance();
                }
                Token::BraceClose => {
                    self.advance();
                    return sound.then_some(Raw::Set(items));
                }
                _ => return self.unexpected("`,` or `}`"),
            }
        }
    }

    fn operator(&mut self) -> Parsed<(Option<Quantifier>, Operator, Span)> {
        let Token::Word(word) = self.token else {
            let bad = self.token == Token::Bad;
            let told = self.unexpected("an operator, such as `StringEquals` or `GuidEquals`");
            if bad {
                self.advance();
            }
            return told;
        };
        let at = self.advance();
        if self.token != Token::Colon {
            let operator = self.named_operator(word, at)?;
            return Some((None, operator, at));
        }
        let quantifier = Quantifier::named(word);
        if quantifier.is_none() {
            let names = QUANTIFIERS.iter().map(|known| known.name);
            let mut error =
                ConditionError::new(Kind::Quantifier, at, format!("`{word}` is not a quantifier"))
                    .expecting(
                        "`ForAnyOfAnyValues`, `ForAllOfAnyValues`, `ForAnyOfAllValues` or \
                         `ForAllOfAllValues`",
                    );
            if let Some(meant) = nearest(word, names) {
                error = error.helping(format!("did you mean `{meant}`?"));
            }
            self.fail::<()>(error);
        }
        self.advance();
        let Token::Word(word) = self.token else {
            return self.unexpected("an operator after the quantifier");
        };
        let name = self.advance();
        let operator = self.named_operator(word, name);
        Some((Some(quantifier?), operator?, at.to(name)))
    }

    fn named_operator(&mut self, word: &str, at: Span) -> Parsed<Operator> {
        if let Some(operator) = Operator::named(word) {
            return Some(operator);
        }
        if let Some(advice) = instead(word) {
            let message = format!("`{word}` is not part of Azure's condition language");
            return self.fail(ConditionError::new(Kind::Unsupported, at, message).helping(advice));
        }
        if Quantifier::named(word).is_some() {
            let message = format!("the quantifier `{word}` has no operator");
            let error = ConditionError::new(Kind::Operator, at, message);
            return self.fail(error.helping(format!("write `{word}:` and then an operator")));
        }
        let names = OPERATORS.iter().map(|known| known.name);
        let mut error =
            ConditionError::new(Kind::Operator, at, format!("`{word}` is not an operator"))
                .expecting("a String, Numeric, DateTime, Bool or Guid operator");
        if let Some(meant) = nearest(word, names) {
            error = error.helping(format!("did you mean `{meant}`?"));
        }
        self.fail(error)
    }

    fn typed(&mut self, raw: Raw<'t>, operator: Operator, right: bool) -> Parsed<Operand> {
        let (literals, braces) = match raw {
            Raw::Attribute(attribute) => return Some(Operand::Attribute(attribute)),
            Raw::One(literal) => (type_literals(&[literal], operator, right), false),
            Raw::Set(items) => (type_literals(&items, operator, right), true),
        };
        match literals {
            Ok(values) => Some(Operand::Literals { values, braces }),
            Err(errors) => {
                self.lexer.errors.extend(errors);
                None
            }
        }
    }
}

/// `@Request[subOperation] ForAnyOfAnyValues:StringEqualsIgnoreCase {'Blob.List'}`, the preview's
/// form, says what `SubOperationMatches{'Blob.List'}` says (semantics.md 9.2).
fn old_sub_operation(comparison: &Comparison, span: Span) -> Option<Expr> {
    let Operand::Attribute(name) = &comparison.left else { return None };
    let Operand::Literals { values: Literals::Text(values), .. } = &comparison.right else {
        return None;
    };
    let operator = comparison.operator;
    let means_any = match comparison.quantifier {
        Some(quantifier) => quantifier.left == Reach::Any && quantifier.right == Reach::Any,
        None => values.len() == 1,
    };
    if !name.is_sub_operation()
        || operator.takes != ValueType::Text
        || operator.test != Test::Equals
        || operator.negative
        || !means_any
        || values.iter().any(|value| value.text.trim().is_empty())
    {
        return None;
    }
    let leaf = |value: &TextLiteral| Expr {
        span,
        bracketed: false,
        kind: ExprKind::SubOperation(value.text.clone()),
    };
    match values.as_slice() {
        [one] => Some(leaf(one)),
        many => Some(Expr {
            span,
            bracketed: true,
            kind: ExprKind::Any(many.iter().map(leaf).collect()),
        }),
    }
}
