//! Listings say what `can` says: of every principal, every scope and every operation that is looked at,
//! on the lab, on the corpus and on random tenants, conditional answers included.

#[path = "oracle/tenants.rs"]
mod tenants;

use azrbac::catalog::Catalog;
use azrbac::dataplane::{Effective, Via, access, holders, where_access};
use azrbac::decide::{
    Outcome, Request, WhatQuestion, can, can_at, what_can, what_can_expanded, what_can_gaps,
    where_can, who_can, who_can_gaps,
};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::model::{Facts, World};
use azrbac::scenario::{self, Question};
use azrbac::tenant::Tenant;
use std::collections::BTreeMap;
use tenants::words::Rng;
use tenants::{asking, export, few, generator, words};

/// What a listing says of somebody or something that it does not name.
fn listed(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Allowed | Outcome::Conditional => outcome,
        _ => Outcome::NotAllowed,
    }
}

/// Who-can against `can` for every principal, and for one whom nothing names.
fn who(what: &str, tenant: &Tenant, request: &Request<'_>, seen: &mut BTreeMap<String, usize>) {
    let list = who_can(tenant, request);
    let mut named: BTreeMap<Guid, (Outcome, Option<String>)> = BTreeMap::new();
    for holder in &list.holders {
        let residual = holder.residual.map(|at| list.residuals[at as usize].clone());
        named.insert(tenant.principal_id(holder.principal), (holder.outcome, residual));
    }
    let about = || format!("{what}: {} at {}", request.operation, request.scope);
    let place = tenant.scope(request.scope);
    let mut gaps = list.gaps.clone();
    for ix in tenant.principals() {
        let id = tenant.principal_id(ix);
        let decision = can(tenant, &Request { principal: id, ..request.clone() });
        if let Some(place) = place {
            let scope = tenant.scope_text(place);
            let at = can(tenant, &Request { principal: id, scope, ..request.clone() });
            let found = can_at(tenant, ix, place, request);
            assert_eq!(format!("{found:?}"), format!("{at:?}"), "{} for {id}", about());
        }
        let (outcome, residual) = named.remove(&id).unwrap_or((Outcome::NotAllowed, None));
        assert_eq!(outcome, listed(decision.outcome), "{} for {id}: {decision:#?}", about());
        if outcome == Outcome::Conditional && request.linked.is_empty() {
            assert_eq!(residual, decision.residual, "{} for {id}", about());
        }
        if outcome == Outcome::Conditional && residual.is_none() {
            for gap in &decision.gaps {
                if !gaps.contains(gap) {
                    gaps.push(gap.clone());
                }
            }
        }
        let stopped = list.stopped.iter().find(|stopped| stopped.principal == ix);
        if let Some(stopped) = stopped {
            assert_eq!(stopped.outcome, decision.outcome, "{} for {id}", about());
        }
        *seen.entry(format!("who {}", decision.outcome.as_str())).or_default() += 1;
    }
    assert!(named.is_empty(), "{}: nobody has these ids: {named:?}", about());
    assert_eq!(who_can_gaps(tenant, request, &list), gaps, "{}", about());
    let nobody = Guid(0x1234_5678);
    let decision = can(tenant, &Request { principal: nobody, ..request.clone() });
    assert_eq!(list.others, decision.outcome, "{} for nobody", about());
}

/// Where-can against `can` for every scope, and for one below each that nothing names.
fn where_(what: &str, tenant: &Tenant, request: &Request<'_>, seen: &mut BTreeMap<String, usize>) {
    let root = Scope::root();
    let everywhere = Request { scope: &root, ..request.clone() };
    let list = where_can(tenant, &everywhere);
    for ix in tenant.all_scopes() {
        let scope = tenant.scope_text(ix);
        let decision = can(tenant, &Request { scope, ..request.clone() });
        let about = || {
            format!(
                "{what}: {} by {} at {scope}: {list:#?} but {decision:#?}",
                request.operation, request.principal
            )
        };
        assert_eq!(list.outcome_at(tenant, ix), listed(decision.outcome), "{}", about());
        *seen.entry(format!("where {}", decision.outcome.as_str())).or_default() += 1;
    }
    for region in &list.regions {
        *seen.entry(format!("region {}", region.covers.as_str())).or_default() += 1;
        if !region.except.is_empty() {
            *seen.entry("region with exceptions".to_owned()).or_default() += 1;
        }
    }
    // Looked at from a scope inside, the answer is the same. (A condition may look at the spelling.)
    if let Some(ix) = tenant.scope(request.scope) {
        let inner = where_can(tenant, &Request { scope: tenant.scope_text(ix), ..request.clone() });
        assert_eq!(inner.outcome_at(tenant, ix), list.outcome_at(tenant, ix), "{what}");
    }
}

/// What-can against `can` for the operations that the generator knows, and its blocks against the
/// grants of a decision.
fn what_(what: &str, tenant: &Tenant, request: &Request<'_>, seen: &mut BTreeMap<String, usize>) {
    // What-can is asked about no request in particular.
    let plain = Request { linked: &[], method: None, sub_operations: None, ..request.clone() };
    let question = WhatQuestion {
        principal: plain.principal,
        scope: Some(plain.scope),
        attributes: plain.attributes,
        attributes_complete: plain.attributes_complete,
        at: plain.at,
        via_lighthouse: plain.via_lighthouse,
        wildcards: plain.wildcards,
    };
    let expanded: BTreeMap<String, Outcome> = what_can_expanded(tenant, &question, &[plain.plane])
        .into_iter()
        .map(|one| (one.operation.folded().to_owned(), one.outcome))
        .collect();
    let blocks = what_can(tenant, &question).blocks;
    let gaps = what_can_gaps(tenant, &question);
    let more = [
        "Microsoft.Authorization/denyAssignments/delete",
        "Microsoft.Authorization/locks/delete",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Resources/subscriptions/resourceGroups/delete",
    ];
    for name in words::OPERATIONS.iter().chain(&more) {
        let operation = Operation::new(name).expect("it is well formed");
        let decision = can(tenant, &Request { operation: &operation, ..plain.clone() });
        let about = || format!("{what}: {name} by {} at {}", plain.principal, plain.scope);
        if decision.outcome == Outcome::Conditional && decision.grants.is_empty() {
            // What alone makes it open is told with the listing too.
            for gap in &decision.gaps {
                let is_told =
                    gaps.iter().any(|one| one.code == gap.code && one.touches == gap.touches);
                assert!(is_told, "{}: {gap:?} is not among {gaps:#?}", about());
            }
            *seen.entry("what gap".to_owned()).or_default() += 1;
        }
        if tenant.catalog().planes(&operation).on(plain.plane).is_some() {
            let found = expanded.get(operation.folded()).copied().unwrap_or(Outcome::NotAllowed);
            assert_eq!(listed(found), listed(decision.outcome), "{}: {decision:#?}", about());
            if matches!(found, Outcome::Denied | Outcome::Locked) {
                assert_eq!(found, decision.outcome, "{}", about());
            }
            *seen.entry(format!("what {}", decision.outcome.as_str())).or_default() += 1;
        }
        let firm = decision.grants.iter().any(|g| g.truth.is_true());
        let free = decision.grants.iter().any(|g| g.truth.is_true() && !g.conditional);
        let held = blocks.iter().any(|block| {
            let matched = |list: &[azrbac::pattern::ActionPattern]| {
                list.iter().any(|p| p.matches(&operation, plain.wildcards).is_match())
            };
            block.plane == plain.plane
                && block.conditions.is_empty()
                && !block.unknown
                && matched(&block.allow)
                && !matched(&block.except)
        });
        // A grant whose condition holds may hide an unconditional block of the same assignment.
        assert!(held || !free, "{}: {blocks:#?} against {decision:#?}", about());
        assert!(firm || !held, "{}: {blocks:#?} against {decision:#?}", about());
    }
}

/// Listings over every door against `access`, for every principal and for every scope: a resource of
/// another provider than the operation's is nothing that anybody would ask about.
fn doors(what: &str, tenant: &Tenant, request: &Request<'_>, seen: &mut BTreeMap<String, usize>) {
    let about = || format!("{what}: {} at {}", request.operation, request.scope);
    let ask = |request: &Request<'_>| {
        let decision = can(tenant, request);
        access(tenant, request, &decision)
    };
    let list = holders(tenant, request);
    for ix in tenant.principals() {
        let principal = tenant.principal_id(ix);
        let truth = ask(&Request { principal, ..request.clone() });
        let found = list.iter().find(|one| one.principal == ix);
        if let Some(found) = found {
            assert_eq!(found.access.effective, truth.effective, "{} for {principal}", about());
            assert_eq!(found.access.via, truth.via, "{} for {principal}", about());
        } else {
            // In an open world nobody can be ruled out; only who is named near it is listed.
            let open = tenant.world() == World::Open && truth.effective == Effective::Conditional;
            let none = truth.effective == Effective::NotAllowed;
            assert!(none || open, "{} for {principal}: {truth:#?}", about());
        }
        *seen.entry(format!("door {}", truth.via.as_str())).or_default() += 1;
    }
    let root = Scope::root();
    let reach = where_access(tenant, &Request { scope: &root, ..request.clone() });
    let provider = request.operation.folded().split('/').next().unwrap_or_default().to_owned();
    for ix in tenant.all_scopes() {
        let scope = tenant.scope_text(ix);
        let other = scope
            .resource_type()
            .is_some_and(|kind| !kind.to_lowercase().starts_with(&format!("{provider}/")));
        if other {
            continue;
        }
        let truth = ask(&Request { scope, ..request.clone() });
        let found = reach.at(tenant, ix);
        let via = if truth.effective == Effective::NotAllowed { Via::None } else { truth.via };
        assert_eq!(
            found,
            (truth.effective, via),
            "{} by {} at {scope}: {truth:#?}",
            about(),
            request.principal
        );
        *seen.entry(format!("where door {}", truth.via.as_str())).or_default() += 1;
    }
}

fn load(files: &[(String, String)], catalog: &Catalog) -> Tenant {
    let mut facts = Facts::default();
    for (name, text) in files {
        if scenario::is_scenario(text.as_bytes()) {
            facts =
                scenario::read(name, text.as_bytes()).expect("it is well formed").remove(0).facts;
        } else {
            azrbac::ingest::read(&mut facts, name, text.as_bytes());
        }
    }
    Tenant::build(facts, catalog)
}

/// Conditions of several kinds: about the principal, the target's name, the request, the time.
const CONDITIONS: [&str; 8] = [
    "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'c'",
    "@Resource[Microsoft.Storage/storageAccounts:name] StringNotEquals 'st'",
    "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringEquals 'Cascade'",
    "(!(ActionMatches{'Microsoft.Storage/*/read'})) OR (@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringNotEquals 'Cascade')",
    "@Environment[UtcNow] DateTimeGreaterThan '2001-01-01T00:00:00.0Z'",
    "@Request[Microsoft.Authorization/roleAssignments:PrincipalType] StringEqualsIgnoreCase 'User'",
    "(!(ActionMatches{'*/delete'}))",
    "this is no condition",
];

/// The tenant of a seed, in one of several states of completeness.
fn random(number: u64, catalog: &Catalog) -> (Tenant, Vec<Question>) {
    let mut rng = Rng::seeded(number);
    let mut setting = generator::setting(&mut rng);
    let closed = rng.percent(45);
    // A scenario with a condition that cannot be read is refused; an export is read all the same.
    let conditions = if closed { &CONDITIONS[..7] } else { &CONDITIONS[..] };
    for assignment in &mut setting.world.assignments {
        if rng.percent(35) {
            assignment.condition = Some((*rng.pick(conditions)).to_owned());
        }
    }
    for deny in &mut setting.world.denies {
        if rng.percent(25) {
            deny.condition = Some((*rng.pick(conditions)).to_owned());
        }
    }
    for role in &mut setting.world.roles {
        for block in role.blocks.iter_mut().filter(|_| !role.from_catalog) {
            if rng.percent(10) {
                block.condition = Some((*rng.pick(conditions)).to_owned());
            }
        }
    }
    let questions = (0..8)
        .map(|_| {
            let asked = asking::question(&mut rng, &setting);
            let mut entry = export::check(&asked, "allowed");
            if let Some(fields) = entry.as_object_mut() {
                fields.remove("expect");
                fields.insert("attributesComplete".to_owned(), rng.percent(40).into());
                if rng.percent(10) {
                    fields.remove("at");
                }
            }
            let options = Question::default();
            let mut batch = scenario::Batch::new("question", &options);
            batch.question(&entry.to_string(), 1).expect("it is well formed").clone()
        })
        .collect();
    let mut files = if closed {
        vec![("tenant.json".to_owned(), export::scenario(&mut rng, &setting.world, &[]))]
    } else {
        export::files(&mut rng, &setting.world)
    };
    // What exports lack: groups, management groups, an entry here and there.
    if rng.percent(50) && files.len() > 1 {
        let lost = rng.below(files.len());
        files.remove(lost);
    }
    // A custom role that carries a built-in role's GUID is refused: whoever holds that GUID may hold more.
    if !closed && rng.percent(25) {
        let held: Vec<&str> = setting
            .world
            .assignments
            .iter()
            .map(|one| one.role.rsplit('/').next().unwrap_or_default())
            .filter(|id| id.parse().is_ok_and(|id| Catalog::newest().role(id).is_some()))
            .collect();
        let id = if held.is_empty() { vec!["acdd72a7-3385-48ef-bd42-f606fba81ae7"] } else { held };
        let role = format!(
            r#"[{{"Name": "Reader of ours", "Id": "{}", "IsCustom": true, "Actions": ["*"], "NotActions": [],
                "AssignableScopes": ["/subscriptions/s"]}}]"#,
            rng.pick(&id)
        );
        files.push(("z-role.json".to_owned(), role));
    }
    for (name, text) in &mut files {
        if name.starts_with("j-users") || name.starts_with("tenant") {
            let marked = "\"userPrincipalName\"";
            let attributes = "\"customSecurityAttributes\": {\"Engineering\": {\"@odata.type\": \"#microsoft.graph.customSecurityAttributeValue\", \"Project\": \"Cascade\"}}, ";
            if let Some(at) = text.find(marked) {
                text.insert_str(at, attributes);
            }
        } else if rng.percent(8) {
            *text = text.replacen("\"scope\"", "\"scoop\"", 1);
        } else if rng.percent(8) {
            *text = text.replacen("\"principalId\"", "\"principalIdentity\"", 1);
        }
    }
    (load(&files, catalog), questions)
}

#[test]
fn on_random_tenants() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let (newest, few) = (Catalog::newest(), few());
    for number in 0..tenants_wanted() {
        let catalog = if number % 8 == 7 { &newest } else { &few };
        let (tenant, questions) = random(number, catalog);
        for (at, question) in questions.iter().enumerate() {
            let Ok(prepared) = question.prepare(&tenant) else { continue };
            let what = format!("tenant {number}");
            who(&what, &tenant, &prepared.request(), &mut seen);
            where_(&what, &tenant, &prepared.request(), &mut seen);
            if at < 3 {
                doors(&what, &tenant, &prepared.request(), &mut seen);
            }
            // Each look costs a pass over the catalog.
            if at == 0 {
                what_(&what, &tenant, &prepared.request(), &mut seen);
            }
        }
    }
    let least = [
        ("who allowed", 400),
        ("who conditional", 300),
        ("who denied", 400),
        ("who locked", 100),
        ("where allowed", 700),
        ("where conditional", 400),
        ("where denied", 500),
        ("where locked", 200),
        ("what allowed", 200),
        ("what conditional", 100),
        ("what denied", 100),
        ("what locked", 50),
        ("region subtree", 200),
        ("region below", 50),
        ("region with exceptions", 100),
    ];
    for (what, count) in least.into_iter().filter(|_| tenants_wanted() >= TENANTS) {
        assert!(seen.get(what).copied().unwrap_or(0) >= count, "{what}: {seen:#?}");
    }
}

/// `whoCan` and `whereCan` of a scenario document: what holds passes, what does not is told.
#[test]
fn documents_expect_listings() {
    let document = |who: &str, where_: &str| {
        format!(
            r#"{{"tenant": {{
                "users": [{{"id": "10000000-0000-4000-8000-000000000001", "displayName": "ann"}},
                          {{"id": "10000000-0000-4000-8000-000000000002", "displayName": "ben"}}],
                "groups": [{{"id": "20000000-0000-4000-8000-000000000001", "displayName": "ops",
                             "members": ["10000000-0000-4000-8000-000000000001"]}}],
                "roleAssignments": [{{"id": "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/50000000-0000-4000-8000-000000000001",
                    "principalId": "20000000-0000-4000-8000-000000000001", "principalType": "Group",
                    "roleDefinitionId": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "scope": "/subscriptions/s"}}]}},
              "whoCan": [{{"operation": "Microsoft.Storage/storageAccounts/write", "scope": "/subscriptions/s", "expect": {who}}}],
              "whereCan": [{{"operation": "Microsoft.Storage/storageAccounts/write", "principal": "ann", "expect": {where_}}}]}}"#
        )
    };
    let run = |text: &str| {
        let scenario =
            scenario::read("d.json", text.as_bytes()).expect("it is well formed").remove(0);
        let tenant = Tenant::build(scenario.facts.clone(), &Catalog::newest());
        let report = scenario::run(&scenario, &tenant);
        (report.passed, report.failures.iter().map(|f| f.check.clone()).collect::<Vec<_>>())
    };
    assert_eq!(run(&document(r#"["ann"]"#, r#"["/subscriptions/s"]"#)), (2, vec![]));
    let (passed, failed) = run(&document(r#"["ann", "ben"]"#, r#"["/subscriptions/t"]"#));
    assert_eq!((passed, failed), (0, vec!["whoCan 1".to_owned(), "whereCan 1".to_owned()]));
    let (passed, _) = run(&document("[]", "[]"));
    assert_eq!(passed, 0);
}

/// Every listing, for every principal and every scope of a tenant, over some operations.
fn whole(what: &str, tenant: &Tenant, questions: &[Question], seen: &mut BTreeMap<String, usize>) {
    for question in questions {
        let Ok(prepared) = question.prepare_for_who(tenant) else { continue };
        for ix in tenant.all_scopes() {
            let scope = tenant.scope_text(ix);
            who(what, tenant, &Request { scope, ..prepared.request() }, seen);
        }
        who(what, tenant, &prepared.request(), seen);
        for ix in tenant.principals() {
            let principal = tenant.principal_id(ix);
            where_(what, tenant, &Request { principal, ..prepared.request() }, seen);
        }
        if prepared.plane == Plane::Data {
            for ix in tenant.principals() {
                let principal = tenant.principal_id(ix);
                doors(what, tenant, &Request { principal, ..prepared.request() }, seen);
            }
            for ix in tenant.all_scopes() {
                let scope = tenant.scope_text(ix);
                doors(what, tenant, &Request { scope, ..prepared.request() }, seen);
            }
        }
    }
}

/// The batch of the binary on a tenant: every answer is what `can` says.
#[expect(clippy::disallowed_methods, reason = "the binary reads files")]
fn batch(
    name: &str,
    tenant: &Tenant,
    file: Option<(&str, &str)>,
    questions: &[(Guid, &str, Plane)],
) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("consistency").join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    let at = "2026-08-22T00:00:00Z";
    let (mut lines, mut expected) = (Vec::new(), Vec::new());
    for ix in tenant.all_scopes() {
        let scope = tenant.scope_text(ix);
        for (principal, operation, plane) in questions {
            let plane_word = plane.to_string();
            let line = serde_json::json!({"principal": principal.to_string(), "operation": operation,
                "plane": plane_word, "scope": scope.text(), "at": at});
            lines.push(line.to_string());
            let operation = Operation::new(operation).expect("it is well formed");
            let attributes = azrbac::condition::Attributes::default();
            let mut request = Request::new(*principal, &operation, *plane, scope, &attributes);
            request.at = Some(at.parse().expect("a time"));
            let decision = can(tenant, &request);
            let access = access(tenant, &request, &decision);
            expected
                .push((decision.outcome.as_str().to_owned(), access.effective.as_str().to_owned()));
        }
    }
    std::fs::write(folder.join("batch.jsonl"), lines.join("\n")).expect("a file");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_azrbac"));
    command.current_dir(&folder).args(["-q", "can", "--batch", "batch.jsonl", "--brief"]);
    if let Some((file, text)) = file {
        std::fs::write(folder.join(file), text).expect("a file");
        command.args(["-t", file]);
    }
    let output = command.output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let answers: Vec<(String, String)> = text
        .lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let word = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
            (word("outcome"), word("effective"))
        })
        .collect();
    assert_eq!(answers.len(), expected.len());
    for ((answer, truth), line) in answers.iter().zip(&expected).zip(&lines) {
        assert_eq!(answer, truth, "{line}");
    }
}

const ASKED: [(&str, Plane); 5] = [
    ("Microsoft.Storage/storageAccounts/listKeys/action", Plane::Control),
    ("Microsoft.Authorization/roleAssignments/write", Plane::Control),
    ("Microsoft.Network/virtualNetworks/write", Plane::Control),
    ("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", Plane::Data),
    ("Microsoft.KeyVault/vaults/secrets/getSecret/action", Plane::Data),
];

#[test]
fn a_batch_says_what_can_says() {
    let asked = |tenant: &Tenant| -> Vec<(Guid, &'static str, Plane)> {
        let everybody = tenant.principals().map(|ix| tenant.principal_id(ix));
        everybody
            .flat_map(|id| ASKED.iter().map(move |(operation, plane)| (id, *operation, *plane)))
            .collect()
    };
    let text = include_str!("../roles/lab/contoso.json");
    let lab = load(&[("lab.json".to_owned(), text.to_owned())], &Catalog::newest());
    batch("lab", &lab, None, &asked(&lab));
    // An export: what is not known makes answers conditional.
    let export = r#"[{"id": "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/50000000-0000-4000-8000-000000000001",
        "principalId": "10000000-0000-4000-8000-000000000001", "principalType": "User",
        "roleDefinitionId": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "scope": "/subscriptions/s"},
      {"id": "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/50000000-0000-4000-8000-000000000002",
        "principalId": "20000000-0000-4000-8000-000000000001", "principalType": "Group",
        "roleDefinitionId": "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "scope": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st"},
      {"id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv", "type": "Microsoft.KeyVault/vaults",
        "properties": {"enableRbacAuthorization": true}}]"#;
    let tenant = load(&[("export.json".to_owned(), export.to_owned())], &Catalog::newest());
    batch("export", &tenant, Some(("export.json", export)), &asked(&tenant));
}

#[test]
fn on_the_lab() {
    let text = include_str!("../roles/lab/contoso.json");
    let tenant = load(&[("lab.json".to_owned(), text.to_owned())], &Catalog::newest());
    let control = [
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "Microsoft.Storage/storageAccounts/read",
        "Microsoft.Storage/storageAccounts/delete",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleAssignments/delete",
        "Microsoft.Authorization/locks/delete",
        "Microsoft.Network/virtualNetworks/write",
        "Microsoft.Network/virtualNetworks/subnets/join/action",
        "Microsoft.CognitiveServices/accounts/listkeys/action",
        "Microsoft.Resources/subscriptions/resourceGroups/delete",
    ];
    let data = [
        "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action",
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
        "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    ];
    let ask = |operation: &str, plane| Question {
        operation: operation.to_owned(),
        plane: Some(plane),
        scope: "/".to_owned(),
        at: Some("2026-08-22T00:00:00Z".parse().expect("it is well formed")),
        ..Question::default()
    };
    let mut questions: Vec<Question> =
        control.iter().map(|operation| ask(operation, Plane::Control)).collect();
    questions.extend(data.iter().map(|operation| ask(operation, Plane::Data)));
    let mut seen = BTreeMap::new();
    whole("the lab", &tenant, &questions, &mut seen);
    for what in [
        "who allowed",
        "who conditional",
        "who denied",
        "who locked",
        "where allowed",
        "door local-auth",
        "door native",
        "where door local-auth",
        "where door native",
        "where door rbac",
    ] {
        assert!(seen.contains_key(what), "{what}: {seen:#?}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus lies in files")]
fn on_the_corpus() {
    let mut seen = BTreeMap::new();
    let mut documents = 0;
    let mut folders =
        vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus"))];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(&folder)
            .expect("it is well formed")
            .map(|entry| entry.expect("it is well formed").path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.display().to_string();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            if !scenario::is_scenario(text.as_bytes()) {
                continue;
            }
            let Ok(scenarios) = scenario::read(&name, text.as_bytes()) else { continue };
            for scenario in scenarios {
                let catalog = match &scenario.catalog {
                    Some(date) => Catalog::of_date(date).expect("it is well formed"),
                    None => Catalog::newest(),
                };
                let tenant = Tenant::build(scenario.facts.clone(), &catalog);
                let questions: Vec<Question> =
                    scenario.checks.iter().map(|check| check.question.clone()).collect();
                whole(&name, &tenant, &questions, &mut seen);
                documents += 1;
            }
        }
    }
    assert!(documents > 30, "{documents} scenarios were found");
    assert!(seen.get("who allowed").is_some_and(|count| *count > 20), "{seen:#?}");
}

/// A shorter run is not held to how often each thing comes up.
const TENANTS: u64 = 120;

#[expect(clippy::disallowed_methods, reason = "long runs are asked for from outside")]
fn tenants_wanted() -> u64 {
    std::env::var("AZRBAC_CONSISTENCY_TENANTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(TENANTS)
}
