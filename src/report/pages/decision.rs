//! A decision: may this principal do this operation here, and why?

use crate::catalog::local_auth::DoorState;
use crate::dataplane::{Access, Doors, Effective};
use crate::decide::{Decision, NearMiss, Outcome};
use crate::report::document::{Document, Flow, Inline, Table, Tone};
use crate::report::picture::of_decision;
use crate::report::text::Finder;
use crate::report::{explain, naming};
use crate::scenario::Prepared;
use crate::tenant::{AssignmentIx, LockIx, PrincipalIx, Tenant};
use crate::truth::Truth;

/// So many near misses are told on the page; the others are counted.
const NEAR: usize = 12;

/// The page of a decision. `commands` are the lines that ask it again.
#[must_use]
pub fn decision(
    tenant: &Tenant,
    question: &Prepared,
    decision: &Decision,
    access: &Access,
    find: Finder<'_>,
    commands: &[String],
) -> Document {
    let teller = Teller { tenant, question, decision, access, find };
    let who = naming::principal(tenant, question.principal);
    let (word, may) = naming::verdict(access, decision);
    let mut page = Document::new(&format!(
        "{who} {may} {} on {}",
        naming::act(question.operation.text()),
        naming::called(tenant, &question.scope)
    ));
    let tone = match access.effective {
        Effective::Allowed => Tone::Yes,
        Effective::NotAllowed => Tone::No,
        Effective::Conditional => Tone::Maybe,
    };
    let sentence = Inline::default()
        .name(&who)
        .text(&format!(" {may} "))
        .code(question.operation.text())
        .text(" on ")
        .name(&naming::place(tenant, &question.scope))
        .text(&format!(" ({} plane)", question.plane));
    page.answer(tone, word, sentence);
    if let Some(doors) = &access.doors {
        page.note(Tone::Plain, naming::capital(&doors.sentence));
    }
    page.section("Why", |why| teller.why(why));
    let picture = of_decision(tenant, question, decision, access);
    page.section("Picture", |section| section.figure(picture.drawing(), picture.description()));
    if let Some(doors) = &access.doors {
        page.section("Doors", |section| teller.doors(section, doors));
    }
    page.section("What was asked", |section| teller.asked(section));
    page.section("What this leans on", |section| teller.margin(section));
    page.commands("Ask it again", commands);
    page
}

struct Teller<'a> {
    tenant: &'a Tenant,
    question: &'a Prepared,
    decision: &'a Decision,
    access: &'a Access,
    find: Finder<'a>,
}

impl Teller<'_> {
    fn why(&self, why: &mut Flow) {
        let (tone, line) = match self.decision.outcome {
            Outcome::Allowed => {
                (Tone::Yes, "a role assignment grants it, and nothing takes it away")
            }
            Outcome::NotAllowed => (Tone::No, "no role assignment grants it"),
            Outcome::Denied => (
                Tone::No,
                "a deny assignment blocks it, and beats every role assignment, Owner included",
            ),
            Outcome::Locked => (
                Tone::No,
                "a lock blocks it; locks go by HTTP method and bind everybody, Owner too",
            ),
            Outcome::Conditional => (Tone::Maybe, "it hangs on something that is not known"),
        };
        let outcome = self.decision.outcome.as_str().replace('-', " ");
        let line =
            Inline::default().text("RBAC: ").badge(tone, &outcome).text(&format!(" {line}."));
        why.paragraph(line);
        if let Some(residual) = &self.decision.residual {
            why.paragraph(Inline::default().text("It is allowed where ").code(residual).text("."));
        }
        self.stops(why);
        self.grants(why);
        self.subtracted(why);
        self.misses(why);
        why.bullets(self.decision.linked.iter().map(|linked| {
            let tone = match linked.decision.outcome {
                Outcome::Allowed => Tone::Yes,
                Outcome::Conditional => Tone::Maybe,
                _ => Tone::No,
            };
            Inline::default()
                .badge(tone, &linked.decision.outcome.as_str().replace('-', " "))
                .text(" needed besides: ")
                .code(linked.operation.text())
                .text(" on ")
                .name(&naming::place(self.tenant, &linked.scope))
        }));
    }

    fn role(&self, assignment: AssignmentIx, role: &str) -> Inline {
        match (self.find)(self.tenant.assignment(assignment).origin) {
            Some(place) => Inline::default().short(role, &format!("{}:{}", place.file, place.line)),
            None => Inline::default().name(role),
        }
    }

    fn at(&self, assignment: AssignmentIx) -> Inline {
        let ix = self.tenant.assignment_scope(assignment);
        Inline::default().short(&naming::short(self.tenant, ix), self.tenant.scope_text(ix).text())
    }

    fn through(&self, holder: PrincipalIx) -> Inline {
        let groups = naming::groups(self.tenant, self.question.principal, holder);
        if groups.is_empty() {
            return Inline::default().text("itself");
        }
        groups.iter().enumerate().fold(Inline::default(), |line, (number, group)| {
            let line = if number > 0 { line.text(" → ") } else { line };
            line.name(group)
        })
    }

    fn grants(&self, why: &mut Flow) {
        let stopped = matches!(self.decision.outcome, Outcome::Denied | Outcome::Locked);
        let plane = self.question.plane;
        let rows = self
            .decision
            .grants
            .iter()
            .map(|grant| {
                let (tone, word) = match (grant.truth, stopped) {
                    (Truth::True, false) => (Tone::Yes, "grants"),
                    (Truth::True, true) => (Tone::Plain, "would grant"),
                    (Truth::Unknown, _) => (Tone::Maybe, "may grant"),
                    (Truth::False, _) => (Tone::No, "condition does not hold"),
                };
                let by = match naming::allowing(self.tenant, grant, plane) {
                    Some(pattern)
                        if pattern.eq_ignore_ascii_case(self.question.operation.text()) =>
                    {
                        Inline::default().text(&format!("in {}, by name", plane.grant_list()))
                    }
                    Some(pattern) => Inline::default()
                        .code(pattern)
                        .text(&format!(" in {} matches it", plane.grant_list())),
                    None => Inline::default().text("what this role grants is not known"),
                };
                let by = match (grant.conditional, grant.truth) {
                    (false, _) => by,
                    (true, Truth::True) => by.text("; its condition holds"),
                    (true, Truth::Unknown) => by.text("; under a condition that is not decided"),
                    (true, Truth::False) => by.text("; under a condition that does not hold"),
                };
                let role = self.tenant.role(grant.role).name();
                vec![
                    self.role(grant.assignment, &role),
                    Inline::default().badge(tone, word),
                    self.at(grant.assignment),
                    self.through(grant.holder),
                    by,
                ]
            })
            .collect();
        why.table(Table {
            caption: if stopped {
                "What would grant it, if that were not in the way".to_string()
            } else {
                "Every role assignment that grants it, or may".to_string()
            },
            columns: ["Role", "Effect", "At", "Held through", "By"].map(str::to_string).to_vec(),
            rows,
        });
    }

    fn subtracted(&self, why: &mut Flow) {
        if self.decision.subtracted.is_empty() {
            return;
        }
        let except = self.question.plane.except_list();
        why.note(Tone::Maybe, format!("{except} is not a deny: a role that leaves an operation out says nothing about other roles."));
        why.bullets(self.decision.subtracted.iter().map(|found| {
            let line = Inline::default()
                .name(&self.tenant.role(found.role).name())
                .text(" at ")
                .name(&naming::short(self.tenant, self.tenant.assignment_scope(found.assignment)))
                .text(" leaves it out");
            match naming::excepting(self.tenant, found, self.question.plane) {
                Some(by) => line.text(": ").code(by).text(&format!(" in its {except}")),
                None => line,
            }
        }));
    }

    fn misses(&self, why: &mut Flow) {
        let near: &[NearMiss] = &self.decision.near;
        let rows = near
            .iter()
            .take(NEAR)
            .map(|miss| {
                vec![
                    self.role(miss.assignment, &self.tenant.role(miss.role).name()),
                    self.at(miss.assignment),
                    self.through(miss.holder),
                    Inline::default().code(miss.reason.as_str()).text(" ").prose(&miss.detail),
                ]
            })
            .collect();
        why.table(Table {
            caption: "What nearly grants it, and why it does not".to_string(),
            columns: ["Role", "At", "Held through", "Why not"].map(str::to_string).to_vec(),
            rows,
        });
        if near.len() > NEAR {
            why.paragraph(format!("And {} more; -o json lists them all.", near.len() - NEAR));
        }
    }

    fn stops(&self, why: &mut Flow) {
        let denies = self.decision.denies.iter().map(|hit| {
            let deny = self.tenant.deny(hit.deny);
            let name =
                if deny.display_name.is_empty() { "without a name" } else { &*deny.display_name };
            let (tone, word) =
                if hit.truth.is_true() { (Tone::No, "denies") } else { (Tone::Maybe, "may deny") };
            let line = Inline::default()
                .badge(tone, word)
                .text(" deny assignment ")
                .name(name)
                .text(" at ")
                .name(&naming::short(self.tenant, self.tenant.deny_scope(hit.deny)));
            if deny.system_protected {
                line.text("; created by Azure, nobody can remove it")
            } else {
                line
            }
        });
        let locks = self.decision.locks.iter().map(|ix: &LockIx| {
            let lock = self.tenant.lock(*ix);
            Inline::default()
                .badge(Tone::No, "locks")
                .text(&format!(" {} lock ", lock.level.as_str()))
                .name(&lock.name)
                .text(" at ")
                .name(&naming::short(self.tenant, self.tenant.lock_scope(*ix)))
        });
        why.bullets(denies.chain(locks));
    }

    fn doors(&self, section: &mut Flow, doors: &Doors) {
        section.paragraph(
            Inline::default()
                .text("Data of ")
                .name(doors.resource.leaf())
                .text(&format!(" ({}) is reached through any door that is open.", doors.service)),
        );
        let row = |name: &str, state: DoorState, admits: Truth, by: Inline| {
            let (tone, word) = match state {
                DoorState::Open => (Tone::Plain, "open"),
                DoorState::Closed => (Tone::Plain, "closed"),
                DoorState::Unknown => (Tone::Maybe, "unknown"),
                DoorState::None => (Tone::Plain, "there is none"),
            };
            let (lets, says) = match admits {
                Truth::True => (Tone::Yes, "lets it in"),
                Truth::Unknown => (Tone::Maybe, "perhaps"),
                Truth::False => (Tone::No, "does not"),
            };
            let lets_in = match state {
                DoorState::None => Inline::default(),
                _ => Inline::default().badge(lets, says),
            };
            let state = Inline::default().badge(tone, word);
            vec![Inline::default().text(name), state, lets_in, by]
        };
        let keys =
            doors.key_actions.iter().enumerate().fold(Inline::default(), |line, (number, key)| {
                let line = if number > 0 { line.text(", ") } else { line };
                let line = line.code(&naming::verb(key.operation.text()));
                match key.grant {
                    Some((_, role)) => line.text(" by ").name(&self.tenant.role(role).name()),
                    None => line,
                }
            });
        section.table(Table {
            caption: "The doors of this resource, for this operation".to_string(),
            columns: ["Door", "State", "This principal", "By"].map(str::to_string).to_vec(),
            rows: vec![
                row("Azure RBAC", doors.rbac.state, doors.rbac.admits, Inline::default()),
                row(
                    "The service's own roles",
                    doors.native.state,
                    doors.native.admits,
                    Inline::default(),
                ),
                row(
                    "Keys (local authentication)",
                    doors.local_auth.state,
                    doors.local_auth.admits,
                    keys,
                ),
            ],
        });
        let list = |list: &[crate::ident::Operation], lead: &str| -> Option<Inline> {
            let mut line = Inline::default().text(lead);
            for (number, operation) in list.iter().enumerate() {
                line = if number > 0 { line.text(", ") } else { line };
                line = line.code(operation.text());
            }
            (!list.is_empty()).then_some(line)
        };
        let around: Vec<crate::ident::Operation> =
            doors.around.iter().map(|key| key.operation.clone()).collect();
        section.bullets(
            [
                list(&doors.reopen, "It could switch local authentication on again: "),
                list(&doors.self_grant, "It could grant itself a role: "),
                list(&around, "It has ways around all doors: "),
            ]
            .into_iter()
            .flatten(),
        );
        section.bullets(&doors.decided_by);
    }

    fn asked(&self, section: &mut Flow) {
        let id = self.question.principal.to_string();
        let kind = self
            .tenant
            .principal(self.question.principal)
            .map_or("named nowhere in this tenant", |ix| self.tenant.principal_kind(ix).as_str());
        section.facts([
            (
                "Principal",
                Inline::default()
                    .name(&naming::principal(self.tenant, self.question.principal))
                    .text(&format!(", {kind}, "))
                    .code(&id),
            ),
            ("Operation", Inline::default().code(self.question.operation.text())),
            ("Plane", Inline::default().text(self.question.plane.as_str())),
            ("Scope", Inline::default().code(self.question.scope.text())),
        ]);
        section.bullets(self.question.remarks.iter().chain(&self.decision.remarks));
    }

    fn margin(&self, section: &mut Flow) {
        let gaps = self.decision.gaps.iter().chain(&self.access.gaps).map(|gap| {
            let line = Inline::default().badge(Tone::Maybe, gap.code).text(" ").prose(&gap.message);
            let line = match &gap.place {
                Some(place) => line.text(" [").code(&place.to_string()).text("]"),
                None => line,
            };
            match &gap.help {
                Some(help) => line.text(" ").prose(help),
                None => line,
            }
        });
        section.bullets(gaps);
        let leans = self.decision.assumptions.union(self.access.assumptions);
        let leans: Vec<&'static str> = leans.iter().collect();
        if !leans.is_empty() {
            section.paragraph("Azure documents these rules nowhere; a reading was chosen:");
            section.facts(leans.into_iter().map(|code| (code, explain(code).unwrap_or_default())));
        }
        section.bullets(
            self.tenant
                .notices()
                .iter()
                .map(|notice| Inline::default().code(notice.code).text(" ").prose(&notice.message)),
        );
    }
}
