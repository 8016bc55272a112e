//! What is legal and probably not meant: the traps of semantics.md 9.7, 9.9 and 9.10.
//!
//! Every finding is one idea with a stable code. Most ask the condition itself ("what would be left
//! for this operation?") instead of guessing from the way it is written.

mod form;
mod reach;
mod source;

use super::Condition;
use super::error::Span;
use super::error::point_at;
use crate::ident::Plane;
use crate::pattern::ActionPattern;

/// How bad is it?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not what was meant.
    Warning,
    /// Azure refuses it, or it can never do what it says.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One trap that a condition falls into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The stable code, such as `negative-any`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is the case.
    pub message: String,
    /// The part of the condition that it is about.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    /// The finding with the line of `text` that it is about and carets under the place.
    #[must_use]
    pub fn render(&self, text: &str) -> String {
        let mut out = format!("{}[{}]: {}\n", self.severity.as_str(), self.code, self.message);
        out.push_str(&point_at(text, self.span));
        if let Some(help) = &self.help {
            out.push_str("\n  help: ");
            out.push_str(help);
        }
        out
    }
}

/// One list of operations that the role with this condition grants.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// `actions` and `notActions`, or `dataActions` and `notDataActions`.
    pub plane: Plane,
    /// What it grants.
    pub allow: &'a [ActionPattern],
    /// What is subtracted from that.
    pub except: &'a [ActionPattern],
}

/// What surrounds a condition. The default says that nothing is known about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindingContext<'a> {
    /// The lists of the role that the condition stands beside; empty where the role is not known.
    pub blocks: &'a [Block<'a>],
    /// Does the same principal hold the same permissions here without a condition?
    pub unconditional: bool,
    /// The `conditionVersion` that was given, if any.
    pub version: Option<&'a str>,
}

/// Every code with one line on what it means.
pub const FINDING_CODES: [(&str, &str); 17] = [
    ("always-true", "the condition holds whatever is asked, so it filters nothing"),
    ("attribute-source", "an attribute is read from a source that never has it"),
    ("attribute-type", "an operator compares an attribute as another type than it has"),
    ("condition-version", "the condition version is not 2.0"),
    ("deprecated-form", "a form that only the preview of conditions had"),
    ("guid-beside-storage-data", "Azure refuses Guid operators on roles with storage data actions"),
    ("key-case", "a tag key without the suffix that makes its case count"),
    ("log-analytics-like", "Log Analytics reads StringLike as a search for whole terms"),
    ("mixed-operators", "AND and OR meet without brackets"),
    ("negative-any", "a negative operator under AnyValues with several values blocks nothing"),
    ("never-granted", "a targeted operation that nothing can satisfy"),
    ("no-target", "without ActionMatches the condition applies to every operation of the role"),
    ("plain-operator-with-values", "several values beside an operator without quantifier"),
    ("pointless", "the same access is granted without a condition"),
    ("target-not-granted", "the condition targets an operation that the role does not grant"),
    ("untargeted-equivalent", "another operation of the role does the same and is not targeted"),
    ("wrong-source", "role assignment attributes are read from the source that lacks them"),
];

impl Condition {
    /// Which traps does it fall into, given what surrounds it? In the order of the text; one entry an
    /// idea and place.
    ///
    /// ```
    /// use azrbac::condition::{Condition, FindingContext};
    /// let condition = Condition::parse(
    ///     "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] \
    ///      ForAnyOfAnyValues:GuidNotEquals {8e3af657a8ff443ca75c2fe8c4bcb635, 18d7d88dd35e4fb5a5c37773c20a72d9}",
    /// )
    /// .expect("a condition");
    /// let codes: Vec<_> =
    ///     condition.findings(&FindingContext::default()).iter().map(|finding| finding.code).collect();
    /// assert_eq!(codes, ["negative-any"]);
    /// ```
    #[must_use]
    pub fn findings(&self, context: &FindingContext<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        form::check(self, context, &mut found);
        source::check(self, context, &mut found);
        reach::check(self, context, &mut found);
        found.sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::ActionPattern;

    const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
    const ROLES: &str = "Microsoft.Authorization/roleAssignments";
    const OWNER: &str = "8e3af657a8ff443ca75c2fe8c4bcb635";

    /// The codes that a condition earns beside a role that grants these operations on that plane.
    fn check_beside(plane: Plane, allow: &[&str], text: &str, expect: &[&str]) {
        let text = text.replace("BLOBS", BLOBS).replace("ROLES", ROLES).replace("OWNER", OWNER);
        let patterns = |list: &[&str]| -> Vec<ActionPattern> {
            let full = |name: &&str| name.replace("BLOBS", BLOBS).replace("ROLES", ROLES);
            list.iter().map(|name| ActionPattern::new(&full(name)).expect(name)).collect()
        };
        let allow = patterns(allow);
        let blocks = [Block { plane, allow: &allow, except: &[] }];
        let blocks: &[Block<'_>] = if allow.is_empty() { &[] } else { &blocks };
        let condition = Condition::parse(&text).expect(&text);
        let found = condition.findings(&FindingContext { blocks, ..FindingContext::default() });
        let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, expect, "{text}");
        for finding in &found {
            assert!(
                FINDING_CODES.iter().any(|(code, _)| *code == finding.code),
                "{}",
                finding.code
            );
            assert!(finding.render(&text).starts_with(finding.severity.as_str()));
        }
    }

    fn check(text: &str, expect: &[&str]) {
        check_beside(Plane::Control, &[], text, expect);
    }

    #[test]
    fn nothing_to_say() {
        check(
            "!(ActionMatches{'ROLES/write'}) OR @Request[ROLES:RoleDefinitionId] \
             ForAnyOfAllValues:GuidNotEquals {OWNER, 18d7d88dd35e4fb5a5c37773c20a72d9}",
            &[],
        );
        // What is written twice is one value.
        for twice in [
            "StringNotEquals {'a', 'a'}",
            "BoolNotEquals {true, true}",
            "NumericNotEquals {1, 1}",
            "DateTimeNotEquals {'2026-01-01T00:00:00Z', '2026-01-01T00:00:00.0Z'}",
            "GuidNotEquals {8e3af657-a8ff-443c-a75c-2fe8c4bcb635, OWNER}",
        ] {
            check(&format!("@Resource[n] ForAnyOfAnyValues:{twice}"), &[]);
        }
        check("@Resource[BLOBS/tags:Project<$key_case_sensitive$>] StringEquals 'a'", &[]);
    }

    #[test]
    fn operators_that_block_nothing() {
        check("@Resource[n] ForAnyOfAnyValues:StringNotEquals {'a', 'b'}", &["negative-any"]);
        check("@Resource[n] ForAllOfAnyValues:StringNotLike {'a*', 'b*'}", &["negative-any"]);
        check("@Resource[n] StringEquals {'a', 'b'}", &["plain-operator-with-values"]);
        check("@Resource[x/tags&$keys$&] StringEquals 'a'", &["plain-operator-with-values"]);
        check("'a' StringEquals 'a' OR Exists @Resource[n]", &["always-true"]);
    }

    #[test]
    fn role_assignments_from_the_wrong_source() {
        check(
            "!(ActionMatches{'ROLES/write'}) OR @Resource[ROLES:RoleDefinitionId] GuidEquals OWNER",
            &["wrong-source"],
        );
        check(
            "!(ActionMatches{'ROLES/write'}) OR Exists @Resource[ROLES:RoleDefinitionId]",
            &["wrong-source"],
        );
        check(
            "!(ActionMatches{'ROLES/*'}) OR @Request[ROLES:RoleDefinitionId] GuidEquals OWNER",
            &["wrong-source"],
        );
        let bare = "@Request[ROLES:RoleDefinitionId] GuidEquals OWNER";
        check(bare, &[]);
        check_beside(Plane::Control, &["ROLES/write"], bare, &[]);
        check_beside(Plane::Control, &["ROLES/delete"], bare, &["wrong-source"]);
    }

    #[test]
    fn operations_that_do_the_same() {
        let write = "!(ActionMatches{'BLOBS/write'}) OR @Resource[n] StringEquals 'a'";
        let contributor = ["BLOBS/write", "BLOBS/add/action", "BLOBS/move/action"];
        check_beside(
            Plane::Data,
            &contributor,
            write,
            &["untargeted-equivalent", "untargeted-equivalent"],
        );
        check_beside(Plane::Data, &["BLOBS/write"], write, &[]);
        check_beside(Plane::Data, &["BLOBS/add/action"], write, &["target-not-granted"]);
        let both = "(!(ActionMatches{'BLOBS/write'}) AND !(ActionMatches{'BLOBS/add/action'})) OR \
                    @Resource[n] StringEquals 'a'";
        check_beside(Plane::Data, &contributor[..2], both, &[]);
        check_beside(
            Plane::Data,
            &["BLOBS/read", "BLOBS/runAsSuperUser/action"],
            "!(ActionMatches{'BLOBS/read'}) OR @Resource[n] StringEquals 'a'",
            &["untargeted-equivalent"],
        );
        let queue = "Microsoft.Storage/storageAccounts/queueServices/queues/messages";
        check_beside(
            Plane::Data,
            &[&format!("{queue}/*")],
            &format!("!(ActionMatches{{'{queue}/read'}}) OR @Resource[n] StringEquals 'a'"),
            &["untargeted-equivalent"],
        );
    }

    #[test]
    fn targets_without_effect_or_without_a_way_through() {
        check("!(ActionMatches{'A/b/read'})", &["never-granted"]);
        check("!(ActionMatches{'A/b/read'} AND SubOperationMatches{'L'})", &[]);
        check(
            "!(ActionMatches{'A/*'}) OR (@Resource[n] StringEquals 'a' AND @Resource[n] StringEquals 'b')",
            &["never-granted"],
        );
        check_beside(
            Plane::Control,
            &["A/b/read"],
            "!(ActionMatches{'A/b/raed'}) OR Exists @Resource[n]",
            &["target-not-granted"],
        );
        check_beside(Plane::Control, &["*"], "Exists @Resource[n]", &["no-target"]);
        check_beside(Plane::Control, &["A/b/read"], "Exists @Resource[n]", &[]);
        check_beside(
            Plane::Control,
            &["A/b/read", "A/b/write"],
            "Exists @Resource[n]",
            &["no-target"],
        );
        // A target is told of once.
        check("!(ActionMatches{'A/b/read'}) AND !(ActionMatches{'A/b/read'})", &["never-granted"]);
        check(
            "!(ActionMatches{'A/b/read'}) AND !(ActionMatches{'A/b/write'})",
            &["never-granted", "never-granted"],
        );
    }

    #[test]
    fn attributes_that_are_not_there() {
        check("@Environment[isPrivateLink] StringEquals 'true'", &["attribute-type"]);
        check("@Resource[isPrivateLink] BoolEquals true", &["attribute-source"]);
        check("@Request[ROLES:RoleDefinitionId] StringEquals 'OWNER'", &["attribute-type"]);
        check("Exists @Resource[isPrivateLink]", &["attribute-source"]);
        // Text is how a GUID is spelt; everything else is no GUID at all, and no other attribute is one.
        let severity = |text: &str| {
            let text = text.replace("ROLES", ROLES);
            let condition = Condition::parse(&text).expect(&text);
            condition.findings(&FindingContext::default())[0].severity
        };
        let id = "@Request[ROLES:RoleDefinitionId]";
        assert_eq!(severity(&format!("{id} StringEquals 'a'")), Severity::Note);
        assert_eq!(severity(&format!("{id} NumericEquals 1")), Severity::Error);
        assert_eq!(severity("@Environment[isPrivateLink] StringEquals 'a'"), Severity::Error);
        check("@Environment[UtcNow] DateTimeEquals '2026-01-01T00:00:00Z'", &["attribute-type"]);
        check("@Resource[BLOBS/tags:Project] StringEquals 'a'", &["key-case"]);
        check_beside(
            Plane::Data,
            &["BLOBS/read"],
            "!(ActionMatches{'BLOBS/read'}) OR @Principal[p] GuidEquals OWNER",
            &["guid-beside-storage-data"],
        );
    }

    #[test]
    fn forms() {
        check(
            "Exists @Resource[a] OR Exists @Resource[b] AND Exists @Resource[c]",
            &["mixed-operators"],
        );
        check("@Request[subOperation] StringEquals 'L'", &["deprecated-form"]);
        check("SubOperationMatches{'Blob.Read.WithTagConditions'}", &["deprecated-form"]);
        check(
            "@Resource[Microsoft.OperationalInsights/workspaces/tables:name] StringLike 'a*'",
            &["log-analytics-like"],
        );
    }

    #[test]
    fn surroundings() {
        let condition = Condition::parse("Exists @Resource[n]").expect("a condition");
        let context = FindingContext {
            unconditional: true,
            version: Some("1.0"),
            ..FindingContext::default()
        };
        let codes: Vec<&str> =
            condition.findings(&context).iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["condition-version", "pointless"]);
    }
}
