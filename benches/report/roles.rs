//! Role definitions as languages: made, and each held against each.

use crate::page::{Page, time};
use crate::run::Depth;
use crate::support::measure::shortest;
use azrbac::analysis::role::RoleGrant;
use azrbac::catalog::Catalog;
use azrbac::ident::Plane;
use azrbac::model::RoleDefinition;
use std::time::Duration;

/// Both planes of all built-in roles: made, and all pairs.
pub(crate) fn measure(page: &mut Page, depth: Depth) {
    let (most, runs) = if depth == Depth::Quick { (50, 1) } else { (usize::MAX, 3) };
    let catalog = Catalog::newest();
    let roles: Vec<RoleDefinition> =
        catalog.roles().iter().take(most).map(|role| role.definition()).collect();
    let make = || -> Vec<RoleGrant> {
        roles.iter().map(|role| RoleGrant::new(role).expect("a built-in role")).collect()
    };
    let (made, grants) = shortest(runs, make);
    let states: usize = grants
        .iter()
        .flat_map(|grant| {
            [Plane::Control, Plane::Data].map(|plane| grant.plane(plane).all.states())
        })
        .sum();
    let (paired, contained) = shortest(runs, || {
        grants.iter().map(|a| grants.iter().filter(|b| a.is_contained_in(b)).count()).sum::<usize>()
    });
    let pairs = roles.len() * roles.len();
    let total = made + paired;
    page.heading("Roles as languages");
    page.line(&format!(
        "{} built-in roles, both planes, for every operation that may ever exist: automata made in {} \
         ({states} states), {pairs} pairs in {} ({} a pair), {contained} contained.",
        roles.len(),
        time(made),
        time(paired),
        time(paired / u32::try_from(pairs).unwrap_or(u32::MAX)),
    ));
    page.goal(
        "containment of all built-in roles in each other, both planes, automata included",
        "≤ 0.8 s, exact",
        time(total),
        total <= Duration::from_millis(800),
    );
}
