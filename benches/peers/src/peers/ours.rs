//! azrbac itself: every grant and every deny found, no near misses.

use crate::machine::Turns;
use crate::measure::{Measured, Pass, pass};
use crate::workload::Workload;
use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{Outcome, Request, can};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::tenant::Tenant;
use std::time::{Duration, Instant};

/// A question as a caller has it who knows names only, spelled as Azure spells them.
struct Strings {
    principal: String,
    operation: String,
    plane: Plane,
    scope: String,
}

/// The same question, parsed beforehand.
struct Ids {
    principal: Guid,
    operation: Operation,
    plane: Plane,
    scope: Scope,
}

/// azrbac on one tenant.
pub(crate) struct Ours<'w> {
    tenant: Tenant,
    build: Duration,
    attributes: Attributes,
    strings: Vec<Strings>,
    ids: Vec<Ids>,
    passes: [Vec<Pass>; 2],
    turns: Turns,
    /// What azrbac answers, question by question.
    pub(crate) answers: Vec<bool>,
    workload: &'w Workload,
}

impl<'w> Ours<'w> {
    /// Builds the tenant and answers every question from names and from ids.
    ///
    /// # Errors
    /// An answer that differs from the generator's own walk.
    pub(crate) fn new(workload: &'w Workload) -> Result<Ours<'w>, String> {
        let world = &workload.world;
        let facts = world.facts();
        let start = Instant::now();
        let tenant = Tenant::build(facts, &Catalog::newest());
        let build = start.elapsed();
        let strings: Vec<Strings> = workload
            .queries
            .iter()
            .map(|query| {
                let asked = &world.operations[query.operation as usize];
                Strings {
                    principal: world.principal_id(query.principal).to_string(),
                    operation: asked.operation.text().to_string(),
                    plane: asked.plane,
                    scope: world.scope_text(query.scope),
                }
            })
            .collect();
        let ids = strings.iter().map(Strings::parse).collect::<Result<_, _>>()?;
        let mut ours = Ours {
            tenant,
            build,
            attributes: Attributes::default(),
            strings,
            ids,
            passes: Default::default(),
            turns: Turns::default(),
            answers: Vec::new(),
            workload,
        };
        ours.answers = ours.ids.iter().map(|ids| ours.by_ids(ids)).collect::<Result<_, _>>()?;
        for (at, query) in ours.workload.queries.iter().enumerate() {
            let by_strings = ours.by_strings(&ours.strings[at])?;
            if ours.answers[at] != query.allowed || by_strings != query.allowed {
                let asked = &ours.strings[at];
                return Err(format!(
                    "azrbac differs from the generator's walk on `{} {} {}`",
                    asked.principal, asked.operation, asked.scope
                ));
            }
        }
        Ok(ours)
    }

    fn by_ids(&self, ids: &Ids) -> Result<bool, String> {
        let request =
            Request::new(ids.principal, &ids.operation, ids.plane, &ids.scope, &self.attributes);
        let decision = can(&self.tenant, &Request { near_misses: 0, ..request });
        if decision.outcome == Outcome::Conditional {
            return Err("azrbac gives no plain answer".to_string());
        }
        Ok(decision.is_allowed())
    }

    fn by_strings(&self, strings: &Strings) -> Result<bool, String> {
        self.by_ids(&strings.parse()?)
    }

    /// Times all questions once more, from names and from ids.
    pub(crate) fn pass(&mut self) {
        let before = Turns::of("self");
        let strings = pass(&self.strings, |strings| self.by_strings(strings));
        let ids = pass(&self.ids, |ids| self.by_ids(ids));
        self.turns.add_since(before, "self");
        // Every answer was compared when this was made.
        self.passes[0].extend(strings);
        self.passes[1].extend(ids);
    }

    /// What was measured so far: from names, from ids.
    pub(crate) fn measured(&self) -> [Measured; 2] {
        self.passes.clone().map(|passes| Measured {
            asked: self.strings.len(),
            build: self.build,
            passes,
            turns: self.turns,
        })
    }
}

impl Strings {
    fn parse(&self) -> Result<Ids, String> {
        let principal = Guid::parse(&self.principal).ok_or("not a GUID")?;
        let operation = Operation::new(&self.operation).map_err(|error| error.to_string())?;
        let scope = Scope::new(&self.scope).map_err(|error| error.to_string())?;
        Ok(Ids { principal, operation, plane: self.plane, scope })
    }
}
