//! A question as people write it, and the same question with every name resolved.

use crate::catalog::Certainty;
use crate::condition::Attributes;
use crate::decide::{Method, NEAR_MISSES, Request};
use crate::ident::{Guid, Operation, Plane, Scope, Timestamp};
use crate::origin::{Error, ErrorKind};
use crate::pattern::Wildcards;
use crate::tenant::{Candidate, NameError, Tenant};

/// May this principal do this operation on this scope? As typed or written in a document.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Object id, user principal name, app id or unique display name.
    pub principal: String,
    /// The operation.
    pub operation: String,
    /// An ARM id, the last part of one, or a unique display name.
    pub scope: String,
    /// The plane, where it was said.
    pub plane: Option<Plane>,
    /// Attributes for conditions.
    pub attributes: Attributes,
    /// An attribute that is not given does not exist (`true`), or is unknown (`false`).
    pub attributes_complete: bool,
    /// Suboperations, where they were said.
    pub sub_operations: Option<Vec<String>>,
    /// The HTTP method, where it was said.
    pub method: Option<Method>,
    /// When.
    pub at: Option<Timestamp>,
    /// What else must be allowed, as (operation, scope).
    pub linked: Vec<(String, String)>,
    /// Does the caller come through Azure Lighthouse?
    pub via_lighthouse: bool,
    /// How `X/*/y` is read.
    pub wildcards: Wildcards,
    /// How many near misses are looked for; `None`: the usual number.
    pub near_misses: Option<usize>,
}

/// A question whose names are all resolved.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The object id of the one who asks.
    pub principal: Guid,
    /// The operation.
    pub operation: Operation,
    /// The plane, and whether it is only inferred.
    pub plane: Plane,
    /// The scope.
    pub scope: Scope,
    /// Linked checks.
    pub linked: Vec<(Operation, Scope)>,
    /// What is worth saying about the question itself: an operation that the catalog does not know,
    /// a plane that is only inferred.
    pub remarks: Vec<String>,
    attributes: Attributes,
    attributes_complete: bool,
    sub_operations: Option<Vec<String>>,
    method: Option<Method>,
    at: Option<Timestamp>,
    via_lighthouse: bool,
    wildcards: Wildcards,
    near_misses: usize,
}

impl Question {
    /// Resolves every name against a tenant.
    ///
    /// # Errors
    /// [`ErrorKind::Name`] where something is no operation or scope at all; [`ErrorKind::NotFound`]
    /// and [`ErrorKind::Ambiguous`] where a name fits nothing or several things, with candidates;
    /// [`ErrorKind::Usage`] where the plane must be said and was not.
    pub fn prepare(&self, tenant: &Tenant) -> Result<Prepared, Error> {
        let principal = principal(tenant, &self.principal)?;
        let scope = scope(tenant, &self.scope)?;
        self.resolve(tenant, principal, scope)
    }

    /// The same for who-can: nobody asks yet, and the nil id stands for whoever will.
    ///
    /// # Errors
    /// As [`Question::prepare`].
    pub fn prepare_for_who(&self, tenant: &Tenant) -> Result<Prepared, Error> {
        let scope = scope(tenant, &self.scope)?;
        self.resolve(tenant, Guid(0), scope)
    }

    /// The same for where-can: an empty scope is `/`, everywhere.
    ///
    /// # Errors
    /// As [`Question::prepare`].
    pub fn prepare_for_where(&self, tenant: &Tenant) -> Result<Prepared, Error> {
        let principal = principal(tenant, &self.principal)?;
        let scope = match self.scope.trim() {
            "" => Scope::root(),
            text => scope(tenant, text)?,
        };
        self.resolve(tenant, principal, scope)
    }

    fn resolve(&self, tenant: &Tenant, principal: Guid, scope: Scope) -> Result<Prepared, Error> {
        let operation = Operation::new(&self.operation)?;
        let mut remarks = Vec::new();
        let plane = plane(tenant, &operation, self.plane, &mut remarks)?;
        let mut linked = Vec::with_capacity(self.linked.len());
        for (operation, scope) in &self.linked {
            linked.push((Operation::new(operation)?, self::scope(tenant, scope)?));
        }
        Ok(Prepared {
            principal,
            scope,
            operation,
            plane,
            linked,
            remarks,
            attributes: self.attributes.clone(),
            attributes_complete: self.attributes_complete,
            sub_operations: self.sub_operations.clone(),
            method: self.method,
            at: self.at,
            via_lighthouse: self.via_lighthouse,
            wildcards: self.wildcards,
            near_misses: self.near_misses.unwrap_or(NEAR_MISSES),
        })
    }
}

/// A principal and, where one is given, a scope, by any of their names.
///
/// # Errors
/// As [`Question::prepare`].
pub fn resolve(
    tenant: &Tenant,
    principal: &str,
    scope: Option<&str>,
) -> Result<(Guid, Option<Scope>), Error> {
    let scope = scope.map(|text| self::scope(tenant, text)).transpose()?;
    Ok((self::principal(tenant, principal)?, scope))
}

/// A scope by any of its names.
///
/// # Errors
/// As [`Question::prepare`].
pub fn resolve_scope(tenant: &Tenant, text: &str) -> Result<Scope, Error> {
    scope(tenant, text)
}

/// A principal by any of its names.
///
/// # Errors
/// As [`Question::prepare`].
pub fn resolve_principal(tenant: &Tenant, name: &str) -> Result<Guid, Error> {
    principal(tenant, name)
}

impl Prepared {
    /// The request to decide.
    #[must_use]
    pub fn request(&self) -> Request<'_> {
        Request {
            principal: self.principal,
            operation: &self.operation,
            plane: self.plane,
            scope: &self.scope,
            attributes: &self.attributes,
            attributes_complete: self.attributes_complete,
            sub_operations: self.sub_operations.as_deref(),
            method: self.method,
            at: self.at,
            linked: &self.linked,
            via_lighthouse: self.via_lighthouse,
            wildcards: self.wildcards,
            near_misses: self.near_misses,
        }
    }
}

/// The plane of an operation: what was said, or what the catalog knows.
fn plane(
    tenant: &Tenant,
    operation: &Operation,
    said: Option<Plane>,
    remarks: &mut Vec<String>,
) -> Result<Plane, Error> {
    let planes = tenant.catalog().planes(operation);
    let nearest = || tenant.catalog().operations().nearest(operation, 3);
    if let Some(said) = said {
        match planes.on(said) {
            Some(_) => {}
            None if planes.is_known() => remarks.push(format!(
                "the catalog knows `{operation}` on the {} plane only; asked on the {said} plane as said",
                said.other()
            )),
            None => remarks.push(format!("the catalog does not know `{operation}`")),
        }
        return Ok(said);
    }
    match planes.only() {
        Some((plane, Certainty::Observed)) => Ok(plane),
        Some((plane, Certainty::Inferred)) => {
            remarks.push(format!(
                "that `{operation}` is a {plane}-plane operation is inferred from the patterns of built-in roles; --plane says it for certain"
            ));
            Ok(plane)
        }
        None if planes.is_known() => Err(Error::new(
            ErrorKind::Usage,
            format!("`{operation}` exists on the control plane and on the data plane"),
        )
        .help("say which with --plane control or --plane data (`plane` in a document)")),
        None => {
            let like = nearest();
            let error = Error::new(
                ErrorKind::NotFound,
                format!("the catalog does not know the operation `{operation}`"),
            );
            let plane =
                "ask it all the same with --plane control or --plane data (`plane` in a document)";
            Err(if like.is_empty() {
                error.help(plane)
            } else {
                error.help(format!("did you mean {}? Or {plane}", like.join(", ")))
            })
        }
    }
}

pub(crate) fn principal(tenant: &Tenant, name: &str) -> Result<Guid, Error> {
    tenant.resolve_principal(name).map_err(|error| {
        unresolved(
            "principal",
            name,
            error,
            "an object id, user principal name, app id or unique display name",
        )
    })
}

pub(crate) fn scope(tenant: &Tenant, text: &str) -> Result<Scope, Error> {
    let text = text.trim();
    if text.starts_with('/') {
        return Scope::new(text);
    }
    tenant.resolve_scope(text).map_err(|error| {
        unresolved(
            "scope",
            text,
            error,
            "an ARM id, the last part of one, or a unique display name",
        )
    })
}

fn unresolved(what: &str, name: &str, error: NameError, expected: &str) -> Error {
    let list = |candidates: &[Candidate]| {
        candidates.iter().map(|c| format!("\n    {}  {}", c.id, c.what)).collect::<String>()
    };
    match error {
        NameError::Unknown(near) => {
            let error = Error::new(ErrorKind::NotFound, format!("no {what} is called `{name}`"))
                .expected(expected);
            if near.is_empty() {
                error.help("an object id or a full ARM id needs no listing")
            } else {
                error.help(format!("did you mean{}", list(&near)))
            }
        }
        NameError::Ambiguous(candidates) => {
            Error::new(ErrorKind::Ambiguous, format!("`{name}` fits several {what}s"))
                .expected(expected)
                .help(format!("say which{}", list(&candidates)))
        }
    }
}
