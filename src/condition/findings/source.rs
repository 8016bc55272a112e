//! Attributes that are asked where they are not, or as what they are not (semantics.md 9.9).

use super::super::Condition;
use super::super::attribute::{Attribute, AttributeSource};
use super::super::expr::{Expr, ExprKind};
use super::super::operator::{Test, ValueType};
use super::{Finding, FindingContext, Severity};

struct Known {
    /// The name without key, folded.
    name: &'static str,
    sources: &'static [AttributeSource],
    takes: ValueType,
}

const fn known(name: &'static str, sources: &'static [AttributeSource], takes: ValueType) -> Known {
    Known { name, sources, takes }
}

/// The catalogue of semantics.md 9.9, in its order. A name that ends in a colon has keys.
const CATALOGUE: [Known; 20] = {
    use AttributeSource::{Environment, Principal, Request, Resource};
    use ValueType::{Boolean, Guid, Text, Time};
    [
        known("microsoft.storage/storageaccounts:name", &[Resource], Text),
        known("microsoft.storage/storageaccounts:ishnsenabled", &[Resource], Boolean),
        known("microsoft.storage/storageaccounts/blobservices/containers:name", &[Resource], Text),
        known(
            "microsoft.storage/storageaccounts/blobservices/containers/metadata:",
            &[Resource],
            Text,
        ),
        known(
            "microsoft.storage/storageaccounts/blobservices/containers/blobs:path",
            &[Resource, Request],
            Text,
        ),
        known(
            "microsoft.storage/storageaccounts/blobservices/containers/blobs:prefix",
            &[Request],
            Text,
        ),
        known(
            "microsoft.storage/storageaccounts/blobservices/containers/blobs/tags:",
            &[Resource, Request],
            Text,
        ),
        known(
            "microsoft.storage/storageaccounts/blobservices/containers/blobs:iscurrentversion",
            &[Resource],
            Boolean,
        ),
        known(
            "microsoft.storage/storageaccounts/blobservices/containers/blobs:versionid",
            &[Request],
            Time,
        ),
        known(
            "microsoft.storage/storageaccounts/blobservices/containers/blobs:snapshot",
            &[Request],
            Time,
        ),
        known("microsoft.storage/storageaccounts/encryptionscopes:name", &[Resource], Text),
        known("microsoft.storage/storageaccounts/queueservices/queues:name", &[Resource], Text),
        known("isprivatelink", &[Environment], Boolean),
        known("microsoft.network/privateendpoints", &[Environment], Text),
        known("microsoft.network/virtualnetworks/subnets", &[Environment], Text),
        known("utcnow", &[Environment], Time),
        known("microsoft.directory/customsecurityattributes/id:", &[Principal], Text),
        known(
            "microsoft.authorization/roleassignments:roledefinitionid",
            &[Request, Resource],
            Guid,
        ),
        known("microsoft.authorization/roleassignments:principalid", &[Request, Resource], Guid),
        known("microsoft.authorization/roleassignments:principaltype", &[Request, Resource], Text),
    ]
};

fn look_up(name: &Attribute) -> Option<&'static Known> {
    CATALOGUE.iter().find(|known| match known.name.strip_suffix(':') {
        Some(base) => name.base() == base,
        None => *name.folded == *known.name,
    })
}

pub(super) fn check(
    condition: &Condition,
    _context: &FindingContext<'_>,
    found: &mut Vec<Finding>,
) {
    condition.root.walk(&mut |expr| match &expr.kind {
        ExprKind::Exists(name) => wrong_source(expr, name, found),
        ExprKind::Compare(comparison) => {
            for name in comparison.attributes() {
                wrong_source(expr, name, found);
                let Some(known) = look_up(name) else { continue };
                if known.takes != comparison.operator.takes {
                    other_type(expr, name, known, comparison.operator.name, found);
                } else if known.name == "utcnow"
                    && !matches!(comparison.operator.test, Test::Less | Test::Greater)
                {
                    found.push(Finding {
                        code: "attribute-type",
                        severity: Severity::Warning,
                        message: format!(
                            "`UtcNow` is documented for `DateTimeLessThan` and `DateTimeGreaterThan` \
                             only, not for `{}`",
                            comparison.operator.name
                        ),
                        span: expr.span,
                        help: None,
                    });
                }
            }
        }
        _ => {}
    });
}

fn wrong_source(expr: &Expr, name: &Attribute, found: &mut Vec<Finding>) {
    let Some(known) = look_up(name) else { return };
    if known.sources.contains(&name.source) {
        return;
    }
    let right: Vec<String> = known.sources.iter().map(|source| format!("`@{source}`")).collect();
    found.push(Finding {
        code: "attribute-source",
        severity: Severity::Error,
        message: format!("`{name}` is always missing: `@{}` has no such attribute", name.source),
        span: expr.span,
        help: Some(format!("read it from {}", right.join(" or "))),
    });
}

fn other_type(
    expr: &Expr,
    name: &Attribute,
    known: &Known,
    operator: &str,
    found: &mut Vec<Finding>,
) {
    // Ids compared as text work as long as the spelling agrees; that is no contradiction.
    if known.takes == ValueType::Guid && operator.starts_with("String") {
        found.push(Finding {
            code: "attribute-type",
            severity: Severity::Note,
            message: format!("`{operator}` compares the spelling of a GUID"),
            span: expr.span,
            help: Some("a Guid operator ignores case and dashes".to_string()),
        });
        return;
    }
    found.push(Finding {
        code: "attribute-type",
        severity: Severity::Error,
        message: format!(
            "`{name}` holds {}, which `{operator}` does not compare",
            known.takes.as_str()
        ),
        span: expr.span,
        help: Some(format!(
            "use {}",
            match known.takes {
                ValueType::Boolean => "`BoolEquals`",
                ValueType::Time => "a DateTime operator",
                ValueType::Guid => "a Guid operator",
                ValueType::Integer => "a Numeric operator",
                ValueType::Text => "a String operator",
            }
        )),
    });
}
