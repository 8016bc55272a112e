//! Conditions on role assignments, permission blocks and deny assignments (ABAC; semantics.md 9).
//!
//! A condition filters what its assignment grants and grants nothing itself. It is read once, with
//! every name folded and every literal typed; it then answers in three values, says what is left of
//! it when attributes are not known, and explains itself.
//!
//! ```
//! use azrbac::condition::{Attributes, AttributeSource, Condition, Inputs, Residual};
//! use azrbac::ident::{Operation, Plane};
//! use azrbac::pattern::Wildcards;
//!
//! let condition = Condition::parse(
//!     "!(ActionMatches{'Contoso/boxes/open/action'}) OR @Resource[Contoso/boxes:colour] StringEquals 'red'",
//! )
//! .expect("a condition");
//! let operation = Operation::new("Contoso/boxes/open/action")?;
//! let (nothing, mut attributes) = (Attributes::default(), Attributes::default());
//! let unknown = Inputs {
//!     operation: &operation,
//!     plane: Plane::Data,
//!     sub_operations: None,
//!     attributes: &nothing,
//!     complete: false,
//!     wildcards: Wildcards::Azure,
//! };
//! assert!(condition.evaluate(&unknown).open);
//! let Residual::Open(left) = condition.residual(&unknown) else { unreachable!() };
//! assert_eq!(left.print(), "@Resource[Contoso/boxes:colour] StringEquals 'red'");
//!
//! attributes.insert(AttributeSource::Resource, "contoso/boxes:COLOUR", "red".into());
//! let known = Inputs { attributes: &attributes, ..unknown };
//! assert!(condition.evaluate(&known).truth.is_true());
//! # Ok::<(), azrbac::origin::Error>(())
//! ```

mod allowed;
mod assumption;
mod attribute;
mod bits;
mod compare;
mod error;
mod eval;
mod explain;
mod expr;
mod findings;
mod fold;
mod known;
mod lexer;
mod like;
mod literal;
mod operator;
mod parser;
mod possible;
mod print;
mod reduce;
mod side;
mod trace;
mod words;

pub use allowed::Allowed;
pub use assumption::Assumptions;
pub use attribute::{AttributeSource, AttributeValue, Attributes};
pub use error::{ConditionError, ConditionErrorKind, Span};
pub use eval::MissingReading;
pub use findings::{Block, FINDING_CODES, Finding, FindingContext, Severity};
pub use operator::ValueType;
pub use parser::{LENGTH_LIMIT, NESTING_LIMIT};
pub use trace::Step;

use crate::ident::{Operation, Plane};
use crate::pattern::Wildcards;
use crate::truth::Truth;
use bits::Bits;
use eval::{Claim, World};
use expr::{Expr, ExprKind};
use reduce::Node;
use std::sync::Arc;

/// A condition that was read and checked: when does its assignment grant?
///
/// Clones share the text and the tree.
#[derive(Debug, Clone)]
pub struct Condition {
    text: Arc<str>,
    root: Arc<Expr>,
    /// Somewhere AND and OR meet without brackets.
    mixed: bool,
    /// Some leaf is true or false even where nobody says which, so that `x OR NOT x` holds.
    two_valued: bool,
}

/// The question that a condition is asked (semantics.md 1.1, 9.4, 9.8).
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The operation that is checked: what `ActionMatches` compares.
    pub operation: &'a Operation,
    /// The plane of that operation.
    pub plane: Plane,
    /// The suboperations of the request, such as `Blob.List`; `None` where nobody said.
    pub sub_operations: Option<&'a [String]>,
    /// Everything that is known about resource, request, principal and environment.
    pub attributes: &'a Attributes,
    /// Does an attribute (or a suboperation) that is not given not exist? Otherwise it is unknown.
    pub complete: bool,
    /// How `ActionMatches` reads `/*/` (U3).
    pub wildcards: Wildcards,
}

/// What a condition is worth for one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluation {
    /// True, false or unknown. Only true grants.
    pub truth: Truth,
    /// It is unknown, and attributes exist that would make it true: the answer is conditional. An
    /// unknown that is not open (a type mismatch, a missing attribute) grants nothing, whatever is
    /// learned.
    pub open: bool,
    /// The uncertain rules that this value rests on.
    pub assumptions: Assumptions,
}

/// What is left of a condition when everything known has been put in.
#[derive(Debug, Clone)]
pub enum Residual {
    /// It holds, whatever else is learned.
    True,
    /// It does not hold, whatever else is learned.
    False,
    /// It holds exactly where this holds. The text parses again.
    Open(Condition),
}

impl Condition {
    /// Reads a condition of at most [`LENGTH_LIMIT`] bytes (semantics.md 9.2, 9.3, 8.13).
    ///
    /// # Errors
    /// Every mistake that was found, in the order of the text: words that do not belong, literals
    /// that their operator does not take, dates and GUIDs that are none, what other tools know and
    /// Microsoft does not document, nesting deeper than [`NESTING_LIMIT`].
    ///
    /// ```
    /// use azrbac::condition::{Condition, ConditionErrorKind};
    /// assert!(Condition::parse("Exists @Request[Contoso/boxes:version]").is_ok());
    /// let errors = Condition::parse("@Resource[a] StringContains 'b' AND @User[c] BoolEquals 'true'");
    /// let kinds: Vec<_> = errors.unwrap_err().iter().map(|error| error.kind()).collect();
    /// assert_eq!(kinds, [ConditionErrorKind::Unsupported, ConditionErrorKind::Source]);
    /// ```
    pub fn parse(text: &str) -> Result<Condition, Vec<ConditionError>> {
        if text.len() > LENGTH_LIMIT {
            let error = ConditionError::new(
                ConditionErrorKind::TooLong,
                Span::new(LENGTH_LIMIT, text.len()),
                format!("the condition has {} bytes; the limit is {LENGTH_LIMIT}", text.len()),
            );
            return Err(vec![
                error.helping("shorten it with `*` in ActionMatches, or split the role assignment"),
            ]);
        }
        Condition::read(text)
    }

    fn read(text: &str) -> Result<Condition, Vec<ConditionError>> {
        let root = parser::parse(text)?;
        let (mut mixed, mut two_valued) = (false, false);
        root.walk(&mut |expr| {
            mixed |= expr.mixes();
            two_valued |= matches!(expr.kind, ExprKind::SubOperation(_) | ExprKind::Exists(_));
        });
        Ok(Condition { text: text.into(), root: Arc::new(root), mixed, two_valued })
    }

    /// Both conditions at once: what a permission block and its assignment demand together
    /// (semantics.md 1.7, U2). Asked as one, they may settle each other where each alone is open.
    ///
    /// ```
    /// use azrbac::condition::Condition;
    /// let block = Condition::parse("@Resource[a] BoolEquals true OR Exists @Resource[b]").expect("a");
    /// let assignment = Condition::parse("@Request[c] StringEquals 'd'").expect("b");
    /// assert_eq!(
    ///     block.and(&assignment).print(),
    ///     "(@Resource[a] BoolEquals true OR Exists @Resource[b]) AND @Request[c] StringEquals 'd'"
    /// );
    /// ```
    #[must_use]
    pub fn and(&self, other: &Condition) -> Condition {
        let text: Arc<str> = format!("({}) AND ({})", self.text, other.text).into();
        // Two conditions that were read join without being read again; reading gives the right spans.
        Condition::read(&text).unwrap_or_else(|_| Condition {
            root: Arc::new(Expr {
                span: Span::new(0, text.len()),
                bracketed: false,
                kind: ExprKind::All(vec![(*self.root).clone(), (*other.root).clone()]),
            }),
            text,
            mixed: self.mixed || other.mixed,
            two_valued: self.two_valued || other.two_valued,
        })
    }

    /// Is that the condition version that Azure accepts: `2.0` (semantics.md 8.13)?
    #[must_use]
    pub fn accepts_version(version: &str) -> bool {
        version.trim() == "2.0"
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The canonical text, on one line. It parses to the same condition, and printing that gives the
    /// same text again.
    #[must_use]
    pub fn print(&self) -> String {
        print::line(&self.root)
    }

    /// The canonical text with one clause a line.
    #[must_use]
    pub fn pretty(&self) -> String {
        print::pretty(&self.root)
    }

    /// Which attributes does it mention? Each once, in the order of the text, as it is written.
    #[must_use]
    pub fn attributes(&self) -> Vec<(AttributeSource, &str)> {
        let mut found: Vec<&attribute::Attribute> = Vec::new();
        let mut add = |name| {
            if !found.iter().any(|known| attribute::Attribute::same(known, name)) {
                found.push(name);
            }
        };
        self.root.walk(&mut |expr| match &expr.kind {
            ExprKind::Exists(name) => add(name),
            ExprKind::Compare(comparison) => comparison.attributes().for_each(&mut add),
            _ => {}
        });
        found.into_iter().map(|name| (name.source, &*name.text)).collect()
    }

    /// As which type does it read an attribute? `None` where it never compares it. A command line
    /// has only words and needs this to type them.
    #[must_use]
    pub fn value_type(&self, source: AttributeSource, name: &str) -> Option<ValueType> {
        let wanted = attribute::Attribute::new(source, name)?;
        let mut found = None;
        self.root.walk(&mut |expr| {
            if let ExprKind::Compare(comparison) = &expr.kind
                && comparison
                    .attributes()
                    .any(|name| name.source == source && name.folded == wanted.folded)
            {
                found.get_or_insert(comparison.operator.takes);
            }
        });
        found
    }

    /// Does it hold for this question (semantics.md 9.4 to 9.8)? A missing attribute leaves its
    /// comparison unknown, through NOT as well (U22).
    #[must_use]
    pub fn evaluate(&self, inputs: &Inputs<'_>) -> Evaluation {
        self.evaluate_reading(inputs, MissingReading::Unknown)
    }

    /// The same under one of the other readings of U22.
    #[must_use]
    pub fn evaluate_reading(&self, inputs: &Inputs<'_>, missing: MissingReading) -> Evaluation {
        let world = World { inputs, missing };
        let mut guessed = false;
        let bits = world.visit(&self.root, &mut guessed);
        let mut truth = bits.truth();
        let mut open = false;
        if truth.is_unknown() && bits != Bits::STUCK {
            // Leaves that nobody settled may still settle each other.
            match self.left_over(&world) {
                Node::True => truth = Truth::True,
                _ if self.contrary_holds(&world) => truth = Truth::False,
                Node::Never => {}
                _ => open = true,
            }
        }
        let assumptions = if guessed || self.mixed {
            world.justify(&self.root, Claim::about(truth)).unwrap_or_default()
        } else {
            Assumptions::NONE
        };
        Evaluation { truth, open, assumptions }
    }

    /// Does the contrary hold, whatever is learned? Only leaves with two values can tell.
    fn contrary_holds<'a>(&'a self, world: &World<'a>) -> bool {
        self.two_valued && matches!(reduce::reduce(world, &self.root, true), Node::True)
    }

    fn left_over<'a>(&'a self, world: &World<'a>) -> Node<'a> {
        let node = reduce::reduce(world, &self.root, false);
        if possible::possible(world, &node) { node } else { Node::Never }
    }

    /// What is left of it where some attributes are not known? Asked again with more attributes, the
    /// residual is true exactly where the condition is.
    #[must_use]
    pub fn residual(&self, inputs: &Inputs<'_>) -> Residual {
        let world = World { inputs, missing: MissingReading::Unknown };
        match self.left_over(&world) {
            Node::True => Residual::True,
            Node::Never => Residual::False,
            left => {
                let mut text = String::new();
                left.print(&world, &mut text);
                // What is printed parses; were it ever not so, the whole condition is still right.
                Residual::Open(Condition::read(&text).unwrap_or_else(|_| self.clone()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<ConditionErrorKind> {
        match Condition::parse(text) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(ConditionError::kind).collect(),
        }
    }

    /// What a condition says of a reading in the data plane, of which these attributes are known.
    pub(super) fn asked<T>(
        attributes: &Attributes,
        complete: bool,
        text: &str,
        question: impl FnOnce(&Condition, &Inputs<'_>) -> T,
    ) -> T {
        let operation = Operation::new("A/b/read").expect("an operation");
        let inputs = Inputs {
            operation: &operation,
            plane: Plane::Data,
            sub_operations: None,
            attributes,
            complete,
            wildcards: Wildcards::Azure,
        };
        question(&Condition::parse(text).expect(text), &inputs)
    }

    fn ask(condition: &str, missing: MissingReading) -> Evaluation {
        asked(&Attributes::default(), true, condition, |condition, inputs| {
            condition.evaluate_reading(inputs, missing)
        })
    }

    #[test]
    fn limits() {
        use ConditionErrorKind::{TooDeep, TooLong};
        let nested = |levels: usize, open: &str, close: &str| {
            format!("{}Exists @Resource[n]{}", open.repeat(levels), close.repeat(levels))
        };
        assert_eq!(kinds(&nested(NESTING_LIMIT, "(", ")")), []);
        assert_eq!(kinds(&nested(NESTING_LIMIT + 1, "(", ")")), [TooDeep]);
        assert_eq!(kinds(&nested(2_000, "(", ")")), [TooDeep]);
        assert_eq!(kinds(&nested(7_000, "!", "")), [TooDeep]);
        assert_eq!(kinds(&nested(60, "!(", ")")), []);
        let padded = |bytes: usize| format!("{:>bytes$}", "Exists @Resource[n]");
        assert_eq!(kinds(&padded(LENGTH_LIMIT)), []);
        assert_eq!(kinds(&padded(LENGTH_LIMIT + 1)), [TooLong]);
        let letters = format!("@Resource[n] StringEquals '{}'", "ä".repeat(LENGTH_LIMIT / 2));
        assert_eq!(kinds(&letters), [TooLong], "bytes count, not characters");
    }

    /// What stands beside one another is not deeper for it, and alternatives within alternatives are, though
    /// fewer brackets than the limit stand around them.
    #[test]
    fn depth_is_not_number() {
        use ConditionErrorKind::TooDeep;
        let beside = |part: &str| vec![part; NESTING_LIMIT + 10].join(" AND ");
        assert_eq!(kinds(&beside("!Exists @Resource[n]")), []);
        assert_eq!(kinds(&beside("(Exists @Resource[n])")), []);
        let inner = |levels: usize, not: &str| {
            (0..levels).fold("Exists @Resource[n]".to_string(), |inner, _| {
                format!("Exists @Resource[m] OR Exists @Resource[m] AND {not}({inner})")
            })
        };
        // A level is an OR and an AND, and a NOT where there is one; 64 levels and the innermost are read.
        assert_eq!(kinds(&inner(31, "")), []);
        assert_eq!(kinds(&inner(32, "")), [TooDeep]);
        assert_eq!(kinds(&inner(21, "!")), []);
        assert_eq!(kinds(&inner(22, "!")), [TooDeep]);
    }

    fn given(
        attributes: &[(AttributeSource, &str, AttributeValue)],
        complete: bool,
        text: &str,
    ) -> Evaluation {
        let mut known = Attributes::default();
        for (source, name, value) in attributes {
            known.insert(*source, name, value.clone());
        }
        asked(&known, complete, text, Condition::evaluate)
    }

    /// A key with its case given is another than one in any case, and the keys of a dictionary are what was
    /// given of it.
    #[test]
    fn dictionaries_and_their_keys() {
        let resource = AttributeSource::Resource;
        let tag = |key: &str| format!("A/b/tags:{key}<$key_case_sensitive$>");
        let (upper, lower) = (tag("P"), tag("p"));
        let both = [(resource, &*upper, "x".into()), (resource, &*lower, "y".into())];
        let is = |name: &str, value: &str| format!("@Resource[{name}] StringEquals '{value}'");
        for (text, expected, guessed) in [
            (is(&upper, "x"), Truth::True, false),
            (is(&lower, "y"), Truth::True, false),
            (is(&upper, "y"), Truth::False, false),
            (is("A/b/tags:P", "x"), Truth::True, false),
            (is("A/b/tags:p", "y"), Truth::True, false),
            (is(&tag("q"), "x"), Truth::Unknown, false),
        ] {
            let found = given(&both, true, &text);
            assert_eq!(found.truth, expected, "{text}");
            assert_eq!(found.assumptions.contains(21), guessed, "{text}");
        }
        let one = [(resource, &*upper, "x".into())];
        // Only in another case: taken for it, and that is said (U21).
        let found = given(&one, true, &is("A/b/tags:p", "x"));
        assert_eq!((found.truth, found.assumptions.contains(21)), (Truth::True, true));
        let found = given(&one, true, &is("A/b/tags:P", "x"));
        assert_eq!((found.truth, found.assumptions.contains(21)), (Truth::True, false));
        // The keys that were given are all there are only where everything was given.
        let keys =
            |reach: &str| format!("@Resource[A/b/tags&$keys$&] {reach}:StringEquals {{'P'}}");
        let other = [(resource, &*upper, "x".into()), (resource, "A/b/tags2:z", "y".into())];
        for (complete, any, all) in
            [(true, Truth::True, Truth::True), (false, Truth::True, Truth::Unknown)]
        {
            assert_eq!(given(&other, complete, &keys("ForAnyOfAnyValues")).truth, any);
            assert_eq!(given(&other, complete, &keys("ForAllOfAnyValues")).truth, all);
        }
        let none =
            given(&both, true, "@Resource[A/b/tag&$keys$&] ForAnyOfAnyValues:StringEquals {'P'}");
        assert_eq!(none.truth, Truth::Unknown);
    }

    /// Given as words, as a command line does, values are read as what they are compared with.
    #[test]
    fn words_are_read_as_what_they_are_compared_with() {
        let word = |text: &str| AttributeValue::Word(text.into());
        let resource = AttributeSource::Resource;
        for (value, text, expected) in [
            ("TRUE", "@Resource[n] BoolEquals true", Truth::True),
            ("false", "@Resource[n] BoolEquals true", Truth::False),
            ("-5", "@Resource[n] NumericLessThan 3", Truth::True),
            ("5", "@Resource[n] NumericLessThan 3", Truth::False),
            ("5", "@Resource[n] StringEquals '5'", Truth::True),
            ("five", "@Resource[n] NumericLessThan 3", Truth::Unknown),
        ] {
            assert_eq!(
                given(&[(resource, "n", word(value))], true, text).truth,
                expected,
                "{value} {text}"
            );
        }
    }

    /// A pattern against the attributes of logs (U34), letters of another case against those of storage (U26).
    #[test]
    fn what_an_answer_leans_on() {
        let resource = AttributeSource::Resource;
        let logs = "Microsoft.OperationalInsights/workspaces/tables:name";
        let blob = "Microsoft.Storage/storageAccounts/blobServices/containers:name";
        for (name, comparison, rule, leans) in [
            (logs, "StringLike 'a*'", 34, true),
            (logs, "StringEquals 'abc'", 34, false),
            (blob, "StringLike 'a*'", 34, false),
            (blob, "StringEquals 'ABC'", 26, true),
            (blob, "StringEqualsIgnoreCase 'ABC'", 26, false),
            (blob, "StringEquals 'abc'", 26, false),
            (logs, "StringEquals 'ABC'", 26, false),
        ] {
            let text = format!("@Resource[{name}] {comparison}");
            let found = given(&[(resource, name, "abc".into())], true, &text);
            assert_eq!(found.assumptions.contains(rule), leans, "{text}");
        }
    }

    #[test]
    fn what_is_printed_stays_within_the_limits_of_nesting() {
        let deepest = (0..60).fold("Exists @Resource[n]".to_string(), |inner, level| {
            if level % 2 == 0 {
                format!("Exists @Resource[m] OR ({inner})")
            } else {
                format!("!({inner})")
            }
        });
        let condition = Condition::parse(&deepest).expect("deep and within the limit");
        assert_eq!(kinds(&condition.print()), []);
        assert_eq!(kinds(&condition.pretty()), []);
    }

    #[test]
    fn two_that_are_too_deep_together_are_joined_all_the_same() {
        let deep = |last: &str| {
            let (open, close) = ("(".repeat(NESTING_LIMIT), ")".repeat(NESTING_LIMIT));
            format!("{open}Exists @Resource[n] OR Exists @Resource[m]{close} OR {last}")
        };
        let first =
            Condition::parse(&deep("@Request[a] BoolEquals true AND @Request[b] BoolEquals true"))
                .expect("deep");
        let second = Condition::parse("@Resource[o] StringEquals 'x'").expect("a condition");
        assert!(first.mixed && first.two_valued && !second.mixed && !second.two_valued);
        let both = first.and(&second);
        assert_eq!(kinds(both.text()), [ConditionErrorKind::TooDeep]);
        assert_eq!(both.print(), format!("({}) AND {}", first.print(), second.print()));
        // What either has of its own is kept: an absent attribute reads as it does there.
        for (a, b) in [(&first, &second), (&second, &first)] {
            let both = a.and(b);
            assert!(both.two_valued && both.mixed);
        }
    }

    #[test]
    fn one_version_is_accepted() {
        assert!(["2.0", " 2.0 "].into_iter().all(Condition::accepts_version));
        assert!(!["1.0", "2", "", "2.00"].into_iter().any(Condition::accepts_version));
    }

    #[test]
    fn a_value_of_the_wrong_type_is_hopeless_whatever_it_is_compared_with() {
        let operation = Operation::new("A/b/read").expect("an operation");
        let mut attributes = Attributes::default();
        attributes.insert(AttributeSource::Resource, "a", AttributeValue::Integer(5));
        let inputs = Inputs {
            operation: &operation,
            plane: Plane::Data,
            sub_operations: None,
            attributes: &attributes,
            complete: false,
            wildcards: Wildcards::Azure,
        };
        for text in
            ["@Resource[a] StringEquals @Request[b]", "@Request[b] StringEquals @Resource[a]"]
        {
            let found = Condition::parse(text).expect(text).evaluate(&inputs);
            assert_eq!((found.truth, found.open), (Truth::Unknown, false), "{text}");
            assert!(found.assumptions.contains(24), "{text}");
        }
    }

    #[test]
    fn brackets_settle_what_binds_tighter() {
        let operation = Operation::new("A/b/read").expect("an operation");
        let mut attributes = Attributes::default();
        attributes.insert(AttributeSource::Resource, "a", AttributeValue::Boolean(true));
        let inputs = Inputs {
            operation: &operation,
            plane: Plane::Data,
            sub_operations: None,
            attributes: &attributes,
            complete: true,
            wildcards: Wildcards::Azure,
        };
        let [yes, no] = ["Exists @Resource[a]", "Exists @Resource[b]"];
        // Read from left to right, `no OR yes AND yes` is true too, `yes OR no AND no` is not (U18).
        for (text, leans) in [
            (format!("{no} OR {yes} AND {yes}"), false),
            (format!("{yes} OR {no} AND {no}"), true),
            (format!("{yes} OR {yes} AND {no}"), true),
            (format!("{yes} OR {no} AND {yes} OR ({no} AND {no})"), false),
            (format!("{yes} OR {no} AND {yes} OR {no} AND {no}"), true),
        ] {
            let found = Condition::parse(&text).expect(&text).evaluate(&inputs);
            assert_eq!(found.truth, Truth::True, "{text}");
            assert_eq!(found.assumptions.contains(18), leans, "{text}");
        }
    }

    #[test]
    fn the_three_readings_of_a_missing_attribute() {
        use MissingReading::{Contrary, False, Unknown};
        for (condition, unknown, is_false, contrary) in [
            ("@Resource[n] StringEquals 'a'", Truth::Unknown, Truth::False, Truth::False),
            ("NOT @Resource[n] StringEquals 'a'", Truth::Unknown, Truth::True, Truth::True),
            ("@Resource[n] StringNotEquals 'a'", Truth::Unknown, Truth::False, Truth::True),
            ("NOT Exists @Resource[n]", Truth::True, Truth::True, Truth::True),
        ] {
            assert_eq!(ask(condition, Unknown).truth, unknown, "{condition}");
            assert_eq!(ask(condition, False).truth, is_false, "{condition}");
            assert_eq!(ask(condition, Contrary).truth, contrary, "{condition}");
        }
        assert!(ask("NOT @Resource[n] StringEquals 'a'", Unknown).assumptions.contains(22));
        assert!(ask("@Resource[n] StringEquals 'a'", Unknown).assumptions.is_empty());
    }

    #[test]
    fn attributes_and_the_types_that_they_are_compared_as() {
        let condition = Condition::parse(
            "@Resource[A:b] NumericEquals 1 AND Exists @Request[C] AND @resource[a:B] NumericLessThan 5",
        )
        .expect("a condition");
        let (resource, request) = (AttributeSource::Resource, AttributeSource::Request);
        assert_eq!(condition.attributes(), [(resource, "A:b"), (request, "C")]);
        assert_eq!(condition.value_type(resource, "a:b"), Some(ValueType::Integer));
        assert_eq!(condition.value_type(request, "c"), None);
        // Neither the source nor the name alone tells.
        assert_eq!(condition.value_type(request, "a:b"), None);
        assert_eq!(condition.value_type(resource, "c"), None);
    }
}
