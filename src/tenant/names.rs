//! From what people type to what the tenant knows: principals and scopes by any of their names.

use super::{PrincipalIx, ScopeIx, Tenant};
use crate::ident::{Guid, Scope};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// Names of principals, indexed when first asked for: one question by id pays nothing.
#[derive(Debug, Default)]
pub(crate) struct Names {
    principals: OnceLock<FxHashMap<Box<str>, Vec<PrincipalIx>>>,
}

/// One of several things that a name could mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The id that is unambiguous.
    pub id: String,
    /// What it is, in words.
    pub what: String,
}

/// Why a name was not resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameError {
    /// Nothing has this name; these are the most alike.
    Unknown(Vec<Candidate>),
    /// Several things have it.
    Ambiguous(Vec<Candidate>),
}

/// How many candidates are named.
const CANDIDATES: usize = 8;

impl Tenant {
    /// The principal that people mean by a name: an object id, a user principal name, a mail address, an
    /// app id or a display name that is unique (cli.md). An id needs no listing; it is returned as it is.
    ///
    /// # Errors
    /// [`NameError`] where nothing or several things have the name.
    pub fn resolve_principal(&self, name: &str) -> Result<Guid, NameError> {
        let name = name.trim();
        if let Some(id) = Guid::parse(name) {
            // An app id is a GUID too; an object id goes first, and needs no names.
            return match self.principal(id) {
                Some(_) => Ok(id),
                None => match self.principals_named(&id.to_string()) {
                    [one] => Ok(self.principal_id(*one)),
                    _ => Ok(id),
                },
            };
        }
        match self.principals_named(name) {
            [one] => Ok(self.principal_id(*one)),
            [] => Err(NameError::Unknown(self.principals_like(name))),
            several => self.signs_in_as(name, several).ok_or_else(|| {
                NameError::Ambiguous(
                    several
                        .iter()
                        .take(CANDIDATES)
                        .map(|ix| self.principal_candidate(*ix))
                        .collect(),
                )
            }),
        }
    }

    fn principals_named(&self, name: &str) -> &[PrincipalIx] {
        let index = self.names.principals.get_or_init(|| self.index_principals());
        index.get(&*name.to_lowercase()).map_or(&[], |found| found)
    }

    /// The one of several whose user principal name it is: a mail address may be another's too.
    fn signs_in_as(&self, name: &str, several: &[PrincipalIx]) -> Option<Guid> {
        let is = |ix: &&PrincipalIx| {
            let own = self.infos[ix.row()].user_principal_name.as_deref();
            own.is_some_and(|own| own.trim().to_lowercase() == name.to_lowercase())
        };
        let mut found = several.iter().filter(is);
        match (found.next(), found.next()) {
            (Some(one), None) => Some(self.principal_id(*one)),
            _ => None,
        }
    }

    fn index_principals(&self) -> FxHashMap<Box<str>, Vec<PrincipalIx>> {
        let mut index: FxHashMap<Box<str>, Vec<PrincipalIx>> = FxHashMap::default();
        for ix in self.principals() {
            let info = &self.infos[ix.row()];
            let mut names: Vec<String> = info
                .names()
                .map(|name| name.trim().to_lowercase())
                .chain(info.user_principal_name.as_deref().and_then(home_name))
                .chain(info.app_id().map(|id| id.to_string()))
                .collect();
            names.sort();
            names.dedup();
            for name in names {
                index.entry(name.into()).or_default().push(ix);
            }
        }
        index
    }

    fn principal_candidate(&self, ix: PrincipalIx) -> Candidate {
        Candidate {
            id: self.principal_id(ix).to_string(),
            what: format!("{} {}", self.principal_kind(ix).as_str(), self.principal_name(ix)),
        }
    }

    fn principals_like(&self, name: &str) -> Vec<Candidate> {
        let wanted = name.to_lowercase();
        let limit = wanted.chars().count() / 3 + 1;
        let mut found: Vec<(usize, PrincipalIx)> = Vec::new();
        for ix in self.principals() {
            let info = &self.infos[ix.row()];
            let best = info.names().map(|name| alike(&name.to_lowercase(), &wanted)).min();
            if let Some(distance) = best.filter(|distance| *distance <= limit) {
                found.push((distance, ix));
            }
        }
        found.sort_unstable();
        found.into_iter().take(CANDIDATES).map(|(_, ix)| self.principal_candidate(ix)).collect()
    }

    /// The scope that people mean by a text: an ARM id, the last part of one, or the display name of
    /// a subscription or management group, where that is unique (cli.md).
    ///
    /// # Errors
    /// [`NameError`] where nothing or several things have the name. A text with a slash that is not a
    /// scope is [`NameError::Unknown`] too: parse it with [`Scope::new`] first for the reason.
    pub fn resolve_scope(&self, text: &str) -> Result<Scope, NameError> {
        let text = text.trim();
        if text.contains('/')
            && let Ok(scope) = Scope::new(text)
        {
            return Ok(scope);
        }
        let folded = text.to_lowercase();
        let folded = folded.trim_matches('/');
        let tail = format!("/{folded}");
        let mut found: Vec<ScopeIx> = Vec::new();
        for ix in self.all_scopes().skip(1) {
            let scope = self.scope_text(ix);
            let named = self.scope_name(ix).is_some_and(|name| name.to_lowercase() == folded);
            if named || scope.folded().ends_with(&tail) {
                found.push(ix);
            }
        }
        match &found[..] {
            [one] => Ok(self.scope_text(*one).clone()),
            [] => Err(NameError::Unknown(self.scopes_like(folded))),
            several => Err(NameError::Ambiguous(
                several.iter().take(CANDIDATES).map(|ix| self.scope_candidate(*ix)).collect(),
            )),
        }
    }

    fn scope_candidate(&self, ix: ScopeIx) -> Candidate {
        let scope = self.scope_text(ix);
        Candidate {
            id: scope.text().to_string(),
            what: match self.scope_name(ix) {
                Some(name) => format!("{} {name}", scope.kind().as_str()),
                None => scope.kind().as_str().to_string(),
            },
        }
    }

    fn scopes_like(&self, wanted: &str) -> Vec<Candidate> {
        let limit = wanted.chars().count() / 3 + 1;
        let mut found: Vec<(usize, ScopeIx)> = Vec::new();
        for ix in self.all_scopes().skip(1) {
            let leaf = self.scope_text(ix).leaf().to_lowercase();
            let name = self.scope_name(ix).map(str::to_lowercase);
            let distance =
                alike(&leaf, wanted).min(name.map_or(usize::MAX, |name| alike(&name, wanted)));
            if distance <= limit {
                found.push((distance, ix));
            }
        }
        found.sort_unstable();
        found.into_iter().take(CANDIDATES).map(|(_, ix)| self.scope_candidate(ix)).collect()
    }
}

/// The name under which a guest signs in at home: `ada_fabrikam.example#EXT#@contoso.example` is
/// `ada@fabrikam.example`. A domain holds no underscore, so the last one stood for the `@`.
fn home_name(name: &str) -> Option<String> {
    let name = name.to_lowercase();
    let (home, _) = name.split_once("#ext#@")?;
    let (user, domain) = home.rsplit_once('_')?;
    (!user.is_empty() && domain.contains('.')).then(|| format!("{user}@{domain}"))
}

/// Edit distance; a name that begins with what was typed counts as one edit.
fn alike(name: &str, wanted: &str) -> usize {
    if wanted.len() >= 3 && name.starts_with(wanted) {
        return 1;
    }
    strsim::osa_distance(name, wanted)
}

#[cfg(test)]
mod tests {
    use super::home_name;

    #[test]
    fn a_guest_is_found_by_the_name_at_home() {
        let of = |name| home_name(name);
        assert_eq!(
            of("Ada_Fabrikam.example#EXT#@contoso.example").as_deref(),
            Some("ada@fabrikam.example")
        );
        assert_eq!(of("ada_l_fabrikam.example#ext#@x").as_deref(), Some("ada_l@fabrikam.example"));
        for no in ["ada@contoso.example", "ada#EXT#@x", "_fabrikam.example#EXT#@x", "ada_x#EXT#@y"]
        {
            assert_eq!(of(no), None, "{no}");
        }
    }
}
