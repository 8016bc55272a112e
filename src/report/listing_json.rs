//! The JSON of listings (cli.md).

use super::json::{
    GapWire, NoticeWire, PrincipalWire, RoleWire, VERSION, gap, notices, principal, role,
};
use crate::dataplane::{Entrant, WhereAccess};
use crate::decide::{
    Grant, HeldBlock, Holder, OperationOutcome, Stopped, WhatCan, WhereCan, WhoCan, who_can_gaps,
};
use crate::ident::Guid;
use crate::model::Gap;
use crate::scenario::Prepared;
use crate::tenant::{PrincipalIx, ScopeIx, Tenant};
use serde::Serialize;

#[derive(Serialize)]
struct WhoWire<'a> {
    version: u32,
    operation: &'a str,
    plane: &'a str,
    scope: &'a str,
    holders: Vec<HolderWire<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    denied: Option<Vec<StoppedWire<'a>>>,
    locks: Vec<String>,
    others: OthersWire<'a>,
    gaps: Vec<GapWire<'a>>,
    notices: Vec<NoticeWire<'a>>,
    remarks: Vec<&'a str>,
}

#[derive(Serialize)]
struct OthersWire<'a> {
    outcome: &'static str,
    gaps: Vec<GapWire<'a>>,
}

#[derive(Serialize)]
struct HolderWire<'a> {
    principal: PrincipalWire<'a>,
    outcome: &'static str,
    through: Vec<String>,
    residual: Option<&'a str>,
    grant: Option<ReasonWire<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoppedWire<'a> {
    principal: PrincipalWire<'a>,
    outcome: &'static str,
    through: Vec<String>,
    grant: Option<ReasonWire<'a>>,
    deny_assignment: Option<String>,
}

#[derive(Serialize)]
struct ReasonWire<'a> {
    assignment: String,
    role: RoleWire<'a>,
    scope: String,
    conditional: bool,
}

fn reason<'a>(tenant: &'a Tenant, grant: &Grant) -> ReasonWire<'a> {
    let scope = tenant.scope_text(tenant.assignment_scope(grant.assignment)).text();
    ReasonWire {
        assignment: tenant.assignment(grant.assignment).name.full(scope, "roleAssignments"),
        role: role(tenant, grant.role),
        scope: scope.to_string(),
        conditional: grant.conditional,
    }
}

fn through(tenant: &Tenant, own: PrincipalIx, grant: Option<&Grant>) -> Vec<String> {
    let Some(grant) = grant else { return Vec::new() };
    tenant
        .chain(own, grant.holder)
        .into_iter()
        .skip(1)
        .map(|ix| tenant.principal_id(ix).to_string())
        .collect()
}

/// Who can, as one line of JSON: the holders and the stopped that the caller chose to show.
#[must_use]
pub fn who_can(
    tenant: &Tenant,
    question: &Prepared,
    list: &WhoCan,
    holders: &[Holder],
    stopped: Option<&[Stopped]>,
) -> String {
    let grant = |at: Option<u32>| at.and_then(|at| list.grants.get(at as usize));
    let holders = holders
        .iter()
        .map(|holder| HolderWire {
            principal: principal(tenant, tenant.principal_id(holder.principal)),
            outcome: holder.outcome.as_str(),
            through: through(tenant, holder.principal, grant(holder.grant)),
            residual: holder
                .residual
                .and_then(|at| list.residuals.get(at as usize))
                .map(String::as_str),
            grant: grant(holder.grant).map(|grant| reason(tenant, grant)),
        })
        .collect();
    let denied = stopped.map(|stopped| {
        stopped
            .iter()
            .map(|one| StoppedWire {
                principal: principal(tenant, tenant.principal_id(one.principal)),
                outcome: one.outcome.as_str(),
                through: through(tenant, one.principal, grant(one.grant)),
                grant: grant(one.grant).map(|grant| reason(tenant, grant)),
                deny_assignment: one.deny.map(|ix| {
                    let scope = tenant.scope_text(tenant.deny_scope(ix)).text();
                    tenant.deny(ix).name.full(scope, "denyAssignments")
                }),
            })
            .collect()
    });
    let gaps = who_can_gaps(tenant, &question.request(), list);
    let wire = WhoWire {
        version: VERSION,
        operation: question.operation.text(),
        plane: question.plane.as_str(),
        scope: question.scope.text(),
        holders,
        denied,
        locks: list.locks.iter().map(|ix| tenant.lock(*ix).name.to_string()).collect(),
        others: OthersWire {
            outcome: list.others.as_str(),
            gaps: list.gaps.iter().map(gap).collect(),
        },
        gaps: gaps.iter().map(gap).collect(),
        notices: notices(tenant.notices()),
        remarks: question.remarks.iter().map(String::as_str).collect(),
    };
    serde_json::to_string(&wire).unwrap_or_default()
}

#[derive(Serialize)]
struct EntrantsWire<'a> {
    version: u32,
    operation: &'a str,
    plane: &'a str,
    scope: &'a str,
    holders: Vec<EntrantWire<'a>>,
    gaps: Vec<GapWire<'a>>,
    notices: Vec<NoticeWire<'a>>,
    remarks: Vec<&'a str>,
}

#[derive(Serialize)]
struct EntrantWire<'a> {
    principal: PrincipalWire<'a>,
    outcome: &'static str,
    rbac: &'static str,
    via: &'static str,
    through: Vec<String>,
    residual: Option<&'a str>,
}

/// Who gets in through any door, as one line of JSON.
#[must_use]
pub fn entrants(tenant: &Tenant, question: &Prepared, found: &[Entrant]) -> String {
    let mut gaps: Vec<&Gap> = Vec::new();
    for gap in found.iter().flat_map(|one| one.decision.gaps.iter().chain(&one.access.gaps)) {
        if !gaps.contains(&gap) {
            gaps.push(gap);
        }
    }
    let holders = found
        .iter()
        .map(|one| EntrantWire {
            principal: principal(tenant, tenant.principal_id(one.principal)),
            outcome: one.access.effective.as_str(),
            rbac: one.decision.outcome.as_str(),
            via: one.access.via.as_str(),
            through: through(tenant, one.principal, one.decision.grants.first()),
            residual: one.decision.residual.as_deref(),
        })
        .collect();
    let wire = EntrantsWire {
        version: VERSION,
        operation: question.operation.text(),
        plane: question.plane.as_str(),
        scope: question.scope.text(),
        holders,
        gaps: gaps.into_iter().map(gap).collect(),
        notices: notices(tenant.notices()),
        remarks: question.remarks.iter().map(String::as_str).collect(),
    };
    serde_json::to_string(&wire).unwrap_or_default()
}

#[derive(Serialize)]
struct WhereWire<'a, S> {
    version: u32,
    principal: PrincipalWire<'a>,
    operation: &'a str,
    plane: &'a str,
    scopes: Vec<S>,
    gaps: Vec<GapWire<'a>>,
    notices: Vec<NoticeWire<'a>>,
    remarks: Vec<&'a str>,
}

#[derive(Serialize)]
struct RegionWire<'a> {
    scope: &'a str,
    outcome: &'static str,
    covers: &'static str,
    except: Vec<&'a str>,
    through: Vec<String>,
    residual: Option<&'a str>,
    grant: Option<ReasonWire<'a>>,
}

/// Where a principal can, as one line of JSON.
#[must_use]
pub fn where_can(tenant: &Tenant, question: &Prepared, list: &WhereCan) -> String {
    let own = tenant.principal(question.principal);
    let text = |ix: ScopeIx| tenant.scope_text(ix).text();
    let scopes = list
        .regions
        .iter()
        .map(|region| RegionWire {
            scope: text(region.scope),
            outcome: region.outcome.as_str(),
            covers: region.covers.as_str(),
            except: region.except.iter().map(|ix| text(*ix)).collect(),
            through: own.map(|own| through(tenant, own, region.grant.as_ref())).unwrap_or_default(),
            residual: region.residual.as_deref(),
            grant: region.grant.as_ref().map(|grant| reason(tenant, grant)),
        })
        .collect();
    scopes_of(tenant, question, scopes, &list.gaps)
}

/// A list of scopes with what was asked and what is missing.
fn scopes_of(
    tenant: &Tenant,
    question: &Prepared,
    scopes: Vec<impl Serialize>,
    gaps: &[Gap],
) -> String {
    let wire = WhereWire {
        version: VERSION,
        principal: principal(tenant, question.principal),
        operation: question.operation.text(),
        plane: question.plane.as_str(),
        scopes,
        gaps: gaps.iter().map(gap).collect(),
        notices: notices(tenant.notices()),
        remarks: question.remarks.iter().map(String::as_str).collect(),
    };
    serde_json::to_string(&wire).unwrap_or_default()
}

#[derive(Serialize)]
struct AccessWire<'a> {
    scope: &'a str,
    outcome: &'static str,
    rbac: &'static str,
    via: &'static str,
    covers: &'static str,
    except: Vec<&'a str>,
    residual: Option<&'a str>,
}

/// Where a principal gets in through any door, as one line of JSON.
#[must_use]
pub fn where_access(tenant: &Tenant, question: &Prepared, list: &WhereAccess) -> String {
    let text = |ix: ScopeIx| tenant.scope_text(ix).text();
    let scopes = list
        .regions
        .iter()
        .map(|region| AccessWire {
            scope: text(region.scope),
            outcome: region.effective.as_str(),
            rbac: region.rbac.as_str(),
            via: region.via.as_str(),
            covers: region.covers.as_str(),
            except: region.except.iter().map(|ix| text(*ix)).collect(),
            residual: region.residual.as_deref(),
        })
        .collect();
    scopes_of(tenant, question, scopes, &list.gaps)
}

#[derive(Serialize)]
struct WhatWire<'a> {
    version: u32,
    principal: PrincipalWire<'a>,
    scope: Option<&'a str>,
    blocks: Vec<BlockWire<'a>>,
    redundant: usize,
    denies: Vec<DenyWire<'a>>,
    gaps: Vec<GapWire<'a>>,
    notices: Vec<NoticeWire<'a>>,
}

#[derive(Serialize)]
struct BlockWire<'a> {
    assignment: String,
    role: RoleWire<'a>,
    scope: &'a str,
    through: Vec<String>,
    plane: &'static str,
    allow: Vec<&'a str>,
    except: Vec<&'a str>,
    condition: Option<String>,
    unknown: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DenyWire<'a> {
    deny_assignment: String,
    name: &'a str,
    scope: &'a str,
    actions: Vec<&'a str>,
    not_actions: Vec<&'a str>,
    data_actions: Vec<&'a str>,
    not_data_actions: Vec<&'a str>,
}

fn texts<'a>(
    patterns: impl IntoIterator<Item = &'a crate::pattern::ActionPattern>,
) -> Vec<&'a str> {
    patterns.into_iter().map(crate::pattern::ActionPattern::text).collect()
}

/// What a principal can, as one line of JSON.
#[must_use]
pub fn what_can(
    tenant: &Tenant,
    id: Guid,
    scope: Option<&crate::ident::Scope>,
    list: &WhatCan,
    blocks: &[HeldBlock],
    gaps: &[Gap],
) -> String {
    let own = tenant.principal(id);
    let blocks = blocks
        .iter()
        .map(|block| {
            let scope = tenant.scope_text(block.scope).text();
            let chain = own.map(|own| tenant.chain(own, block.holder)).unwrap_or_default();
            BlockWire {
                assignment: tenant.assignment(block.assignment).name.full(scope, "roleAssignments"),
                role: role(tenant, block.role),
                scope,
                through: chain
                    .into_iter()
                    .skip(1)
                    .map(|ix| tenant.principal_id(ix).to_string())
                    .collect(),
                plane: block.plane.as_str(),
                allow: texts(&block.allow),
                except: texts(&block.except),
                condition: match &block.conditions[..] {
                    [] => None,
                    [one] => Some(one.to_string()),
                    several => Some(
                        several.iter().map(|c| format!("({c})")).collect::<Vec<_>>().join(" AND "),
                    ),
                },
                unknown: block.unknown,
            }
        })
        .collect();
    let denies = list
        .denies
        .iter()
        .map(|ix| {
            let deny = tenant.deny(*ix);
            let scope = tenant.scope_text(tenant.deny_scope(*ix)).text();
            DenyWire {
                deny_assignment: deny.name.full(scope, "denyAssignments"),
                name: &deny.display_name,
                scope,
                actions: texts(deny.blocks.iter().flat_map(|block| &block.actions)),
                not_actions: texts(deny.blocks.iter().flat_map(|block| &block.not_actions)),
                data_actions: texts(deny.blocks.iter().flat_map(|block| &block.data_actions)),
                not_data_actions: texts(
                    deny.blocks.iter().flat_map(|block| &block.not_data_actions),
                ),
            }
        })
        .collect();
    let wire = WhatWire {
        version: VERSION,
        principal: principal(tenant, id),
        scope: scope.map(crate::ident::Scope::text),
        blocks,
        redundant: list.redundant,
        denies,
        gaps: gaps.iter().map(gap).collect(),
        notices: notices(tenant.notices()),
    };
    serde_json::to_string(&wire).unwrap_or_default()
}

#[derive(Serialize)]
struct ExpandedWire<'a> {
    version: u32,
    principal: PrincipalWire<'a>,
    scope: Option<&'a str>,
    operations: Vec<OperationWire<'a>>,
    gaps: Vec<GapWire<'a>>,
    notices: Vec<NoticeWire<'a>>,
}

#[derive(Serialize)]
struct OperationWire<'a> {
    operation: &'a str,
    plane: &'static str,
    outcome: &'static str,
}

/// What a principal can, operation by operation, as one line of JSON.
#[must_use]
pub fn what_can_expanded(
    tenant: &Tenant,
    id: Guid,
    scope: Option<&crate::ident::Scope>,
    operations: &[OperationOutcome],
    gaps: &[Gap],
) -> String {
    let operations = operations
        .iter()
        .map(|one| OperationWire {
            operation: one.operation.text(),
            plane: one.plane.as_str(),
            outcome: one.outcome.as_str(),
        })
        .collect();
    let wire = ExpandedWire {
        version: VERSION,
        principal: principal(tenant, id),
        scope: scope.map(crate::ident::Scope::text),
        operations,
        gaps: gaps.iter().map(gap).collect(),
        notices: notices(tenant.notices()),
    };
    serde_json::to_string(&wire).unwrap_or_default()
}
