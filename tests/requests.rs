//! ARM requests and what they are checked as: the families of the table, and, where a map of requests
//! is at hand (`AZRBAC_REQUEST_MAP`, a JSON object of methods, templates and operations), the measure.

use azrbac::catalog::{Catalog, How, RequestCheck};
use std::collections::{BTreeMap, BTreeSet};

fn names(check: &RequestCheck) -> BTreeSet<String> {
    check.operations.iter().map(|operation| operation.folded().to_owned()).collect()
}

/// Requests of each family, with what they are checked as and where.
#[test]
fn families() {
    let rg = "/subscriptions/s/resourceGroups/r";
    let cases = [
        (
            "HEAD",
            "/subscriptions/s/resourceGroups/r",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "/subscriptions/s/resourceGroups/r",
        ),
        ("GET", "/subscriptions", "Microsoft.Resources/subscriptions/read", "/"),
        ("GET", "/subscriptions/s/tagNames", "Microsoft.Resources/tags/read", "/subscriptions/s"),
        (
            "GET",
            "/subscriptions/s/resourceGroups/r/resources",
            "Microsoft.Resources/resources/read",
            "/subscriptions/s/resourceGroups/r",
        ),
        (
            "GET",
            "/subscriptions/s/providers/Microsoft.Compute",
            "Microsoft.Resources/providers/read",
            "/subscriptions/s",
        ),
        (
            "POST",
            "/subscriptions/s/providers/Microsoft.Compute/register",
            "Microsoft.Compute/register/action",
            "/subscriptions/s",
        ),
        (
            "GET",
            "/subscriptions/s/providers/Microsoft.Kusto/locations/westeurope/skus",
            "Microsoft.Kusto/SKUs/read",
            "/subscriptions/s/providers/Microsoft.Kusto/locations/westeurope",
        ),
        (
            "POST",
            "RG/providers/Microsoft.Network/networkWatchers/w/nextHop",
            "Microsoft.Network/networkWatchers/nextHop/read",
            "RG/providers/Microsoft.Network/networkWatchers/w",
        ),
        (
            "POST",
            "RG/providers/Microsoft.ServiceBus/namespaces/n/AuthorizationRules/a",
            "Microsoft.ServiceBus/namespaces/authorizationRules/write",
            "RG/providers/Microsoft.ServiceBus/namespaces/n/AuthorizationRules/a",
        ),
        (
            "POST",
            "RG/providers/Microsoft.DocumentDB/databaseAccounts/d/readonlykeys",
            "Microsoft.DocumentDB/databaseAccounts/readonlykeys/read",
            "RG/providers/Microsoft.DocumentDB/databaseAccounts/d",
        ),
        (
            "POST",
            "RG/providers/Microsoft.Compute/virtualMachines/v/start",
            "Microsoft.Compute/virtualMachines/start/action",
            "RG/providers/Microsoft.Compute/virtualMachines/v",
        ),
        (
            "PUT",
            "RG/providers/Microsoft.DBforPostgreSQL/flexibleServers/f",
            "Microsoft.DBforPostgreSQL/servers/write",
            "RG/providers/Microsoft.DBforPostgreSQL/flexibleServers/f",
        ),
        (
            "PATCH",
            "RG/providers/Microsoft.DigitalTwins/digitalTwinsInstances/t",
            "Microsoft.DigitalTwins/digitaltwins/write",
            "RG/providers/Microsoft.DigitalTwins/digitalTwinsInstances/t",
        ),
        (
            "GET",
            "RG/providers/Microsoft.Network/expressRouteCircuits/c",
            "Microsoft.Network/expressRouteCircuits/read",
            "RG/providers/Microsoft.Network/expressRouteCircuits/c",
        ),
        (
            "DELETE",
            "RG/providers/Microsoft.Authorization/roleAssignments/x",
            "Microsoft.Authorization/roleAssignments/delete",
            "RG/providers/Microsoft.Authorization/roleAssignments/x",
        ),
        (
            "GET",
            "RG/providers/Microsoft.ApiManagement/service/s/api-version-sets",
            "Microsoft.ApiManagement/service/apiVersionSets/read",
            "RG/providers/Microsoft.ApiManagement/service/s",
        ),
    ];
    let catalog = Catalog::newest();
    for (method, path, operation, scope) in cases {
        let path = path.replace("RG/", &format!("{rg}/"));
        let check = catalog.request(&format!("{method} {path}")).unwrap();
        assert_eq!(names(&check), BTreeSet::from([operation.to_ascii_lowercase()]), "{path}");
        assert_eq!(check.scope, scope.replace("RG/", &format!("{rg}/")), "{path}");
    }
}

#[test]
fn several_candidates_are_all_named() {
    let check = Catalog::newest()
        .request("POST /subscriptions/s/resourceGroups/r/providers/Microsoft.MixedReality/remoteRenderingAccounts/a/listKeys")
        .unwrap();
    assert_eq!(check.operations.len(), 2);
    assert_eq!(check.how, How::Table);
}

#[test]
fn a_body_may_need_more() {
    let check = Catalog::newest()
        .request(
            "PUT /subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkInterfaces/n",
        )
        .unwrap();
    let linked: Vec<&str> = check.linked.iter().map(|operation| operation.text()).collect();
    assert!(
        linked.contains(&"Microsoft.Network/virtualNetworks/subnets/join/action"),
        "{linked:?}"
    );
}

/// Rows of the public map that contradict their neighbours, or that it does not spell as ARM does.
const WRONG_ROWS: [&str; 5] = [
    "{circuitName}stats",
    "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}/providers/Microsoft.Migrate/assessmentProjects",
    "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}/providers/Microsoft.Migrate/assessmentProjects/{projectName}",
    "/subscriptions/{subscriptionId}/providers/Microsoft.DBForMySql/flexibleServers",
    "/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}/unregister",
];

/// The measure, against a map that is not part of the project.
#[test]
#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "the map lies outside")]
fn against_a_map() {
    let Ok(path) = std::env::var("AZRBAC_REQUEST_MAP") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let map: BTreeMap<String, BTreeMap<String, Vec<String>>> = serde_json::from_str(&text).unwrap();
    let catalog = Catalog::newest();
    let mut rows = Vec::new();
    for (method, requests) in &map {
        for (template, operations) in requests {
            let wanted: BTreeSet<String> =
                operations.iter().map(|name| name.to_ascii_lowercase()).collect();
            let request = format!("{method} {template}");
            let check = catalog.request(&request).expect(&request);
            rows.push((request, wanted, check));
        }
    }
    // How many rows an entry of the table gets right, told by what it answers but for the verb.
    let key = |check: &RequestCheck| -> Vec<String> {
        let base = |name: &str| name.rsplit_once('/').map_or(name, |(base, _)| base).to_owned();
        check.operations.iter().map(|operation| base(operation.folded())).collect()
    };
    let mut support: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for (_, wanted, check) in rows.iter().filter(|row| row.2.how == How::Table) {
        *support.entry(key(check)).or_default() += usize::from(names(check) == *wanted);
    }
    let (mut right, mut withheld, mut touching) = (0, 0, 0);
    for (request, wanted, check) in &rows {
        let good = names(check) == *wanted;
        right += usize::from(good);
        touching += usize::from(!names(check).is_disjoint(wanted));
        if !good && !WRONG_ROWS.iter().any(|row| request.ends_with(row)) {
            println!("{request}: {wanted:?}, not {:?}", names(check));
        }
        // Without its own row the entry would still be there only if another row speaks for it.
        let alone = check.how == How::Table && support.get(&key(check)).is_some_and(|n| *n < 2);
        withheld += usize::from(if alone {
            names(&catalog.request_by_rule(request).unwrap()) == *wanted
        } else {
            good
        });
    }
    let share = |count: usize| 100.0 * count as f64 / rows.len() as f64;
    println!(
        "{} requests: {right} right ({:.2} %), {touching} with a common operation, {withheld} with their own row withheld ({:.2} %)",
        rows.len(),
        share(right),
        share(withheld)
    );
    assert!(share(withheld) >= 99.0);
}
