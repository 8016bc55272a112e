//! What is a role for? Computed from its permissions, never from its description.

use super::bits::Bits;
use super::grant::RoleGrant;
use super::power::{Credential, Credentials, Power};
use super::universe::{Universe, Which, at};
use crate::catalog::local_auth::Certainty;
use crate::ident::{Operation, Plane, Verb};
use crate::model::RoleDefinition;
use crate::pattern::language::{Language, LanguageLimit};
use crate::pattern::{ActionPattern, Wildcards};
use std::collections::BTreeMap;

/// The most resource types that are told by name.
const TYPES_TOLD: usize = 8;

/// A word about a role as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trait {
    /// It can hand out access, or change resources of every provider.
    Privileged,
    /// Its name says that it is deprecated.
    Deprecated,
    /// Its name says that it is a preview.
    Preview,
    /// A permission block stands under a condition.
    Conditional,
}

impl Trait {
    /// The stable word for output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Trait::Privileged => "privileged",
            Trait::Deprecated => "deprecated",
            Trait::Preview => "preview",
            Trait::Conditional => "conditional",
        }
    }
}

/// What a role is for and what it really does.
#[derive(Debug, Clone)]
pub struct Profile {
    /// One line a thought.
    pub purpose: Vec<String>,
    /// Control plane, then data plane.
    pub planes: [PlaneProfile; 2],
    /// The known operations behind each power, the gravest first, reads and plain changes left out.
    pub powers: Vec<(Power, Vec<(Plane, String)>)>,
    /// The credentials that it can obtain.
    pub credentials: Vec<Credential>,
    /// What each entry of notActions and notDataActions does.
    pub subtractions: Vec<Subtraction>,
    /// The conditional blocks: their number, and the condition in words.
    pub conditions: Vec<(usize, Vec<String>)>,
    /// Words about it as a whole.
    pub traits: Vec<Trait>,
}

/// The counts of one plane.
#[derive(Debug, Clone)]
pub struct PlaneProfile {
    /// The plane.
    pub plane: Plane,
    /// How many known operations it grants.
    pub count: usize,
    /// Of how many.
    pub known: usize,
    /// Does it grant every operation that may ever exist?
    pub everything: bool,
    /// read, write, delete, action.
    pub verbs: [usize; 4],
    /// Provider, granted, known; the most granted first.
    pub providers: Vec<(String, usize, usize)>,
}

/// What one entry of an except list does.
#[derive(Debug, Clone)]
pub struct Subtraction {
    /// The plane.
    pub plane: Plane,
    /// The permission block, from 0.
    pub block: usize,
    /// The entry.
    pub pattern: ActionPattern,
    /// Does it take anything away, today or ever?
    pub subtracts: bool,
    /// The known operations that it takes away from its block.
    pub takes: Vec<String>,
    /// How many of them another block of the role grants all the same.
    pub given_back: usize,
}

/// The words about a role as a whole.
///
/// # Errors
/// [`LanguageLimit`] where the patterns are too many or too entangled.
pub fn traits(role: &RoleDefinition) -> Result<Vec<Trait>, LanguageLimit> {
    let control = RoleGrant::language(role, Plane::Control, Which::All, Wildcards::Azure)?;
    let mut found = Vec::new();
    let hands_out = [
        "microsoft.authorization/roleassignments/write",
        "microsoft.authorization/elevateaccess/action",
        // A provider that does not exist: whoever may write there may write everywhere.
        "contoso.unheard-of/things/write",
    ];
    if hands_out.iter().any(|operation| control.contains_folded(operation)) {
        found.push(Trait::Privileged);
    }
    let name = role.name.to_ascii_lowercase();
    if name.contains("deprecated") || name.contains("legacy") {
        found.push(Trait::Deprecated);
    }
    if name.contains("preview") {
        found.push(Trait::Preview);
    }
    if role.blocks.iter().any(|block| block.condition.is_some()) {
        found.push(Trait::Conditional);
    }
    Ok(found)
}

/// Computes what a role is for.
///
/// # Errors
/// As [`traits`].
pub fn profile(
    role: &RoleDefinition,
    universe: &Universe,
    credentials: &Credentials,
    names: &dyn Fn(crate::ident::Guid) -> Option<String>,
) -> Result<Profile, LanguageLimit> {
    let grant = RoleGrant::new(role)?;
    let planes = [Plane::Control, Plane::Data];
    let sets = planes.map(|plane| universe.role(role, plane, Which::All));
    let mut powers: BTreeMap<Power, Vec<(Plane, String)>> = BTreeMap::new();
    for plane in planes {
        for number in sets[at(plane)].iter() {
            let power = credentials.power(plane, universe.folded(plane, number));
            if power < Power::Delete {
                let name = universe.name(plane, number).to_string();
                powers.entry(power).or_default().push((plane, name));
            }
        }
    }
    let control = &grant.plane(Plane::Control).all;
    let keys: Vec<Credential> = credentials
        .iter()
        .filter(|key| key.mechanism.is_credential())
        .filter(|key| control.contains(&key.operation))
        .cloned()
        .collect();
    let counts = planes.map(|plane| plane_profile(universe, plane, &sets[at(plane)], &grant));
    let conditions = role
        .blocks
        .iter()
        .enumerate()
        .filter_map(|(number, block)| {
            let guard = block.condition.as_ref()?;
            let words = match &guard.parsed {
                Ok(condition) => condition.explain_naming(names),
                Err(error) => vec![error.message().to_string()],
            };
            Some((number, words))
        })
        .collect();
    let powers: Vec<(Power, Vec<(Plane, String)>)> = powers.into_iter().collect();
    Ok(Profile {
        purpose: purpose(&counts, &types(universe, &sets), &powers, &keys),
        planes: counts,
        powers,
        credentials: keys,
        subtractions: subtractions(role, universe)?,
        conditions,
        traits: traits(role)?,
    })
}

fn plane_profile(
    universe: &Universe,
    plane: Plane,
    granted: &Bits,
    grant: &RoleGrant,
) -> PlaneProfile {
    let mut providers: BTreeMap<&str, (&str, usize, usize)> = BTreeMap::new();
    let mut verbs = [0; 4];
    for number in 0..universe.len(plane) {
        let provider = |text: &'_ str| text.find('/').unwrap_or(text.len());
        let (name, folded) = (universe.name(plane, number), universe.folded(plane, number));
        let entry =
            providers.entry(&folded[..provider(folded)]).or_insert((&name[..provider(name)], 0, 0));
        entry.2 += 1;
        if granted.contains(number) {
            entry.1 += 1;
            let verb = match Operation::new(folded).map(|operation| operation.verb()) {
                Ok(Verb::Read) => 0,
                Ok(Verb::Write) => 1,
                Ok(Verb::Delete) => 2,
                _ => 3,
            };
            verbs[verb] += 1;
        }
    }
    let mut providers: Vec<(String, usize, usize)> = providers
        .into_values()
        .filter(|(_, granted, _)| *granted > 0)
        .map(|(name, granted, known)| (name.to_string(), granted, known))
        .collect();
    providers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    PlaneProfile {
        plane,
        count: granted.count(),
        known: universe.len(plane),
        everything: grant.plane(plane).all.is_everything(),
        verbs,
        providers,
    }
}

fn subtractions(
    role: &RoleDefinition,
    universe: &Universe,
) -> Result<Vec<Subtraction>, LanguageLimit> {
    let mut found = Vec::new();
    for plane in [Plane::Control, Plane::Data] {
        let whole = universe.role(role, plane, Which::All);
        for (number, block) in role.blocks.iter().enumerate() {
            let (allow, except) = block.side(plane);
            if except.is_empty() {
                continue;
            }
            let allowed = universe.matched(plane, allow);
            let language = Language::of_patterns(allow, Wildcards::Azure)?;
            for pattern in except {
                let one = std::slice::from_ref(pattern);
                let takes = universe.matched(plane, one).and(&allowed);
                found.push(Subtraction {
                    plane,
                    block: number,
                    pattern: pattern.clone(),
                    subtracts: Language::of_patterns(one, Wildcards::Azure)?.overlaps(&language),
                    given_back: takes.and(&whole).count(),
                    takes: universe.names(plane, &takes).iter().map(|n| (*n).to_string()).collect(),
                });
            }
        }
    }
    Ok(found)
}

/// What is done to which resource types: reading, writing, deleting, acting; each type once.
type Types<'u> = [[Vec<&'u str>; 4]; 2];

fn types<'u>(universe: &'u Universe, granted: &[Bits; 2]) -> Types<'u> {
    [Plane::Control, Plane::Data].map(|plane| {
        let mut found: [Vec<&str>; 4] = Default::default();
        for number in granted[at(plane)].iter() {
            let (name, folded) = (universe.name(plane, number), universe.folded(plane, number));
            let (verb, levels) = match folded.rsplit('/').next() {
                Some("read") => (0, 1),
                Some("write") => (1, 1),
                Some("delete") => (2, 1),
                // The segment before `action` says what is done.
                _ => (3, 2),
            };
            let mut kind = name;
            for _ in 0..levels {
                kind = kind.rsplit_once('/').map_or(kind, |(kind, _)| kind);
            }
            if found[verb].last().is_none_or(|last| !last.eq_ignore_ascii_case(kind)) {
                found[verb].push(kind);
            }
        }
        found
    })
}

fn purpose(
    planes: &[PlaneProfile; 2],
    types: &Types<'_>,
    powers: &[(Power, Vec<(Plane, String)>)],
    keys: &[Credential],
) -> Vec<String> {
    let mut lines = Vec::new();
    for plane in planes {
        let world = match plane.plane {
            Plane::Control => "manages",
            Plane::Data => "reaches data of",
        };
        let [read, write, delete, action] = plane.verbs;
        if plane.everything {
            lines.push(format!("does everything on the {} plane", plane.plane));
            continue;
        }
        if plane.count == 0 {
            continue;
        }
        let changes = write + delete + action > 0;
        let verb = if changes { world } else { "only reads" };
        lines.push(format!(
            "on the {} plane it {verb} {}: {}",
            plane.plane,
            where_to(plane),
            counted(&[
                (read, "read", "reads"),
                (write, "write", "writes"),
                (delete, "delete", "deletes"),
                (action, "action", "actions"),
            ])
        ));
        let done = ["reads", "changes", "deletes", "acts on"];
        for (word, types) in done.iter().zip(&types[at(plane.plane)]) {
            // Of a broad role a list of types says less than the counts.
            if !types.is_empty() && types.len() <= TYPES_TOLD {
                lines.push(format!("{word} {}", types.join(", ")));
            }
        }
    }
    if lines.is_empty() {
        lines.push("grants no operation that is known".to_string());
    }
    for (power, operations) in powers {
        let count = operations.len();
        let many = if count == 1 { "operation" } else { "operations" };
        lines.push(match power {
            Power::Access => format!("hands out access, by {count} {many}"),
            Power::Credentials => continue,
            Power::Identities => format!("lets resources act as an identity, by {count} {many}"),
            Power::Code => format!("runs code or commands on resources, by {count} {many}"),
            Power::Delete | Power::Write | Power::Read => continue,
        });
    }
    let sure: Vec<&Credential> =
        keys.iter().filter(|key| key.certainty != Certainty::Unconfirmed).collect();
    if !sure.is_empty() {
        let mut services: Vec<&str> = sure.iter().map(|key| &*key.service).collect();
        services.sort_unstable();
        services.dedup();
        let named = match services.as_slice() {
            few if few.len() <= 3 => few.join(", "),
            many => format!("{} and {} more services", many[..2].join(", "), many.len() - 2),
        };
        lines.push(format!(
            "obtains keys or other credentials of {named}, by {} operations: with them data is reached past RBAC",
            sure.len()
        ));
    }
    if let Some((_, secrets)) = powers.iter().find(|(power, _)| *power == Power::Credentials) {
        let data = secrets.iter().filter(|(plane, _)| *plane == Plane::Data).count();
        if data > 0 {
            lines.push(format!("reads secrets on the data plane, by {data} operations"));
        }
    }
    lines
}

fn where_to(plane: &PlaneProfile) -> String {
    match plane.providers.as_slice() {
        [(one, ..)] => one.clone(),
        [(one, ..), (two, ..)] => format!("{one} and {two}"),
        [(one, most, _), rest @ ..] if *most * 2 >= plane.count && rest.len() < 40 => {
            format!("{one}, and {} further providers beside it", rest.len())
        }
        many => format!("{} providers", many.len()),
    }
}

fn counted(parts: &[(usize, &str, &str)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
        .collect();
    parts.join(", ")
}
