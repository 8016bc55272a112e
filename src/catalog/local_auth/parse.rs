//! Reading the catalog's text: finding records, and one record strictly.

use super::facts::{
    Certainty, ControlRule, Covers, DoorState, Entra, EntraRule, Evidence, Grants, KeyAction,
    KeyScope, Kind, LocalAuth, LockEffect, Mechanism, Native, NativeKind, Step, Switch, SwitchId,
    Tier, WhenClosed,
};
use super::property::PropertyTest;
use super::resource_type::ResourceType;
use crate::ident::{Guid, Operation};
use crate::origin::{Error, ErrorKind, Place};
use crate::pattern::ActionPattern;
use crate::truth::Truth;
use std::cmp::Ordering;

/// Where the first record starts.
pub(super) fn first_record(text: &str) -> Option<usize> {
    record_from(text, 0)
}

/// Where the record after the one at `start` starts.
pub(super) fn next_record(text: &str, start: usize) -> Option<usize> {
    record_from(text, line_end(text, start) + 1)
}

/// Where the record starts that the byte `at` lies in; the first line is taken for one if need be.
pub(super) fn record_around(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = at;
    loop {
        let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |n| n + 1);
        if start == 0 || is_header(bytes, start) {
            return start;
        }
        at = start - 1;
    }
}

fn record_from(text: &str, at: usize) -> Option<usize> {
    let mut at = at;
    while at < text.len() {
        if is_header(text.as_bytes(), at) {
            return Some(at);
        }
        at = line_end(text, at) + 1;
    }
    None
}

fn is_header(bytes: &[u8], at: usize) -> bool {
    !matches!(bytes.get(at), None | Some(b' ' | b'#' | b'\n'))
}

fn line_end(text: &str, at: usize) -> usize {
    text.as_bytes()[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |n| at + n)
}

/// One record of the text, not read yet.
#[derive(Clone, Copy)]
pub(super) struct Record<'c> {
    name: &'c str,
    text: &'c str,
    start: usize,
}

impl<'c> Record<'c> {
    /// The record that starts at `start`.
    pub(super) fn at(name: &'c str, text: &'c str, start: usize) -> Record<'c> {
        Record { name, text, start }
    }

    /// How does its type compare with another?
    pub(super) fn compare(self, kind: &ResourceType) -> Ordering {
        let kind_bytes = self.kind().bytes().map(|byte| byte.to_ascii_lowercase());
        kind_bytes.cmp(kind.folded().bytes())
    }

    /// The name of its type, as it is spelt.
    pub(super) fn kind(self) -> &'c str {
        self.header().split(' ').next().unwrap_or_default()
    }

    fn header(self) -> &'c str {
        &self.text[self.start..line_end(self.text, self.start)]
    }

    /// Reads it.
    pub(super) fn read(self) -> Result<LocalAuth, Error> {
        let end = next_record(self.text, self.start).unwrap_or(self.text.len());
        let header = Line::first(self.name, self.text, self.start, self.header());
        let lines = self.text[self.start..end].lines().enumerate().skip(1);
        let mut facts: Vec<Fact<'c>> = Vec::new();
        for (at, line) in lines {
            let bare = line.trim_start_matches(' ');
            if bare.is_empty() || bare.starts_with('#') {
                continue;
            }
            let (key, value) = bare.split_once(' ').unwrap_or((bare, ""));
            let line_indent = line.len() - bare.len();
            let line = Line { at, key, value, ..header };
            match (line_indent, facts.last_mut()) {
                (2, _) => facts.push(Fact { line, details: Vec::new() }),
                (4, Some(fact)) => fact.details.push(line),
                _ => return Err(line.wrong("it is indented by neither two nor four blanks")),
            }
        }
        record(header, facts)
    }
}

/// The error for a record that does not come after the one before it.
pub(super) fn out_of_order(name: &str, text: &str, record: &LocalAuth) -> Error {
    let mut at = first_record(text);
    let mut last = 0;
    while let Some(start) = at {
        if Record::at(name, text, start).compare(&record.resource_type) == Ordering::Equal {
            last = start;
        }
        at = next_record(text, start);
    }
    let line = Line::first(name, text, last, "");
    line.error(format!("`{}` stands after a record that it should precede", record.resource_type))
        .help("records are sorted by resource type and aspect, and each stands once")
}

/// A line of a record: its first word and the rest.
#[derive(Clone, Copy)]
struct Line<'c> {
    file: &'c str,
    /// The text before the record: its lines are counted when there is an error to tell.
    before: &'c str,
    /// Which line of the record it is, from zero.
    at: usize,
    key: &'c str,
    value: &'c str,
}

/// A line of a record with the lines indented below it.
struct Fact<'c> {
    line: Line<'c>,
    details: Vec<Line<'c>>,
}

impl<'c> Line<'c> {
    /// The first line of the record that starts at `start`.
    fn first(file: &'c str, text: &'c str, start: usize, value: &'c str) -> Line<'c> {
        Line { file, before: &text[..start], at: 0, key: "", value }
    }

    fn error(self, message: String) -> Error {
        let line = memchr::memchr_iter(b'\n', self.before.as_bytes()).count() + self.at + 1;
        let place = Place { file: self.file.into(), path: String::new(), line, column: 1 };
        Error::new(ErrorKind::Catalog, message).at(place)
    }

    fn wrong(self, what: &str) -> Error {
        self.error(format!("`{} {}`: {what}", self.key, self.value))
    }

    fn text(self) -> Result<Box<str>, Error> {
        if self.value.is_empty() || self.value.trim() != self.value {
            return Err(self.wrong("a text without blanks around it is missing"));
        }
        Ok(self.value.into())
    }

    fn word<T>(self, read: impl Fn(&str) -> Option<T>, known: &[&str]) -> Result<T, Error> {
        read(self.value).ok_or_else(|| self.wrong("an unknown word").expected(known.join(", ")))
    }

    /// A checked name; its own error becomes the message here.
    fn name<T>(self, read: impl Fn(&str) -> Result<T, Error>) -> Result<T, Error> {
        read(self.value).map_err(|error| self.error(error.to_string()))
    }

    fn operation(self) -> Result<Operation, Error> {
        self.name(Operation::new)
    }

    fn pattern(self) -> Result<ActionPattern, Error> {
        self.name(ActionPattern::new)
    }

    fn test(self) -> Result<PropertyTest, Error> {
        self.name(PropertyTest::parse)
    }

    fn switch(self) -> Result<SwitchId, Error> {
        switch_id(self, self.value)
    }
}

fn switch_id(line: Line<'_>, text: &str) -> Result<SwitchId, Error> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
        return Err(line.wrong("the name of a switch is lower case letters and hyphens"));
    }
    Ok(SwitchId(text.into()))
}

/// Lines that are taken one key at a time; what is left at the end is an error.
struct Taker<'c> {
    owner: Line<'c>,
    lines: Vec<Line<'c>>,
}

impl<'c> Taker<'c> {
    fn all(&mut self, key: &str) -> Vec<Line<'c>> {
        let (taken, left) = self.lines.iter().copied().partition(|line| line.key == key);
        self.lines = left;
        taken
    }

    fn maybe(&mut self, key: &str) -> Result<Option<Line<'c>>, Error> {
        match self.all(key).as_slice() {
            [] => Ok(None),
            [line] => Ok(Some(*line)),
            [_, second, ..] => Err(second.wrong("it stands twice")),
        }
    }

    fn one(&mut self, key: &str) -> Result<Line<'c>, Error> {
        self.maybe(key)?.ok_or_else(|| self.owner.wrong(&format!("`{key}` is missing")))
    }

    fn tests(&mut self) -> Result<Vec<PropertyTest>, Error> {
        self.all("if").into_iter().map(Line::test).collect()
    }

    fn end(self) -> Result<(), Error> {
        match self.lines.first() {
            None => Ok(()),
            Some(line) => Err(line.wrong("an unknown fact")),
        }
    }
}

fn record<'c>(header: Line<'c>, facts: Vec<Fact<'c>>) -> Result<LocalAuth, Error> {
    let (kind, aspect) = match header.value.split_once(' ') {
        None => (header.value, None),
        Some((kind, aspect)) => (kind, Some(aspect.into())),
    };
    let resource_type = ResourceType::new(kind).map_err(|error| header.error(error.to_string()))?;
    let (mut controls, mut native, mut switches) = (Vec::new(), None, Vec::new());
    let (mut keys, mut plain) = (Vec::new(), Vec::new());
    for Fact { line, details } in facts {
        let details = Taker { owner: line, lines: details };
        match line.key {
            "control" => controls.push(control(line, details)?),
            "native" if native.is_some() => return Err(line.wrong("it stands twice")),
            "native" => native = Some(native_roles(line, details)?),
            "switch" => switches.push(switch(line, details)?),
            "key" => keys.push(key(line, details)?),
            _ => {
                details.end()?;
                plain.push(line);
            }
        }
    }
    let mut plain = Taker { owner: header, lines: plain };
    let when_closed = plain.maybe("when-closed")?.map(when_closed).transpose()?;
    let found = LocalAuth {
        resource_type,
        aspect,
        service: plain.one("service")?.text()?,
        tier: plain.one("tier")?.word(Tier::from_word, &names(Tier::ALL, Tier::as_str))?,
        kind: plain.one("kind")?.word(Kind::from_word, &names(Kind::ALL, Kind::as_str))?,
        closable: plain.one("closable")?.word(yes_no, &["yes", "no", "unknown"])?,
        data: plain.all("data").into_iter().map(Line::pattern).collect::<Result<_, _>>()?,
        entra: entra(header, plain.all("entra"))?,
        controls,
        native,
        switches,
        keys,
        reopen: plain.all("reopen").into_iter().map(Line::operation).collect::<Result<_, _>>()?,
        rotate: plain.all("rotate").into_iter().map(Line::operation).collect::<Result<_, _>>()?,
        when_closed,
        policies: plain.all("policy").into_iter().map(guid).collect::<Result<_, _>>()?,
        notes: plain.all("note").into_iter().map(Line::text).collect::<Result<_, _>>()?,
    };
    plain.end()?;
    refers(header, &found)?;
    Ok(found)
}

/// Every switch that is referred to is there.
fn refers(header: Line<'_>, record: &LocalAuth) -> Result<(), Error> {
    let narrowed = record.switches.iter().filter_map(|switch| switch.narrows.as_ref());
    for name in record.keys.iter().flat_map(|key| &key.under).chain(narrowed) {
        if record.switches_named(name).next().is_none() {
            return Err(header.wrong(&format!("there is no switch `{name}`")));
        }
    }
    Ok(())
}

fn names<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|value| word(*value)).collect()
}

fn yes_no(word: &str) -> Option<Truth> {
    match word {
        "yes" => Some(Truth::True),
        "no" => Some(Truth::False),
        "unknown" => Some(Truth::Unknown),
        _ => None,
    }
}

fn state(line: Line<'_>, word: &str) -> Result<DoorState, Error> {
    Line { value: word, ..line }
        .word(DoorState::from_word, &names(DoorState::ALL, DoorState::as_str))
}

fn certainty(line: Line<'_>) -> Result<Certainty, Error> {
    line.word(Certainty::from_word, &names(Certainty::ALL, Certainty::as_str))
}

fn guid(line: Line<'_>) -> Result<Guid, Error> {
    line.name(|text| text.parse())
}

fn when_closed(line: Line<'_>) -> Result<(WhenClosed, Certainty), Error> {
    let (word, sure) = match line.value.strip_suffix(" believed") {
        None => (line.value, Certainty::Verified),
        Some(word) => (word, Certainty::Unconfirmed),
    };
    let known = names(WhenClosed::ALL, WhenClosed::as_str);
    Ok((Line { value: word, ..line }.word(WhenClosed::from_word, &known)?, sure))
}

fn entra(header: Line<'_>, lines: Vec<Line<'_>>) -> Result<Entra, Error> {
    let (mut rules, mut otherwise, mut also, mut hints) =
        (Vec::new(), None, Vec::new(), Vec::new());
    for line in lines {
        let (word, rest) = line.value.split_once(' ').unwrap_or((line.value, ""));
        let inner = Line { value: rest, ..line };
        match word {
            "otherwise" if otherwise.is_some() => return Err(line.wrong("it stands twice")),
            "otherwise" => otherwise = Some(state(inner, rest)?),
            "also" => also.push(inner.operation()?),
            "hint" => hints.push(inner.test()?),
            _ => {
                let Some(test) = rest.strip_prefix("if ") else {
                    return Err(line
                        .wrong("an unknown rule")
                        .expected("`STATE if …`, `otherwise STATE`, `also …` or `hint …`"));
                };
                let when = Line { value: test, ..line }.test()?;
                rules.push(EntraRule { state: state(inner, word)?, when });
            }
        }
    }
    let otherwise = otherwise.ok_or_else(|| header.wrong("`entra otherwise` is missing"))?;
    Ok(Entra { rules, otherwise, also, hints })
}

fn control(line: Line<'_>, mut details: Taker<'_>) -> Result<ControlRule, Error> {
    let by = match details.all("by").as_slice() {
        [] => return Err(line.wrong("`by` is missing")),
        [only] if only.value == "itself" => Vec::new(),
        lines => lines.iter().map(|line| line.operation()).collect::<Result<_, _>>()?,
    };
    let found = ControlRule {
        operations: line.pattern()?,
        by,
        when: details.tests()?,
        certainty: certainty(details.one("certainty")?)?,
    };
    details.end()?;
    Ok(found)
}

fn native_roles(line: Line<'_>, mut details: Taker<'_>) -> Result<Native, Error> {
    let known = names(NativeKind::ALL, NativeKind::as_str);
    let found = Native { kind: line.word(NativeKind::from_word, &known)?, when: details.tests()? };
    details.end()?;
    Ok(found)
}

fn switch(line: Line<'_>, mut details: Taker<'_>) -> Result<Switch, Error> {
    let on = details.one("on")?;
    let (kind, child) = match on.value.split_once(' ') {
        None => (on.value, None),
        Some((kind, child)) => (kind, Some(child.into())),
    };
    let mut closed = details.one("closed")?.test()?;
    closed.absent = details.one("absent")?.word(closed_or_open, &["open", "closed", "unknown"])?;
    let found = Switch {
        name: line.switch()?,
        on: Line { value: kind, ..on }.name(ResourceType::new)?,
        child,
        closed,
        narrows: details.maybe("narrows")?.map(Line::switch).transpose()?,
        applies: details.all("applies").into_iter().map(Line::pattern).collect::<Result<_, _>>()?,
        certainty: details.maybe("certainty")?.map_or(Ok(Certainty::Verified), certainty)?,
        since: details.maybe("since")?.map(Line::text).transpose()?,
    };
    details.end()?;
    Ok(found)
}

fn closed_or_open(word: &str) -> Option<Truth> {
    match word {
        "closed" => Some(Truth::True),
        "open" => Some(Truth::False),
        "unknown" => Some(Truth::Unknown),
        _ => None,
    }
}

fn key(line: Line<'_>, mut details: Taker<'_>) -> Result<KeyAction, Error> {
    let under = match details.maybe("under")? {
        None => Vec::new(),
        Some(line) => {
            line.value.split(' ').map(|name| switch_id(line, name)).collect::<Result<_, _>>()?
        }
    };
    let found = KeyAction {
        operation: line.operation()?,
        certainty: certainty(details.one("certainty")?)?,
        evidence: evidence(details.one("evidence")?)?,
        scope: key_scope(details.one("scope")?)?,
        mechanism: details
            .one("mechanism")?
            .word(Mechanism::from_word, &names(Mechanism::ALL, Mechanism::as_str))?,
        grants: details
            .one("grants")?
            .word(Grants::from_word, &names(Grants::ALL, Grants::as_str))?,
        lock: details
            .one("lock")?
            .word(LockEffect::from_word, &names(LockEffect::ALL, LockEffect::as_str))?,
        under,
        when: details.tests()?,
        needs: details.all("needs").into_iter().map(Line::operation).collect::<Result<_, _>>()?,
        reach: details.maybe("reach")?.map(|line| line.name(ResourceType::new)).transpose()?,
        covers: covers(line, &details.all("covers"))?,
        step: match details.maybe("step")? {
            None => Step::Now,
            Some(line) => line.word(Step::from_word, &names(Step::ALL, Step::as_str))?,
        },
        note: details.maybe("note")?.map(Line::text).transpose()?,
    };
    details.end()?;
    Ok(found)
}

fn evidence(line: Line<'_>) -> Result<Vec<Evidence>, Error> {
    let known = names(Evidence::ALL, Evidence::as_str);
    line.value
        .split(' ')
        .map(|word| Line { value: word, ..line }.word(Evidence::from_word, &known))
        .collect()
}

fn key_scope(line: Line<'_>) -> Result<KeyScope, Error> {
    let kind = |text| Line { value: text, ..line }.name(ResourceType::new);
    match line.value.split_once(' ') {
        None if line.value == "resource" => Ok(KeyScope::Resource),
        None if line.value == "subscription" => Ok(KeyScope::Subscription),
        None if line.value == "tenant" => Ok(KeyScope::Tenant),
        Some(("child", text)) => Ok(KeyScope::Child(kind(text)?)),
        Some(("other", text)) => Ok(KeyScope::Other(kind(text)?)),
        _ => Err(line
            .wrong("an unknown scope")
            .expected("`resource`, `child TYPE`, `other TYPE`, `subscription` or `tenant`")),
    }
}

fn covers(key: Line<'_>, lines: &[Line<'_>]) -> Result<Covers, Error> {
    match lines {
        [] => Err(key.wrong("`covers` is missing")),
        [line] if !line.value.contains('/') => match line.value {
            "own" => Ok(Covers::Own),
            "elsewhere" => Ok(Covers::Elsewhere),
            "nothing" => Ok(Covers::Nothing),
            "unknown" => Ok(Covers::Unknown),
            _ => Err(line
                .wrong("an unknown word")
                .expected("patterns, or `own`, `elsewhere`, `nothing` or `unknown`")),
        },
        lines => {
            let patterns = lines.iter().map(|line| {
                if line.value.contains('/') {
                    line.pattern()
                } else {
                    Err(line.wrong("a word among patterns"))
                }
            });
            Ok(Covers::Operations(patterns.collect::<Result<_, _>>()?))
        }
    }
}
