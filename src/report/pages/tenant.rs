//! Who has which role where.

use crate::model::AssignmentState;
use crate::report::document::{Document, Inline, Table};
use crate::report::naming;
use crate::report::picture::{Picture, Show, of_tenant};
use crate::tenant::{AssignmentIx, ScopeIx, Tenant};

/// So many assignments are told; the picture counts the others.
const TOLD: usize = 500;

/// The page of a tenant's picture. `commands` are the lines that draw it again.
#[must_use]
pub fn tenant(tenant: &Tenant, show: &Show, commands: &[String]) -> Document {
    let picture: Picture = of_tenant(tenant, show);
    let mut page = Document::new(picture.title());
    page.section("Picture", |section| section.figure(picture.drawing(), picture.description()));
    let whose: Option<Vec<crate::ident::Guid>> = show.principal.map(|id| {
        let groups = tenant.principal(id).map(|own| tenant.groups_of(own));
        let groups =
            groups.iter().flat_map(|found| found.iter()).map(|ix| tenant.principal_id(*ix));
        groups.chain([id]).collect()
    });
    let mut list: Vec<AssignmentIx> = tenant
        .assignments()
        .filter(|ix| {
            let assignment = tenant.assignment(*ix);
            let at = tenant.scope_text(tenant.assignment_scope(*ix));
            let near = show.below.as_ref().is_none_or(|top| top.contains(at) || at.contains(top));
            near && whose.as_ref().is_none_or(|whose| whose.contains(&assignment.principal))
        })
        .collect();
    list.sort_by_key(|ix| (tenant.assignment_scope(*ix), ix.row()));
    let rows: Vec<Vec<Inline>> = list
        .iter()
        .take(TOLD)
        .map(|ix| {
            let assignment = tenant.assignment(*ix);
            let scope = tenant.assignment_scope(*ix);
            let role = tenant
                .assignment_role(*ix)
                .map_or_else(|| "unknown role".to_string(), |role| tenant.role(role).name());
            let mut state = match assignment.state {
                AssignmentState::Active => "active".to_string(),
                AssignmentState::Eligible => "eligible".to_string(),
            };
            if assignment.condition().is_some() {
                state.push_str(", conditional");
            }
            vec![
                Inline::default().name(&naming::principal(tenant, assignment.principal)),
                Inline::default().name(&role),
                Inline::default()
                    .short(&naming::short(tenant, scope), tenant.scope_text(scope).text()),
                Inline::default().text(&state),
            ]
        })
        .collect();
    page.section("Role assignments", |section| {
        section.table(Table {
            caption: "Each is inherited by everything below its scope".to_string(),
            columns: ["Principal", "Role", "At", "State"].map(str::to_string).to_vec(),
            rows,
        });
        if list.len() > TOLD {
            section.paragraph(format!("And {} more.", list.len() - TOLD));
        }
    });
    page.section("Deny assignments and locks", |section| {
        section.bullets(tenant.denies.iter().map(|deny| {
            let scope = ScopeIx::of(deny.scope);
            Inline::default()
                .text("deny ")
                .name(&deny.display_name)
                .text(" at ")
                .short(&naming::short(tenant, scope), tenant.scope_text(scope).text())
        }));
        section.bullets(tenant.lock_rows.iter().map(|(scope, lock)| {
            let lock = tenant.lock(*lock);
            Inline::default()
                .text(&format!("{} lock ", lock.level.as_str()))
                .name(&lock.name)
                .text(" at ")
                .short(&naming::short(tenant, *scope), tenant.scope_text(*scope).text())
        }));
    });
    page.commands("Draw it again", commands);
    page
}
