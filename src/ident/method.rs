//! HTTP methods of ARM requests.

use super::{Operation, Verb};
use crate::origin::{Error, ErrorKind};
use std::str::FromStr;

/// The HTTP method of a request: locks go by it (semantics.md 12.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// HEAD
    Head,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// POST
    Post,
    /// DELETE
    Delete,
}

impl Method {
    /// The method that an operation is usually called with (semantics.md 13.1).
    #[must_use]
    pub fn of(operation: &Operation) -> Method {
        match operation.verb() {
            Verb::Read => Method::Get,
            Verb::Write => Method::Put,
            Verb::Delete => Method::Delete,
            Verb::Action | Verb::Other => Method::Post,
        }
    }
}

impl Method {
    /// The word of HTTP.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        }
    }

    /// What the last segment of an operation is called that this method asks for (semantics.md 13.1).
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Method::Get | Method::Head => "read",
            Method::Put | Method::Patch => "write",
            Method::Delete => "delete",
            Method::Post => "action",
        }
    }
}

impl FromStr for Method {
    type Err = Error;

    fn from_str(text: &str) -> Result<Method, Error> {
        Ok(match text.trim().to_ascii_uppercase().as_str() {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "PUT" => Method::Put,
            "PATCH" => Method::Patch,
            "POST" => Method::Post,
            "DELETE" => Method::Delete,
            _ => {
                return Err(Error::new(ErrorKind::Name, format!("`{text}` is not an HTTP method"))
                    .expected("GET, HEAD, PUT, PATCH, POST or DELETE"));
            }
        })
    }
}
