//! A record as text, the way that `parse` reads it.

use super::facts::{Certainty, Covers, Entra, KeyAction, KeyScope, LocalAuth, Step, Switch};
use super::property::WithoutDefault;
use crate::truth::Truth;
use std::fmt::{Display, Formatter, Result};

impl Display for LocalAuth {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}", self.resource_type)?;
        if let Some(aspect) = &self.aspect {
            write!(f, " {aspect}")?;
        }
        writeln!(f, "\n  service {}", self.service)?;
        writeln!(f, "  tier {}", self.tier.as_str())?;
        writeln!(f, "  kind {}", self.kind.as_str())?;
        writeln!(
            f,
            "  closable {}",
            match self.closable {
                Truth::True => "yes",
                Truth::False => "no",
                Truth::Unknown => "unknown",
            }
        )?;
        lines(f, "  data", &self.data)?;
        entra(f, &self.entra)?;
        for rule in &self.controls {
            writeln!(f, "  control {}", rule.operations)?;
            if rule.by.is_empty() {
                writeln!(f, "    by itself")?;
            }
            lines(f, "    by", &rule.by)?;
            lines(f, "    if", &rule.when)?;
            writeln!(f, "    certainty {}", rule.certainty.as_str())?;
        }
        if let Some(native) = &self.native {
            writeln!(f, "  native {}", native.kind.as_str())?;
            lines(f, "    if", &native.when)?;
        }
        self.switches.iter().try_for_each(|item| switch(f, item))?;
        self.keys.iter().try_for_each(|item| key(f, item))?;
        lines(f, "  reopen", &self.reopen)?;
        lines(f, "  rotate", &self.rotate)?;
        if let Some((word, certainty)) = &self.when_closed {
            let believed = if *certainty == Certainty::Verified { "" } else { " believed" };
            writeln!(f, "  when-closed {}{believed}", word.as_str())?;
        }
        lines(f, "  policy", &self.policies)?;
        lines(f, "  note", &self.notes)
    }
}

fn lines<T: Display>(f: &mut Formatter<'_>, key: &str, values: &[T]) -> Result {
    values.iter().try_for_each(|value| writeln!(f, "{key} {value}"))
}

fn entra(f: &mut Formatter<'_>, entra: &Entra) -> Result {
    for rule in &entra.rules {
        writeln!(f, "  entra {} if {}", rule.state.as_str(), rule.when)?;
    }
    writeln!(f, "  entra otherwise {}", entra.otherwise.as_str())?;
    lines(f, "  entra also", &entra.also)?;
    lines(f, "  entra hint", &entra.hints)
}

fn switch(f: &mut Formatter<'_>, switch: &Switch) -> Result {
    writeln!(f, "  switch {}", switch.name)?;
    match &switch.child {
        None => writeln!(f, "    on {}", switch.on)?,
        Some(child) => writeln!(f, "    on {} {child}", switch.on)?,
    }
    writeln!(f, "    closed {}", WithoutDefault(&switch.closed))?;
    writeln!(f, "    absent {}", switch.default_state().as_str())?;
    lines(f, "    narrows", switch.narrows.as_slice())?;
    lines(f, "    applies", &switch.applies)?;
    if switch.certainty != Certainty::Verified {
        writeln!(f, "    certainty {}", switch.certainty.as_str())?;
    }
    lines(f, "    since", switch.since.as_slice())
}

fn key(f: &mut Formatter<'_>, key: &KeyAction) -> Result {
    writeln!(f, "  key {}", key.operation)?;
    writeln!(f, "    certainty {}", key.certainty.as_str())?;
    let evidence: Vec<&str> = key.evidence.iter().map(|found| found.as_str()).collect();
    writeln!(f, "    evidence {}", evidence.join(" "))?;
    match &key.scope {
        KeyScope::Resource => writeln!(f, "    scope resource")?,
        KeyScope::Child(kind) => writeln!(f, "    scope child {kind}")?,
        KeyScope::Other(kind) => writeln!(f, "    scope other {kind}")?,
        KeyScope::Subscription => writeln!(f, "    scope subscription")?,
        KeyScope::Tenant => writeln!(f, "    scope tenant")?,
    }
    writeln!(f, "    mechanism {}", key.mechanism.as_str())?;
    writeln!(f, "    grants {}", key.grants.as_str())?;
    writeln!(f, "    lock {}", key.lock.as_str())?;
    if !key.under.is_empty() {
        let under: Vec<&str> = key.under.iter().map(|name| name.as_str()).collect();
        writeln!(f, "    under {}", under.join(" "))?;
    }
    lines(f, "    if", &key.when)?;
    lines(f, "    needs", &key.needs)?;
    lines(f, "    reach", key.reach.as_slice())?;
    match &key.covers {
        Covers::Operations(patterns) => lines(f, "    covers", patterns)?,
        Covers::Own => writeln!(f, "    covers own")?,
        Covers::Elsewhere => writeln!(f, "    covers elsewhere")?,
        Covers::Nothing => writeln!(f, "    covers nothing")?,
        Covers::Unknown => writeln!(f, "    covers unknown")?,
    }
    if key.step != Step::Now {
        writeln!(f, "    step {}", key.step.as_str())?;
    }
    lines(f, "    note", key.note.as_slice())
}
