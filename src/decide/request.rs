//! What is asked.

use crate::condition::Attributes;
use crate::ident::{Guid, Method, Operation, Plane, Scope, Timestamp};
use crate::pattern::Wildcards;

/// May this principal do this operation on this scope? With everything that the answer may hang on:
/// nothing is read from the clock or anywhere else.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The object id of the one who asks. It needs no listing in the tenant.
    pub principal: Guid,
    /// What is to be done.
    pub operation: &'a Operation,
    /// On which plane (semantics.md 3.1).
    pub plane: Plane,
    /// Where.
    pub scope: &'a Scope,
    /// Attributes for conditions.
    pub attributes: &'a Attributes,
    /// Does an attribute that is not given not exist (`true`), or is it unknown (`false`)?
    pub attributes_complete: bool,
    /// The suboperations of the request (semantics.md 9.8); `None`: not given.
    pub sub_operations: Option<&'a [String]>,
    /// The HTTP method, where it is not the operation's usual one.
    pub method: Option<Method>,
    /// When. `None`: a time window cannot be judged, and what hangs on one is conditional.
    pub at: Option<Timestamp>,
    /// What else must be allowed because the body refers to it (semantics.md 13.6).
    pub linked: &'a [(Operation, Scope)],
    /// Does the caller come from a managing tenant (Azure Lighthouse)?
    pub via_lighthouse: bool,
    /// How `X/*/y` is read (U3).
    pub wildcards: Wildcards,
    /// How many near misses are looked for on a no; with 0 none is, which is faster in bulk.
    pub near_misses: usize,
}

/// As many near misses as a list still teaches something with.
pub const NEAR_MISSES: usize = 20;

impl<'a> Request<'a> {
    /// A request with nothing special: attributes unknown, now unknown.
    ///
    /// `attributes` is usually empty; it is borrowed because it may be large.
    #[must_use]
    pub fn new(
        principal: Guid,
        operation: &'a Operation,
        plane: Plane,
        scope: &'a Scope,
        attributes: &'a Attributes,
    ) -> Request<'a> {
        Request {
            principal,
            operation,
            plane,
            scope,
            attributes,
            attributes_complete: false,
            sub_operations: None,
            method: None,
            at: None,
            linked: &[],
            via_lighthouse: false,
            wildcards: Wildcards::Azure,
            near_misses: NEAR_MISSES,
        }
    }
}
