//! From paths to a tenant: what was read is said on stderr.

use super::args::{Format, Global, QuestionArguments};
use super::console::Console;
use super::files;
use super::places::{AllMarks, OnDisk, Text};
use super::progress::Progress;
use azrbac::catalog::Catalog;
use azrbac::condition::{AttributeSource, AttributeValue, Attributes};
use azrbac::ident::Timestamp;
use azrbac::model::{Facts, Note, World};
use azrbac::origin::{Error, ErrorKind, Origin, Place};
use azrbac::pattern::Wildcards;
use azrbac::scenario::{self, Question, Scenario};
use azrbac::tenant::{Notice, Tenant};
use std::collections::BTreeMap;
use std::io::{Read as _, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

/// A tenant and the texts that it was read from, to say where a fact stands.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The process ends right after its answer: taking a large tenant apart first is time lost.
    pub(crate) tenant: ManuallyDrop<Tenant>,
    texts: ManuallyDrop<Vec<Text>>,
    names: Vec<String>,
    marks: AllMarks,
}

impl Loaded {
    /// File and line of a fact; nothing for what was not read from a file of the user's.
    pub(crate) fn find(&self, origin: Origin) -> Option<Place> {
        self.marks.find(&self.texts, &self.names, origin)
    }

    /// The same for many facts at once: each source is read once.
    pub(crate) fn find_all(&self, origins: &[Origin]) -> Vec<Option<Place>> {
        let mut found = vec![None; origins.len()];
        for (source, (text, name)) in self.texts.iter().zip(&self.names).enumerate() {
            let here: Vec<(usize, usize)> = origins
                .iter()
                .enumerate()
                .filter_map(|(row, origin)| Some((row, origin.place()?)))
                .filter(|(_, (of, _))| of.index() == source)
                .map(|(row, (_, offset))| (row, offset))
                .collect();
            if here.is_empty() {
                continue;
            }
            let offsets: Vec<usize> = here.iter().map(|(_, offset)| *offset).collect();
            let places = azrbac::ingest::places(name, &text.bytes(), &offsets);
            for ((row, _), place) in here.iter().zip(places) {
                found[*row] = place;
            }
        }
        found
    }
}

/// In a folder only what is called so is a scenario: a page of text there may have its words.
fn may_be_scenario(path: &Path, asked: &[PathBuf]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    matches!(ending, "json" | "yaml" | "yml") || asked.iter().any(|asked| asked == path)
}

/// Does a large file have a word of a scenario near its beginning? An export has none.
fn has_words_of_scenario(file: &mut impl std::io::Read) -> bool {
    const HEAD: u64 = 256 * 1024;
    const WORDS: [&str; 7] =
        ["tenant", "checks", "include", "expressions", "validations", "whoCan", "whereCan"];
    let mut head = Vec::new();
    if file.take(HEAD).read_to_end(&mut head).is_err() {
        return true;
    }
    let head = String::from_utf8_lossy(&head);
    !head.starts_with(['[', '{']) || WORDS.iter().any(|word| head.contains(&format!("\"{word}\"")))
}

/// Facts and what they were read from, before they are a tenant.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) facts: Facts,
    /// The catalog that goes with them: the one asked for, a scenario's own, or the newest.
    pub(crate) catalog: Catalog,
    texts: Vec<Text>,
    names: Vec<String>,
}

impl Read {
    fn of(facts: Facts, catalog: Catalog) -> Read {
        Read { facts, catalog, texts: Vec::new(), names: Vec::new() }
    }
}

/// Reads the tenant that the command line names, and says what was read.
pub(crate) fn tenant(global: &Global, console: &Console) -> Result<Loaded, Error> {
    let Read { facts, catalog, texts, names } =
        read(&global.tenant, global.catalog.as_deref(), console)?;
    let progress = Progress::start(console, "building the tenant");
    let tenant = Tenant::build(facts, &catalog);
    drop(progress);
    if !global.tenant.is_empty() {
        say_tenant(&tenant, console);
    }
    Ok(loaded(tenant, texts, names))
}

/// What was mended in a tenant, and what is absent from it.
pub(crate) fn say_tenant(tenant: &Tenant, console: &Console) {
    say_notes(console, tenant.notes());
    say_notices(console, tenant.notices());
}

/// Reads what paths name, and says what was read; the lab where they name nothing.
pub(crate) fn read(
    asked: &[PathBuf],
    chosen: Option<&str>,
    console: &Console,
) -> Result<Read, Error> {
    let mut catalog = files::catalog(chosen)?;
    if asked.is_empty() {
        console.say("azrbac: no tenant given (-t PATH): this is the embedded lab, Contoso");
        let scenario = one_scenario("the lab", scenario::LAB.as_bytes())?;
        return Ok(Read::of(scenario.facts, catalog));
    }
    if let [one] = asked
        && let Some(lesson) = one.to_str().and_then(|text| text.strip_prefix("lesson:"))
    {
        return of_lesson(lesson, chosen.is_some(), catalog);
    }
    let mut facts = Facts::default();
    let mut texts = Vec::new();
    let mut names = Vec::new();
    let mut scenarios = 0;
    let paths = files(asked, console)?;
    let progress = Progress::start(console, "reading");
    for path in &paths {
        progress.now(&format!("reading {}", path.display()));
        if let Some((mut file, about)) = files::large(path)
            && !has_words_of_scenario(&mut file)
        {
            let name = path.display().to_string();
            texts.push(match azrbac::ingest::read_file(&mut facts, &name, &mut file) {
                Some(bytes) => Text::Held(bytes),
                None => Text::OnDisk(OnDisk::new(path.clone(), &about)),
            });
            names.push(name);
            continue;
        }
        let (name, bytes) = match files::read(path) {
            Ok(read) => read,
            // One unreadable file among good ones: said, and what it could have held is a gap.
            Err(error) => {
                azrbac::ingest::missing(&mut facts, &path.display().to_string(), &error);
                texts.push(Text::Held(Vec::new()));
                names.push(path.display().to_string());
                continue;
            }
        };
        if may_be_scenario(path, asked) && scenario::is_scenario(&bytes) {
            let scenario = one_scenario(&name, &bytes)?;
            scenarios += 1;
            if scenarios > 1 || paths.len() > 1 && !facts.sources.is_empty() {
                return Err(Error::new(
                    ErrorKind::Usage,
                    format!("`{name}` is a scenario document beside other input"),
                )
                .help("a scenario names the snapshots that belong to it in `include`"));
            }
            if chosen.is_none()
                && let Some(date) = &scenario.catalog
            {
                catalog = Catalog::of_date(date)?;
            }
            facts = with_includes(scenario, path)?;
        } else {
            azrbac::ingest::read(&mut facts, &name, &bytes);
        }
        texts.push(Text::Held(bytes));
        names.push(name);
    }
    let marks = AllMarks::default();
    azrbac::ingest::settle(&mut facts, &|origin| marks.find(&texts, &names, origin));
    drop(progress);
    tell(&facts, console);
    if facts.world == World::Open && facts.recognised.is_empty() {
        say_notes(console, &facts.notes);
        return Err(Error::new(ErrorKind::NotFound, "nothing was recognised in what -t names")
            .expected("files that az, Azure PowerShell, REST or Microsoft Graph wrote as JSON")
            .help("azrbac collect --print az prints a script that writes a snapshot folder"));
    }
    Ok(Read { facts, catalog, texts, names })
}

/// The tenant as a question of a lesson finds it: `NAME@3`, `FILE@3`; without a number as the lesson
/// begins.
fn of_lesson(asked: &str, is_chosen: bool, chosen: Catalog) -> Result<Read, Error> {
    let (source, number) = match asked.rsplit_once('@') {
        Some((source, number)) if number.parse::<usize>().is_ok() => (source, number.parse().ok()),
        _ => (asked, None),
    };
    let lesson = super::learn::load(source)?;
    let stage = match number {
        None => &lesson.stages[0],
        Some(number) => {
            let count = lesson.steps.len();
            let step = lesson.steps.get(usize::wrapping_sub(number, 1)).ok_or_else(|| {
                Error::new(ErrorKind::Usage, format!("-t lesson:{asked}"))
                    .expected(format!("a question of that lesson, 1 to {count}"))
            })?;
            &lesson.stages[step.stage]
        }
    };
    let catalog = if is_chosen { chosen } else { stage.catalog()? };
    Ok(Read::of(stage.facts.clone(), catalog))
}

fn loaded(tenant: Tenant, texts: Vec<Text>, names: Vec<String>) -> Loaded {
    let marks = AllMarks::default();
    Loaded { tenant: ManuallyDrop::new(tenant), texts: ManuallyDrop::new(texts), names, marks }
}

/// The files that paths name, folders searched, sorted by name: the order never decides anything, and
/// messages come in the same order on every machine.
fn files(paths: &[PathBuf], console: &Console) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for path in paths {
        if path == Path::new("-") || !path.is_dir() {
            if path != Path::new("-") && !path.exists() {
                return Err(Error::new(
                    ErrorKind::Io,
                    format!("`{}` does not exist", path.display()),
                )
                .expected("a snapshot file or folder, or a scenario document"));
            }
            found.push(path.clone());
            continue;
        }
        let walk = walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(|entry| {
            entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
        }) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => found.push(entry.into_path()),
                Ok(_) => {}
                // A loop of links, or a folder that may not be listed.
                Err(error) => console.say(&format!("azrbac: passed over: {error}")),
            }
        }
    }
    Ok(found)
}

/// The documents that `azrbac test` is given; in folders, what looks like one by its ending, with the
/// folder that it was found in.
pub(crate) fn documents(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Option<PathBuf>)>, Error> {
    let mut found = Vec::new();
    for path in paths {
        let folder = path.is_dir().then(|| path.clone());
        for file in files(std::slice::from_ref(path), &Console::silent())? {
            let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if folder.is_none() || matches!(ending, "json" | "yaml" | "yml") {
                found.push((file, folder.clone()));
            }
        }
    }
    Ok(found)
}

/// Adds what `-t` names to the facts of a scenario.
pub(crate) fn add(facts: &mut Facts, paths: &[PathBuf]) -> Result<(), Error> {
    for path in files(paths, &Console::silent())? {
        let (name, bytes) = files::read(&path)?;
        azrbac::ingest::read(facts, &name, &bytes);
    }
    facts.world = World::Closed;
    match facts.errors.first() {
        Some(error) => Err(error.clone()),
        None => Ok(()),
    }
}

fn one_scenario(name: &str, bytes: &[u8]) -> Result<Scenario, Error> {
    let mut scenarios = scenario::read(name, bytes).map_err(first)?;
    match scenarios.len() {
        1 => Ok(scenarios.remove(0)),
        0 => Err(Error::new(ErrorKind::Scenario, format!("`{name}` holds no scenario"))),
        count => Err(Error::new(
            ErrorKind::Usage,
            format!("`{name}` holds {count} scenarios; a tenant is one"),
        )
        .help("azrbac test runs them all")),
    }
}

/// All errors of a document as one: each on a line of its own.
pub(crate) fn first(errors: Vec<Error>) -> Error {
    let mut errors = errors.into_iter();
    let Some(first) = errors.next() else {
        return Error::new(ErrorKind::Scenario, "not understood");
    };
    let rest: Vec<String> = errors.map(|error| error.to_string()).collect();
    if rest.is_empty() {
        return first;
    }
    Error::new(first.kind(), format!("{first}\n{}", rest.join("\n")))
}

/// A scenario's facts with the snapshots that it includes.
pub(crate) fn with_includes(scenario: Scenario, document: &Path) -> Result<Facts, Error> {
    let mut facts = scenario.facts;
    let base = document.parent().unwrap_or(Path::new("."));
    for include in &scenario.include {
        let path = base.join(include);
        let paths = files(std::slice::from_ref(&path), &Console::silent())?;
        for path in paths {
            let (name, bytes) = files::read(&path)?;
            azrbac::ingest::read(&mut facts, &name, &bytes);
        }
    }
    facts.world = World::Closed;
    if let Some(error) = facts.errors.first() {
        return Err(error.clone());
    }
    Ok(facts)
}

/// Kinds of input that are absent, a line each with what exports them.
pub(crate) fn say_notices(console: &Console, notices: &[Notice]) {
    for notice in notices {
        console.say(&format!("azrbac: {}; {}", notice.message, notice.help));
    }
}

/// What was mended or passed over; files that are no exports in one line.
fn say_notes(console: &Console, notes: &[Note]) {
    let other: Vec<&str> = notes
        .iter()
        .filter(|note| note.code == "not-json")
        .filter_map(|note| note.place.as_ref().map(|place| place.file.as_str()))
        .collect();
    match &other[..] {
        [] => {}
        [one] => {
            console.say(&format!("azrbac: {one}:1:1: not an export, passed over: it is not JSON"))
        }
        several => console.say(&format!(
            "azrbac: {} files are not JSON and were passed over: {}",
            several.len(),
            several.join(", ")
        )),
    }
    for note in notes.iter().filter(|note| note.code != "not-json") {
        let place = note.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
        let often = if note.count > 1 { format!(" ({} times)", note.count) } else { String::new() };
        console.say(&format!("azrbac: {place}{}{often}", note.message));
    }
}

/// What was recognised, by file, and every error.
fn tell(facts: &Facts, console: &Console) {
    let mut by_source: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (source, kind, count) in &facts.recognised {
        let elsewhere = facts.recognised.iter().any(|row| row.1 == *kind && row.2 > 0);
        let kind = kind.as_str();
        let told = match count {
            // A summary counts what the lists beside it count themselves.
            0 if elsewhere || !facts.summarised => continue,
            0 => format!("no {kind}"),
            1 => format!("1 {}", singular(kind)),
            _ => format!("{count} {kind}"),
        };
        by_source.entry(*source).or_default().push(told);
    }
    let names: Vec<&str> = facts.sources.iter().collect();
    for (source, kinds) in by_source {
        let name = names.get(source as usize).copied().unwrap_or("?");
        console.say(&format!("azrbac: {name}: {}", kinds.join(", ")));
    }
    for error in &facts.errors {
        console.error(error);
    }
}

/// The questions that an ARM request means, or the one that operation and scope name. Requests are
/// control-plane calls, and locks go by their method.
pub(crate) fn questions(
    request: Option<&str>,
    named: Question,
    tenant: &Tenant,
    console: &Console,
) -> Result<Vec<Question>, Error> {
    let Some(request) = request else { return Ok(vec![named]) };
    let check = tenant.catalog().request(request)?;
    if check.operations.len() > 1 {
        let names: Vec<&str> = check.operations.iter().map(|operation| operation.text()).collect();
        console.say(&format!(
            "azrbac: sources disagree which of these is checked; each is asked: {}",
            names.join(", ")
        ));
    }
    let ask = |operation: &azrbac::ident::Operation| Question {
        operation: operation.text().to_string(),
        scope: check.scope.clone(),
        plane: Some(named.plane.unwrap_or(azrbac::ident::Plane::Control)),
        method: Some(check.method),
        ..named.clone()
    };
    Ok(check.operations.iter().map(ask).collect())
}

/// An error of a question is also an answer, where answers are JSON.
pub(crate) fn told<T>(
    result: Result<T, Error>,
    global: &Global,
    console: &mut Console,
) -> Result<T, super::Stop> {
    if let (Err(error), Format::Json) = (&result, global.output) {
        writeln!(console, "{}", azrbac::report::error(error))?;
    }
    Ok(result?)
}

fn singular(kind: &str) -> String {
    match kind.strip_prefix("entries") {
        Some(rest) => format!("entry{rest}"),
        None => kind.strip_suffix('s').unwrap_or(kind).to_string(),
    }
}

/// The question that options describe, without its three words.
pub(crate) fn question(arguments: &QuestionArguments, global: &Global) -> Result<Question, Error> {
    let mut linked = Vec::new();
    for text in &arguments.linked {
        let (operation, scope) = text.split_once('@').ok_or_else(|| {
            Error::new(ErrorKind::Usage, format!("--linked `{text}`")).expected("OPERATION@SCOPE")
        })?;
        linked.push((operation.to_string(), scope.to_string()));
    }
    Ok(Question {
        plane: arguments.plane.as_deref().map(str::parse).transpose()?,
        attributes: attributes(&arguments.attributes)?,
        attributes_complete: arguments.complete,
        sub_operations: (!arguments.sub_operation.is_empty())
            .then(|| arguments.sub_operation.clone()),
        method: arguments.method.as_deref().map(str::parse).transpose()?,
        at: Some(time(global)?),
        linked,
        via_lighthouse: arguments.via_lighthouse,
        wildcards: if arguments.strict_wildcards { Wildcards::Strict } else { Wildcards::Azure },
        ..Question::default()
    })
}

/// `--at`, or now.
pub(crate) fn time(global: &Global) -> Result<Timestamp, Error> {
    match &global.at {
        Some(text) => text.parse(),
        None => Ok(files::now()),
    }
}

/// `SOURCE:NAME=VALUE` options; one name given several times is a list.
pub(crate) fn attributes(options: &[String]) -> Result<Attributes, Error> {
    let mut values: BTreeMap<(AttributeSource, String), Vec<AttributeValue>> = BTreeMap::new();
    for option in options {
        let wrong = || {
            Error::new(ErrorKind::Usage, format!("--attr `{option}`")).expected(
                "SOURCE:NAME=VALUE, such as `resource:Microsoft.Storage/storageAccounts/blobServices/containers:name=logs`",
            )
        };
        let (source, rest) = option.split_once(':').ok_or_else(wrong)?;
        let source = AttributeSource::parse(source.trim_start_matches('@'))
            .ok_or_else(|| wrong().help("SOURCE is resource, request, principal or environment"))?;
        let (name, value) = rest.split_once('=').ok_or_else(wrong)?;
        let value = AttributeValue::Word(value.to_string());
        values.entry((source, name.to_string())).or_default().push(value);
    }
    let mut attributes = Attributes::default();
    for ((source, name), mut list) in values {
        let value = if list.len() == 1 { list.remove(0) } else { AttributeValue::List(list) };
        attributes.insert(source, &name, value);
    }
    Ok(attributes)
}

/// Fills in `UtcNow` from the question's time, where it was not given.
pub(crate) fn add_time(question: &mut Question) {
    let given = question.attributes.get(AttributeSource::Environment, "UtcNow").is_some();
    if let (false, Some(at)) = (given, question.at) {
        let now = AttributeValue::Text(at.to_string());
        question.attributes.insert(AttributeSource::Environment, "UtcNow", now);
    }
}
