//! The limits of what is read, by name: the page that `azrbac explain limits` prints.

use crate::condition::{LENGTH_LIMIT as CONDITION, NESTING_LIMIT as BRACKETS};
use crate::ident::SCOPE_LENGTH_LIMIT as SCOPE;
use crate::ingest::documents::NESTING_LIMIT as NESTING;
use crate::ingest::hierarchy::DEPTH_LIMIT as TREE;
use crate::ingest::node::FIELD_LIMIT as FIELDS;
use crate::ingest::yaml::{NODE_LIMIT as NODES, YAML_LIMIT as YAML};
use crate::origin::SOURCE_LIMIT as SOURCE;
use crate::pattern::PATTERN_LENGTH_LIMIT as PATTERN;
use crate::pattern::language::{STATE_LIMIT as STATES, TANGLE_LIMIT as TANGLED};
use crate::scenario::LINE_LIMIT as LINE;
use crate::tenant::{CLOSURE_LIMIT as CLOSURE, PLACE_LIMIT as PLACES};

/// Every limit in a paragraph.
pub(super) fn limits() -> String {
    format!(
        "Input may come from strangers, so what is read is bounded, and an error says which bound was hit. \
        One source: {SOURCE} bytes, files and pipes alike. \
        One line of a batch: {LINE} bytes; a batch has any number of lines. \
        Nesting of JSON: {NESTING} levels; a deeper entry is refused, the others are read. \
        Fields of one object: {FIELDS}. \
        A YAML source: {YAML} bytes, and {NODES} nodes once its aliases are unfolded. \
        A scope: {SCOPE} bytes. \
        A pattern of a role: {PATTERN} bytes. \
        A condition: {CONDITION} bytes, as Azure has it, and {BRACKETS} brackets or negations in one another. \
        Management groups nested in one another in one export: {TREE}; a tree of single entries: {PLACES} levels. \
        Groups of all principals together that are stored ahead: {CLOSURE}; what goes beyond is walked when it is asked for, with the same answer. \
        Comparing roles: {STATES} states, and {TANGLED} behind stars in the middle of patterns; beyond, `role compare` says that it cannot tell. \
        An entry over a limit is an error with its place and a gap: an answer that it could have changed is conditional, never allowed."
    )
}
