use super::*;
use crate::model::Gap;
use crate::origin::Origin;
use std::fmt::Write;
use std::io::Cursor;

const FIELDS: [(&str, &[&str]); 18] = [
    ("condition", &["null", "null", "null", "null", "\"\"", "\"@Resource[a:b] StringEquals 'c'\""]),
    ("conditionVersion", &["null", "\"2.0\""]),
    ("createdBy", &["\"11111111-1111-1111-1111-111111111111\"", "null", "7"]),
    ("createdOn", &["\"2026-01-01T00:00:00+00:00\""]),
    ("description", &["null", "\"\"", "\"a \\\" b\"", "\"{[,]}\"", "\"\\ud800\"", "\"größer\""]),
    (
        "id",
        &[
            "\"SCOPE/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-0000000000NN\"",
            "\"SCOPE/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-0000000000NN\"",
            "\"/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-0000000000NN\"",
            "null",
            "\"x\"",
        ],
    ),
    ("name", &["\"n\"", "null"]),
    (
        "principalId",
        &[
            "\"22222222-2222-2222-2222-2222222222NN\"",
            "\"22222222-2222-2222-2222-2222222222NN\"",
            "\"222222222222222222222222222222NN\"",
            "\"{22222222-2222-2222-2222-2222222222NN}\"",
            "\"\"",
            "5",
        ],
    ),
    ("principalName", &["\"a@contoso.example\"", "\" b \"", "\"\"", "null"]),
    (
        "principalType",
        &["\"User\"", "\"Group\"", "\"ServicePrincipal\"", "\"user\"", "\"Unknown\"", "null"],
    ),
    ("resourceGroup", &["\"rg\"", "null"]),
    (
        "roleDefinitionId",
        &[
            "\"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"",
            "\"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"",
            "\"acdd72a7-3385-48ef-bd42-f606fba81ae7\"",
            "\"Microsoft.KeyVault/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"",
            "\"/x/y\"",
            "null",
        ],
    ),
    ("roleDefinitionName", &["\"Reader\"", "\"Read\\u00e9r\"", "null"]),
    (
        "scope",
        &["\"SCOPE\"", "\"SCOPE\"", "\"SCOPE\"", "\"SCOPE/\"", "\" SCOPE\"", "\"/keys\"", "null"],
    ),
    (
        "type",
        &[
            "\"Microsoft.Authorization/roleAssignments\"",
            "\"microsoft.authorization/roleassignments\"",
            "null",
            "\"x\"",
        ],
    ),
    ("updatedBy", &["\"\"", "[1, {}]"]),
    ("updatedOn", &["null"]),
    ("startDateTime", &["\"2026-01-01T00:00:00Z\""]),
];
const SCOPES: [&str; 6] = [
    "/subscriptions/s",
    "/subscriptions/S/resourceGroups/RG",
    "/",
    "/providers/Microsoft.Management/managementGroups/m",
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/a/sqlRoleAssignments/x",
    "subscriptions/s",
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % count
    }
}

fn entry(dice: &mut Dice) -> String {
    let scope = SCOPES[dice.below(SCOPES.len() * 3).min(SCOPES.len() - 1) % SCOPES.len()];
    let odd = dice.below(3) == 0;
    let mut fields: Vec<String> = Vec::new();
    for (row, (name, values)) in FIELDS.iter().enumerate() {
        let rare = row == FIELDS.len() - 1;
        if (odd && dice.below(12) == 0) || (rare && !(odd && dice.below(4) == 0)) {
            continue;
        }
        let value = if odd { values[dice.below(values.len())] } else { values[0] };
        let below = if scope == "/" && name == &"id" { "" } else { scope };
        let value = value.replace("SCOPE", below).replace("NN", &format!("{:02}", dice.below(40)));
        let name =
            if odd && dice.below(30) == 0 { name.to_uppercase() } else { (*name).to_string() };
        fields.push(format!("    \"{name}\": {value}"));
        if odd && dice.below(40) == 0 {
            fields.push(format!("    \"{name}\": {value}"));
        }
    }
    if odd && dice.below(4) == 0 {
        fields.reverse();
    }
    format!("{{\n{}\n  }}", fields.join(",\n"))
}

/// All that was read, in words, without places.
fn told(facts: &Facts) -> String {
    let mut text = String::new();
    for one in &facts.assignments {
        let mut one = one.clone();
        one.origin = Origin::NONE;
        let condition = one.condition().map(|guard| guard.text.clone());
        if let Some(terms) = &mut one.terms {
            terms.condition = None;
        }
        let scope = facts.scope_at(one.scope).text();
        let _infallible = writeln!(text, "{one:?} {scope} {condition:?}");
    }
    for error in &facts.errors {
        let _infallible = writeln!(text, "{} {:?}", error.message(), error.expectation());
    }
    for gap in &facts.gaps {
        let _infallible = writeln!(text, "{} {:?}", gap.message, gap.touches);
    }
    for note in &facts.notes {
        let _infallible = writeln!(text, "{} {} {}", note.code, note.message, note.count);
    }
    let mut names: Vec<_> = facts.names_in_assignments.iter().collect();
    names.sort_unstable();
    let _infallible = writeln!(text, "{:?} {names:?}", facts.recognised);
    text
}

/// All that was read, in words, with the places.
fn placed(facts: &Facts) -> String {
    let origins: Vec<Origin> = facts.assignments.iter().map(|one| one.origin).collect();
    format!("{}{origins:?} {:?} {:?} {:?}", told(facts), facts.errors, facts.gaps, facts.notes)
}

/// What is read of a file that comes in pieces of a length.
fn in_pieces(bytes: &[u8], length: usize) -> Facts {
    let mut facts = Facts::default();
    read_file_in(&mut facts, "a.json", &mut Cursor::new(bytes), length);
    facts
}

fn at_once(bytes: &[u8]) -> Facts {
    let mut facts = Facts::default();
    crate::ingest::read(&mut facts, "a.json", bytes);
    facts
}

fn list(dice: &mut Dice, count: usize) -> (Vec<String>, String) {
    let entries: Vec<String> = (0..count).map(|_| entry(dice)).collect();
    let list = format!("[\n  {}\n]\n", entries.join(",\n  "));
    (entries, list)
}

/// A list of which at least the first entry is exactly what az writes.
fn begins_flat(dice: &mut Dice, count: usize) -> String {
    loop {
        let (entries, list) = list(dice, count);
        if flat::assignment(&entries[0], 0).is_some() {
            return list;
        }
    }
}

#[test]
fn reads_what_the_general_way_reads() {
    let mut dice = Dice(1);
    let (mut flat, mut other) = (0, 0);
    for _ in 0..2000 {
        let count = 1 + dice.below(6);
        let (entries, list) = list(&mut dice, count);
        // Only a list that begins so is read as one.
        if flat::assignment(&entries[0], 0).is_some() {
            let is_flat = |one: &&String| flat::assignment(one, 0).is_some();
            let here = entries.iter().filter(is_flat).count();
            flat += here;
            other += count - here;
        }
        // A wrapper sends the same entries the general way.
        let wrapped = format!("{{\"value\": {list}}}");
        let whole = at_once(list.as_bytes());
        assert_eq!(told(&whole), told(&at_once(wrapped.as_bytes())), "{list}");
        let length = [1, 300, 1000, 5000][dice.below(4)] + dice.below(700);
        let pieces = in_pieces(list.as_bytes(), length);
        assert_eq!(placed(&pieces), placed(&whole), "in pieces of {length}: {list}");
    }
    assert!(flat > 500 && other > 500, "both ways are taken: {flat}, {other}");
}

#[test]
fn a_list_that_breaks_off_is_the_same_in_pieces() {
    let list = begins_flat(&mut Dice(3), 3);
    for end in 0..=list.len() {
        for rest in [&b""[..], b" ]", b"}", b"\xff", b",]", b"1", b"[]"] {
            let cut = [&list.as_bytes()[..end], rest].concat();
            let length = 100 + end % 900;
            let (pieces, whole) = (in_pieces(&cut, length), at_once(&cut));
            assert_eq!(placed(&pieces), placed(&whole), "{:?}", String::from_utf8_lossy(&cut));
        }
    }
}

#[test]
fn what_stands_before_a_byte_that_is_no_text_is_read() {
    let list = begins_flat(&mut Dice(5), 2);
    let begins = list.rfind('{').expect("two entries");
    let mut bytes = list.into_bytes();
    bytes[begins + 30] = 0xff;
    let facts = at_once(&bytes);
    assert_eq!(facts.assignments.len(), 1);
    assert!(facts.errors[0].message().contains("0xff"), "{:?}", facts.errors);
    assert!(matches!(facts.gaps[..], [Gap { touches: Touches::Anything, .. }]));
}

/// A file that has another content after it was read to its end once, or that cannot be read on.
struct Shaky {
    now: Cursor<Vec<u8>>,
    then: Result<Vec<u8>, ()>,
}

impl Read for Shaky {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.now.read(into)
    }
}

impl Seek for Shaky {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        if self.now.position() > 0 && matches!(to, SeekFrom::End(_)) {
            let then = self.then.clone().map_err(|()| std::io::Error::other("gone"))?;
            self.now = Cursor::new(then);
        }
        self.now.seek(to)
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_an_error() {
    let one = begins_flat(&mut Dice(7), 1);
    let one = one.trim().trim_matches(['[', ']']);
    let good = format!("[{one},{one},{one}]");
    // The last entry wants the general way on the whole text.
    let broken = good.trim_end().trim_end_matches(']').to_string();
    for (then, words) in [
        (Ok(Vec::new()), "changed while it was read"),
        (Ok(good.as_bytes()[..good.len() / 2].to_vec()), "changed while it was read"),
        (Ok(format!(" {good}").into_bytes()), "changed while it was read"),
        (Ok(broken.clone().into_bytes()), "the file ends in the middle"),
        (Err(()), "reading `a.json` failed: gone"),
    ] {
        let mut file = Shaky { now: Cursor::new(broken.clone().into_bytes()), then };
        let mut facts = Facts::default();
        read_file_in(&mut facts, "a.json", &mut file, 500);
        let told: Vec<&str> = facts.errors.iter().map(Error::message).collect();
        assert!(told.len() == 1 && told[0].contains(words), "{words}: {told:?}");
        assert_eq!(facts.gaps.len(), 1, "{words}");
    }
}

/// A file that counts what is read of it.
struct Counting(Cursor<Vec<u8>>, usize);

impl Read for Counting {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(into)?;
        self.1 += read;
        Ok(read)
    }
}

impl Seek for Counting {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_list_of_something_else_is_read_once() {
    let resource = r#"{"id": "/subscriptions/s/resourceGroups/rg", "name": "rg", "type": "x"}"#;
    let text = format!("[{}]", vec![resource; 2000].join(", "));
    let mut file = Counting(Cursor::new(text.clone().into_bytes()), 0);
    let mut facts = Facts::default();
    let whole = read_file_in(&mut facts, "a.json", &mut file, 1000);
    assert_eq!(whole.as_deref(), Some(text.as_bytes()));
    assert!(file.1 <= text.len() + 1000, "{} of {} bytes were read", file.1, text.len());
}
