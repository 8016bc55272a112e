//! One generated tenant and its questions, in the form that the peers are fed from: strings in lower case,
//! because most of them compare case.

use crate::support::world::{Query, World};
use azrbac::ident::Plane;
use azrbac::model::PermissionBlock;
use azrbac::pattern::ActionPattern;

/// How many questions a tenant is asked; slow peers are asked the first ones.
pub(crate) const QUESTIONS: usize = 100_000;

/// A tenant, its questions, and every name in lower case.
pub(crate) struct Workload {
    /// The tenant in numbers.
    pub(crate) world: World,
    /// What is asked, with the answer of the generator's own walk.
    pub(crate) queries: Vec<Query>,
    /// GUIDs of users, service principals and groups.
    pub(crate) principals: Vec<String>,
    /// Scope ids.
    pub(crate) scopes: Vec<String>,
    /// Operations, by row of the generator's table.
    pub(crate) operations: Vec<String>,
    /// What each role holds, block by block.
    pub(crate) roles: Vec<Vec<Block>>,
    /// What each shape of deny assignment takes away.
    pub(crate) shapes: Vec<Vec<Block>>,
}

/// One permission block: the lists of the control plane, then those of the data plane.
pub(crate) struct Block([Lists; 2]);

/// What a block holds on one plane, and what it leaves out again.
pub(crate) struct Lists {
    /// `actions` or `dataActions`.
    pub(crate) allow: Vec<String>,
    /// `notActions` or `notDataActions`.
    pub(crate) except: Vec<String>,
}

/// A question by names.
#[derive(Clone, Copy)]
pub(crate) struct Question<'w> {
    /// The GUID of who asks.
    pub(crate) principal: &'w str,
    /// The operation.
    pub(crate) operation: &'w str,
    /// Its plane.
    pub(crate) plane: Plane,
    /// The id of the resource.
    pub(crate) scope: &'w str,
}

impl Workload {
    /// The tenant of a size, and its questions.
    pub(crate) fn new(assignments: usize, questions: usize) -> Workload {
        let world = World::new(assignments);
        let queries = world.queries(questions);
        let principals = (0..world.groups_of.len() as u32)
            .map(|principal| world.principal_id(principal).to_string())
            .collect();
        let scopes = (0..world.parents.len() as u32)
            .map(|scope| world.scope_text(scope).to_ascii_lowercase())
            .collect();
        let operations =
            world.operations.iter().map(|asked| asked.operation.folded().to_string()).collect();
        let roles = world.roles.iter().map(|role| role.blocks.iter().map(Block::new).collect());
        let shapes = world.shapes.iter().map(|block| vec![Block::new(block)]);
        Workload {
            queries,
            principals,
            scopes,
            operations,
            roles: roles.collect(),
            shapes: shapes.collect(),
            world,
        }
    }

    /// The first questions by names.
    pub(crate) fn questions(&self, count: usize) -> Vec<Question<'_>> {
        self.queries.iter().take(count).map(|query| self.question(query)).collect()
    }

    fn question(&self, query: &Query) -> Question<'_> {
        Question {
            principal: &self.principals[query.principal as usize],
            operation: &self.operations[query.operation as usize],
            plane: self.world.operations[query.operation as usize].plane,
            scope: &self.scopes[query.scope as usize],
        }
    }

    /// What stands above a scope, from the scope itself to the root.
    pub(crate) fn above(&self, mut scope: u32) -> Vec<u32> {
        let mut found = vec![scope];
        while scope != 0 {
            scope = self.world.parents[scope as usize];
            found.push(scope);
        }
        found
    }
}

impl Block {
    fn new(block: &PermissionBlock) -> Block {
        let folded = |list: &[ActionPattern]| {
            list.iter().map(|pattern| pattern.folded().to_string()).collect::<Vec<_>>()
        };
        Block([Plane::Control, Plane::Data].map(|plane| {
            let (allow, except) = block.side(plane);
            Lists { allow: folded(allow), except: folded(except) }
        }))
    }

    /// What it says on one plane.
    pub(crate) fn side(&self, plane: Plane) -> &Lists {
        match plane {
            Plane::Control => &self.0[0],
            Plane::Data => &self.0[1],
        }
    }
}

/// A pattern as regular expression: `*` is any run of characters, and `/*/` may stand for one `/`, as
/// azrbac reads it. Rust and Python read it alike.
pub(crate) fn expression(pattern: &str) -> String {
    const ANY: char = '\u{1}';
    const VANISHING: char = '\u{2}';
    let marked = pattern.replace("/*/", &VANISHING.to_string()).replace('*', &ANY.to_string());
    let mut text = String::from("^");
    for letter in marked.chars() {
        match letter {
            ANY => text.push_str(".*"),
            VANISHING => text.push_str("/(?:.*/)?"),
            letter if letter.is_alphanumeric() || letter == '/' || letter == '_' => {
                text.push(letter);
            }
            letter => text.extend(['\\', letter]),
        }
    }
    text.push('$');
    text
}

/// A pattern as globs whose star is any run of characters: where a `/*/` may vanish there are two.
pub(crate) fn globs(pattern: &str) -> Vec<String> {
    let vanished = pattern.replace("/*/", "/");
    if vanished == pattern { vec![vanished] } else { vec![pattern.to_string(), vanished] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::world::SIZES;
    use azrbac::ident::Operation;
    use azrbac::pattern::Wildcards;
    use regex::Regex;

    #[test]
    fn expressions_and_globs_read_patterns_as_azrbac_does() {
        let names = [
            "Microsoft.A/b/c/read",
            "Microsoft.A/c/read",
            "Microsoft.A/read",
            "MicrosoftXA/b/c/read",
            "Microsoft.A/b/c/write",
            "Microsoft.A/b/c/d/read",
            "Microsoft.A//read",
            "a-b_c.d/e",
        ];
        let patterns = [
            "*",
            "*/read",
            "Microsoft.A/*",
            "Microsoft.A/*/read",
            "Microsoft.A/*/c/read",
            "Microsoft.A/*/c/*/read",
            "microsoft.a/b/*",
            "*/c/*",
            "a-b_c.d/*",
        ];
        for pattern in patterns {
            let folded = pattern.to_ascii_lowercase();
            let regex = Regex::new(&expression(&folded)).expect("an expression");
            for name in names {
                let operation = Operation::new(name).expect("an operation");
                let ours = ActionPattern::new(pattern).expect("a pattern");
                let ours = ours.matches(&operation, Wildcards::Azure).is_match();
                assert_eq!(regex.is_match(operation.folded()), ours, "{pattern} on {name}");
                let strict = globs(&folded).iter().any(|glob| {
                    let glob = ActionPattern::new(glob).expect("a glob");
                    glob.matches(&operation, Wildcards::Strict).is_match()
                });
                // Two vanishing stars would need four globs; no role has two.
                if pattern.matches("/*/").count() < 2 {
                    assert_eq!(strict, ours, "{pattern} on {name}");
                }
            }
        }
    }

    #[test]
    fn half_of_the_questions_are_allowed_and_no_pattern_has_two_vanishing_stars() {
        let workload = Workload::new(SIZES[0].1, 1_000);
        let allowed = workload.queries.iter().filter(|query| query.allowed).count();
        assert_eq!(allowed, 500);
        for block in workload.roles.iter().chain(&workload.shapes).flatten() {
            for lists in &block.0 {
                for pattern in lists.allow.iter().chain(&lists.except) {
                    assert!(pattern.matches("/*/").count() < 2, "{pattern}");
                }
            }
        }
    }
}
