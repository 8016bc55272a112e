//! Roles by name, GUID or file.

use crate::cli::args::Global;
use crate::cli::console::Console;
use crate::cli::{files, inputs};
use azrbac::catalog::Catalog;
use azrbac::ident::Guid;
use azrbac::model::{Facts, RoleDefinition, RoleKind};
use azrbac::origin::{Error, ErrorKind};
use std::path::Path;

/// The roles that names may mean: those of the tenant, if one is given, and the built-in ones.
#[derive(Debug)]
pub(super) struct Roles {
    pub(super) catalog: Catalog,
    custom: Vec<RoleDefinition>,
    built_in: Vec<RoleDefinition>,
}

impl Roles {
    pub(super) fn load(global: &Global, console: &Console) -> Result<Roles, Error> {
        let mut catalog = files::catalog(global.catalog.as_deref())?;
        let mut custom = Vec::new();
        if !global.tenant.is_empty() {
            let loaded = inputs::tenant(global, console)?;
            catalog = loaded.tenant.catalog().clone();
            let defined = loaded.tenant.roles();
            custom = defined
                .filter_map(|ix| loaded.tenant.role(ix).definition())
                .filter(|role| role.kind == RoleKind::Custom)
                .cloned()
                .collect();
        }
        let built_in = catalog.roles().iter().map(|entry| entry.definition()).collect();
        Ok(Roles { catalog, custom, built_in })
    }

    /// Custom roles before built-in ones.
    pub(super) fn all(&self) -> impl Iterator<Item = &RoleDefinition> {
        self.custom.iter().chain(&self.built_in)
    }

    /// The name of a role.
    pub(super) fn name_of(&self, id: Guid) -> Option<String> {
        self.all().find(|role| role.id == Some(id)).map(|role| role.name.to_string())
    }

    /// The one role that a text means.
    pub(super) fn find(&self, text: &str, console: &Console) -> Result<RoleDefinition, Error> {
        let mut found = self.find_all(text, console)?;
        if found.len() == 1 {
            return Ok(found.remove(0));
        }
        let names: Vec<String> = found
            .iter()
            .take(8)
            .map(|role| match role.id {
                Some(id) => format!("{} ({id})", role.name),
                None => role.name.to_string(),
            })
            .collect();
        Err(Error::new(
            ErrorKind::Ambiguous,
            format!("`{text}` means {} roles: {}", found.len(), names.join(", ")),
        )
        .help("say its GUID, or FILE#NAME for one role of a file"))
    }

    /// Every role that a text means: of a file, all its roles.
    pub(super) fn find_all(
        &self,
        text: &str,
        console: &Console,
    ) -> Result<Vec<RoleDefinition>, Error> {
        if text == "-" || Path::new(text).is_file() {
            return from_file(text, None, console);
        }
        if let Some((file, name)) = text.rsplit_once('#')
            && Path::new(file).is_file()
        {
            return from_file(file, Some(name), console);
        }
        let id = Guid::last_segment(text);
        let fits = |role: &&RoleDefinition| match id {
            Some(id) => role.id == Some(id),
            None => role.name.eq_ignore_ascii_case(text.trim()),
        };
        let found: Vec<RoleDefinition> = self.all().filter(fits).cloned().collect();
        if found.is_empty() { Err(self.unknown(text)) } else { Ok(found) }
    }

    fn unknown(&self, text: &str) -> Error {
        let folded = text.to_lowercase();
        let mut near: Vec<(usize, &str)> = self
            .all()
            .map(|role| (strsim::osa_distance(&role.name.to_lowercase(), &folded), &*role.name))
            .collect();
        near.sort_unstable();
        let near: Vec<String> =
            near.into_iter().take(3).map(|(_, name)| format!("`{name}`")).collect();
        Error::new(ErrorKind::NotFound, format!("no role and no file is called `{text}`"))
            .expected("a name, a GUID or a file")
            .help(format!("did you mean {}?", near.join(", ")))
    }
}

fn from_file(
    path: &str,
    name: Option<&str>,
    console: &Console,
) -> Result<Vec<RoleDefinition>, Error> {
    let (file, bytes) = files::read(Path::new(path))?;
    let mut facts = Facts::default();
    azrbac::ingest::read(&mut facts, &file, &bytes);
    facts.errors.iter().for_each(|error| console.error(error));
    let fits = |role: &RoleDefinition| {
        name.is_none_or(|name| {
            role.name.eq_ignore_ascii_case(name.trim()) || role.id == Guid::parse(name)
        })
    };
    let found: Vec<RoleDefinition> = facts.roles.into_iter().filter(fits).collect();
    if found.is_empty() {
        let what = name.map_or_else(String::new, |name| format!(" called `{name}`"));
        return Err(Error::new(
            ErrorKind::NotFound,
            format!("`{file}` holds no role definition{what}"),
        )
        .expected("a role definition as az, Azure PowerShell or REST write it"));
    }
    Ok(found)
}
