//! From a tenant and a question on which two evaluators disagree, the least that they still disagree on.

use super::conditions::write;
use super::spelling::{fold_guid, last};
use super::words::Rng;
use super::world::{Expr, Operand, Question, World};

/// Drops facts one by one while `disagree` holds. Where `closed` is false the tenant is judged as an open
/// snapshot: what its facts name must then stay listed.
pub(crate) fn minimise(
    mut world: World,
    mut question: Question,
    closed: bool,
    disagree: impl Fn(&World, &Question) -> bool,
) -> (World, Question) {
    loop {
        let mut shrunk = false;
        let mut number = 0;
        while let Some((smaller, simpler)) = without(&world, &question, number, closed) {
            if disagree(&smaller, &simpler) {
                (world, question) = (smaller, simpler);
                shrunk = true;
            } else {
                number += 1;
            }
        }
        if !shrunk {
            return (world, question);
        }
    }
}

/// The tenant and question without their `number`-th part; none when there are fewer.
fn without(
    world: &World,
    question: &Question,
    number: usize,
    closed: bool,
) -> Option<(World, Question)> {
    let (mut world, mut question) = (world.clone(), question.clone());
    let mut left = number;
    let assigned: Vec<String> =
        world.assignments.iter().map(|a| fold_guid(last(&a.role))).collect();
    let free = |id: &str| !assigned.contains(&fold_guid(id));
    let unused: Vec<bool> = world.roles.iter().map(|role| free(&role.id)).collect();

    let dropped = drop_nth(&mut world.assignments, &mut left)
        || drop_nth(&mut world.denies, &mut left)
        || drop_nth(&mut world.locks, &mut left)
        || drop_nth(&mut world.users, &mut left)
        || drop_nth(&mut world.service_principals, &mut left)
        || drop_nth(&mut world.resources, &mut left)
        || drop_nth(&mut question.linked, &mut left)
        || drop_nth(&mut question.attributes, &mut left)
        || drop_role(&mut world, &unused, &mut left)
        || world.groups.iter_mut().any(|group| drop_nth(&mut group.members, &mut left))
        || (closed && drop_nth(&mut world.groups, &mut left))
        || (closed && drop_nth(&mut world.subscriptions, &mut left))
        || (closed && drop_nth(&mut world.management_groups, &mut left))
        || world.roles.iter_mut().filter(|role| !role.from_catalog).any(|role| {
            (role.blocks.len() > 1 && drop_nth(&mut role.blocks, &mut left))
                || role.blocks.iter_mut().any(|block| {
                    drop_nth(&mut block.actions, &mut left)
                        || drop_nth(&mut block.not_actions, &mut left)
                        || drop_nth(&mut block.data_actions, &mut left)
                        || drop_nth(&mut block.not_data_actions, &mut left)
                        || clear(&mut block.condition, &mut left)
                })
        })
        || world.assignments.iter_mut().any(|a| {
            clear(&mut a.start, &mut left)
                || clear(&mut a.end, &mut left)
                || clear(&mut a.condition, &mut left)
                || unset(&mut a.via_lighthouse, &mut left)
                || unset(&mut a.eligible, &mut left)
        })
        || world.denies.iter_mut().any(|deny| {
            drop_nth(&mut deny.excluded, &mut left)
                || (deny.principals.len() > 1 && drop_nth(&mut deny.principals, &mut left))
                || (deny.blocks.len() > 1 && drop_nth(&mut deny.blocks, &mut left))
                || clear(&mut deny.condition, &mut left)
                || deny.blocks.iter_mut().any(|block| {
                    drop_nth(&mut block.not_actions, &mut left)
                        || clear(&mut block.condition, &mut left)
                })
        })
        || simplify(&mut world, &mut left)
        || clear(&mut question.method, &mut left)
        || unset(&mut question.via_lighthouse, &mut left)
        || unset(&mut question.strict, &mut left);
    dropped.then_some((world, question))
}

/// One of the conditions, a little simpler.
fn simplify(world: &mut World, left: &mut usize) -> bool {
    let World { roles, assignments, denies, conditions, .. } = world;
    let of_roles = roles.iter_mut().flat_map(|role| &mut role.blocks);
    let of_blocks = of_roles.map(|block| &mut block.condition);
    let of_assignments = assignments.iter_mut().map(|assignment| &mut assignment.condition);
    let of_denies = denies.iter_mut().flat_map(|deny| {
        let blocks = deny.blocks.iter_mut().map(|block| &mut block.condition);
        std::iter::once(&mut deny.condition).chain(blocks)
    });
    for text in of_blocks.chain(of_assignments).chain(of_denies).flatten() {
        let mut found = simpler(&conditions[text]);
        if *left < found.len() {
            let says = found.swap_remove(*left);
            *text = write(&mut Rng::seeded(0), &says);
            conditions.insert(text.clone(), says);
            return true;
        }
        *left -= found.len();
    }
    false
}

/// An expression without one of its parts, or with a part that is simpler, or a literal less.
fn simpler(says: &Expr) -> Vec<Expr> {
    match says {
        Expr::Not(inner) => {
            let within = simpler(inner).into_iter().map(|one| Expr::Not(Box::new(one)));
            std::iter::once((**inner).clone()).chain(within).collect()
        }
        Expr::And(parts) | Expr::Or(parts) => {
            let mut found = parts.clone();
            for (at, part) in parts.iter().enumerate() {
                for one in simpler(part) {
                    let mut parts = parts.clone();
                    parts[at] = one;
                    let and = matches!(says, Expr::And(_));
                    found.push(if and { Expr::And(parts) } else { Expr::Or(parts) });
                }
            }
            found
        }
        Expr::Compare(left, quantifier, operator, Operand::Literals(literals))
            if literals.len() > 1 =>
        {
            let without = |at| {
                let mut literals = literals.clone();
                literals.remove(at);
                Expr::Compare(left.clone(), *quantifier, operator, Operand::Literals(literals))
            };
            (0..literals.len()).map(without).collect()
        }
        _ => Vec::new(),
    }
}

fn drop_nth<T>(list: &mut Vec<T>, left: &mut usize) -> bool {
    let here = *left < list.len();
    if here {
        list.remove(*left);
    } else {
        *left -= list.len();
    }
    here
}

/// A role that nothing names any more; what the catalog knows cannot be dropped from it.
fn drop_role(world: &mut World, unused: &[bool], left: &mut usize) -> bool {
    let droppable: Vec<usize> =
        (0..world.roles.len()).filter(|&i| unused[i] && !world.roles[i].from_catalog).collect();
    let Some(&role) = droppable.get(*left) else {
        *left -= droppable.len();
        return false;
    };
    world.roles.remove(role);
    true
}

fn clear<T>(option: &mut Option<T>, left: &mut usize) -> bool {
    count(option.is_some(), left) && option.take().is_some()
}

fn unset(flag: &mut bool, left: &mut usize) -> bool {
    count(*flag, left) && std::mem::replace(flag, false)
}

/// Is this, where there is something to take away, the part that is meant?
fn count(something: bool, left: &mut usize) -> bool {
    let here = something && *left == 0;
    if something && !here {
        *left -= 1;
    }
    here
}
