//! The tenants and questions of the oracle, for other tests.

#![expect(dead_code, reason = "no test uses all of it")]

pub(crate) mod answer;
pub(crate) mod asking;
pub(crate) mod conditions;
pub(crate) mod export;
pub(crate) mod generator;
pub(crate) mod services;
pub(crate) mod shapes;
pub(crate) mod spec;
pub(crate) mod spec_conditions;
pub(crate) mod spelling;
pub(crate) mod words;
pub(crate) mod world;
