//! A condition in plain words: what it targets, what that needs, what it leaves alone.

use super::Condition;
use super::expr::{Expr, ExprKind};
use super::words::{self, Names};
use crate::ident::Guid;

impl Condition {
    /// What does it say, in words? One line a thought, indented by two blanks a level.
    ///
    /// ```
    /// use azrbac::condition::Condition;
    /// let condition = Condition::parse(
    ///     "!(ActionMatches{'Contoso/boxes/open/action'}) OR @Resource[Contoso/boxes:colour] StringEquals 'red'",
    /// )
    /// .expect("a condition");
    /// assert_eq!(
    ///     condition.explain(),
    ///     [
    ///         "`Contoso/boxes/open/action` is granted only where",
    ///         "  the resource's `Contoso/boxes:colour` is 'red'",
    ///         "every other operation that the role grants is untouched",
    ///     ]
    /// );
    /// ```
    #[must_use]
    pub fn explain(&self) -> Vec<String> {
        self.explain_naming(&|_| None)
    }

    /// The same with GUIDs called by their names where `names` knows them: roles, principals.
    #[must_use]
    pub fn explain_naming(&self, names: &dyn Fn(Guid) -> Option<String>) -> Vec<String> {
        let clauses = match &self.root.kind {
            ExprKind::All(parts) => parts.as_slice(),
            _ => std::slice::from_ref(&*self.root),
        };
        let mut lines = Vec::new();
        let mut everything = false;
        for clause in clauses {
            everything |= !explain_clause(clause, names, &mut lines);
        }
        lines.push(if everything {
            "this holds for every operation that the role grants".to_string()
        } else {
            "every other operation that the role grants is untouched".to_string()
        });
        lines
    }
}

/// Explains one clause; false where it has no target and so speaks of every operation.
fn explain_clause(clause: &Expr, names: Names<'_>, lines: &mut Vec<String>) -> bool {
    let parts = match &clause.kind {
        ExprKind::Any(parts) => parts.as_slice(),
        _ => std::slice::from_ref(clause),
    };
    let (guards, needs): (Vec<&Expr>, Vec<&Expr>) = parts.iter().partition(|part| is_guard(part));
    if guards.is_empty() {
        lines.push("access is granted only where".to_string());
        alternatives(&needs, names, lines);
        return false;
    }
    // The guards are joined by OR, so what escapes none of them is the target.
    let mut targets = vec![Vec::new()];
    for guard in guards {
        targets = together(targets, &target(guard, true));
    }
    let count = targets.len();
    for (at, target) in targets.iter().enumerate() {
        let words = describe(target);
        lines.push(match (needs.is_empty(), at + 1 == count) {
            (true, _) => format!("{words} is never granted"),
            (false, true) => format!("{words} is granted only where"),
            (false, false) => format!("{words}, and"),
        });
    }
    alternatives(&needs, names, lines);
    true
}

/// Does it speak of the operation alone, and let something through by not matching?
fn is_guard(expr: &Expr) -> bool {
    let mut about_operation = true;
    let mut action = false;
    expr.walk(&mut |part| match &part.kind {
        ExprKind::Compare(_) | ExprKind::Exists(_) => about_operation = false,
        ExprKind::Action(_) => action = true,
        _ => {}
    });
    about_operation && action
}

/// A condition on the operation: a pattern, or a suboperation, wanted or not.
#[derive(Clone)]
enum Aspect {
    Operation(String),
    OtherThan(String),
    SubOperation(String),
    NotSubOperation(String),
    /// One of so many that they are not spelled out.
    OneOf(usize),
}

/// More combinations than this are not spelled out one by one.
const TARGET_LIMIT: usize = 64;

/// What was known so far, and at once one of these.
fn together(known: Vec<Vec<Aspect>>, more: &[Vec<Aspect>]) -> Vec<Vec<Aspect>> {
    if known.len() * more.len() > TARGET_LIMIT {
        let unspelled = [Aspect::OneOf(more.len())];
        return known.iter().map(|one| [one.as_slice(), &unspelled].concat()).collect();
    }
    let with = |one: &Vec<Aspect>| {
        let one = one.clone();
        more.iter().map(move |more| [one.as_slice(), more].concat())
    };
    known.iter().flat_map(with).collect()
}

/// The alternatives under which an expression about the operation has that value.
fn target(expr: &Expr, negated: bool) -> Vec<Vec<Aspect>> {
    match (&expr.kind, negated) {
        (ExprKind::Not(inner), _) => target(inner, !negated),
        (ExprKind::All(parts), false) | (ExprKind::Any(parts), true) => {
            let mut joined: Vec<Vec<Aspect>> = vec![Vec::new()];
            for part in parts {
                joined = together(joined, &target(part, negated));
            }
            joined
        }
        (ExprKind::Any(parts), false) | (ExprKind::All(parts), true) => {
            parts.iter().flat_map(|part| target(part, negated)).collect()
        }
        (ExprKind::Action(pattern), false) => {
            vec![vec![Aspect::Operation(pattern.text().to_string())]]
        }
        (ExprKind::Action(pattern), true) => {
            vec![vec![Aspect::OtherThan(pattern.text().to_string())]]
        }
        (ExprKind::SubOperation(name), false) => {
            vec![vec![Aspect::SubOperation(name.to_string())]]
        }
        (ExprKind::SubOperation(name), true) => {
            vec![vec![Aspect::NotSubOperation(name.to_string())]]
        }
        _ => vec![vec![]],
    }
}

fn describe(target: &[Aspect]) -> String {
    let list = |pick: fn(&Aspect) -> Option<&String>| {
        target.iter().filter_map(pick).map(|name| format!("`{name}`")).collect::<Vec<_>>()
    };
    let operations = list(|aspect| match aspect {
        Aspect::Operation(name) => Some(name),
        _ => None,
    });
    let others = list(|aspect| match aspect {
        Aspect::OtherThan(name) => Some(name),
        _ => None,
    });
    let with = list(|aspect| match aspect {
        Aspect::SubOperation(name) => Some(name),
        _ => None,
    });
    let without = list(|aspect| match aspect {
        Aspect::NotSubOperation(name) => Some(name),
        _ => None,
    });
    let mut words = if operations.is_empty() {
        "every operation".to_string()
    } else {
        operations.join(" and at once ")
    };
    for aspect in target {
        if let Aspect::OneOf(count) = aspect {
            words.push_str(&format!(" and at once one of {count} that are not spelled out"));
        }
    }
    if !others.is_empty() {
        words.push_str(&format!(" other than {}", others.join(" and ")));
    }
    if !with.is_empty() {
        words.push_str(&format!(" as suboperation {}", with.join(" and ")));
    }
    if !without.is_empty() {
        words.push_str(&format!(" (unless the suboperation is {})", without.join(" or ")));
    }
    words
}

fn alternatives(needs: &[&Expr], names: Names<'_>, lines: &mut Vec<String>) {
    match needs {
        [] => {}
        [one] => spell(one, false, 1, names, lines),
        many => {
            lines.push("  one of these holds:".to_string());
            for need in many {
                spell(need, false, 2, names, lines);
            }
        }
    }
}

/// An expression as a tree of sentences, with NOT carried to the leaves.
fn spell(expr: &Expr, negated: bool, depth: usize, names: Names<'_>, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let (parts, all) = match (&expr.kind, negated) {
        (ExprKind::Not(inner), _) => return spell(inner, !negated, depth, names, lines),
        (ExprKind::All(parts), false) | (ExprKind::Any(parts), true) => (parts, true),
        (ExprKind::Any(parts), false) | (ExprKind::All(parts), true) => (parts, false),
        _ => {
            lines.push(format!("{indent}{}", words::leaf(expr, negated, names)));
            return;
        }
    };
    let head = if all { "all of these hold:" } else { "one of these holds:" };
    lines.push(format!("{indent}{head}"));
    for part in parts {
        spell(part, negated, depth + 1, names, lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        assert_eq!(Condition::parse(text).expect(text).explain(), expect, "{text}");
    }

    #[test]
    fn targets_needs_and_the_rest() {
        check(
            "((!(ActionMatches{'A/read'} AND NOT SubOperationMatches{'Blob.List'})) OR \
             (@Resource[A/tags:Project<$key_case_sensitive$>] StringEquals 'Cascade'))",
            &[
                "`A/read` (unless the suboperation is `Blob.List`) is granted only where",
                "  the resource's tag `Project` is 'Cascade'",
                "every other operation that the role grants is untouched",
            ],
        );
        check(
            "(!(ActionMatches{'A/write'}) AND !(ActionMatches{'A/add/action'})) OR \
             (@Resource[n] StringLikeIgnoreCase 'x*' AND @Environment[isPrivateLink] BoolEquals true)",
            &[
                "`A/write`, and",
                "`A/add/action` is granted only where",
                "  all of these hold:",
                "    the resource's `n` matches 'x*' (whatever the case)",
                "    use of a private link is true",
                "every other operation that the role grants is untouched",
            ],
        );
        check(
            "!(ActionMatches{'A/*'})",
            &["`A/*` is never granted", "every other operation that the role grants is untouched"],
        );
        check(
            "NOT Exists @Request[v] OR @Resource[p] ForAnyOfAllValues:StringNotEquals {'a', 'b'}",
            &[
                "access is granted only where",
                "  one of these holds:",
                "    the request's `v` does not exist",
                "    the resource's `p` is none of 'a', 'b'",
                "this holds for every operation that the role grants",
            ],
        );
    }

    #[test]
    fn relations_and_their_contraries() {
        let check = |text: &str, expect: &str| {
            let lines = Condition::parse(text).expect(text).explain();
            assert_eq!(lines[1].trim_start(), expect, "{text}");
        };
        check("!(@Resource[n] NumericLessThan 5)", "the resource's `n` is at least 5");
        check(
            "@Environment[UtcNow] DateTimeGreaterThan '2026-01-01T00:00:00.00Z'",
            "the time of the request is after 2026-01-01T00:00:00Z",
        );
        check(
            "@Request[x/tags&$keys$&] ForAnyOfAnyValues:StringEquals {'Project'}",
            "the keys of the request's `x/tags` include 'Project'",
        );
        check(
            "@Request[x/tags&$keys$&] ForAllOfAnyValues:StringEquals {'a', 'b'}",
            "the keys of the request's `x/tags` are all among 'a', 'b'",
        );
        check(
            "!(@Resource[c] ForAllOfAnyValues:StringEqualsIgnoreCase {'a', 'b'})",
            "it is known, and not so, that each value of the resource's `c` is one of 'a', 'b' \
             (whatever the case)",
        );
        check("!(@Resource[c] StringNotLike 'a*')", "the resource's `c` matches 'a*'");
    }

    #[test]
    fn roles_by_name() {
        let condition = Condition::parse(
            "!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}) OR \
             @Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] \
             ForAnyOfAnyValues:GuidEquals {acdd72a7338548efbd42f606fba81ae7}",
        )
        .expect("a condition");
        let lines = condition.explain_naming(&|_| Some("Reader".to_string()));
        assert_eq!(lines[1], "  the role to be assigned is Reader");
    }
}
