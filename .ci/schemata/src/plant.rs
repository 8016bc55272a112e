//! Writes a source file again with faults behind switches.

use std::collections::BTreeMap;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::Mutant;

/// What the planted crate asks: is this the fault that is switched on? `PLANTED=reached` switches none on and
/// has every number that is asked for written to the file `REACHED` when the program ends.
pub const SWITCH: &str = r#"
#[allow(missing_docs, clippy::all)]
pub mod planted {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, Ordering};
    static ON: OnceLock<(u32, bool)> = OnceLock::new();
    static SEEN: [AtomicBool; 1 << 14] = [const { AtomicBool::new(false) }; 1 << 14];
    #[inline(never)]
    fn first() -> (u32, bool) {
        let said = std::env::var("PLANTED").unwrap_or_default();
        (said.parse().unwrap_or(u32::MAX), said == "reached")
    }
    #[inline(always)]
    pub fn on(number: u32) -> bool {
        let (on, reached) = *ON.get_or_init(first);
        if reached { seen(number); }
        on == number
    }
    #[cold]
    fn seen(number: u32) {
        if !SEEN[number as usize].swap(true, Ordering::Relaxed) {
            use std::io::Write;
            let mut file = std::fs::OpenOptions::new().create(true).append(true)
                .open(std::env::var("REACHED").unwrap()).unwrap();
            let _ = file.write_all(format!("{number}\n").as_bytes());
        }
    }
}
"#;

/// A file with its faults.
pub struct Planted {
    pub text: String,
    /// What was written for a fault, in bytes of the text.
    pub ranges: Vec<Written>,
    /// The faults whose place was not found.
    pub unplaced: Vec<usize>,
}

pub struct Written {
    range: Range<usize>,
    numbers: Vec<usize>,
}

/// The faults to blame for an error at these bytes: those of the smallest written piece around it.
pub fn blamed(ranges: &[Written], from: usize, to: usize) -> Vec<usize> {
    let around = ranges
        .iter()
        .filter(|written| written.range.start <= from && to <= written.range.end)
        .min_by_key(|written| written.range.len());
    around.map(|written| written.numbers.clone()).unwrap_or_default()
}

/// A place of the source, and what is to be written there.
struct Site {
    range: Range<usize>,
    /// Of two sites over the same bytes the lower one is around the other.
    rank: u8,
    what: What,
}

enum What {
    /// At the start of a function's body.
    Body(Vec<(usize, String)>),
    /// A body that gives an iterator which has no name, and what is given instead: nothing, or one value.
    Stream(Vec<(usize, Option<String>)>),
    /// An expression, and what it is under a fault.
    Expression(Vec<(usize, String)>),
    /// Behind the pattern of an arm that has no guard.
    Unguarded(usize),
    /// The guard of an arm that a fault takes away.
    Guard(usize),
}

/// Plants the faults in the text of a file.
pub fn plant(text: &str, mutants: &[(usize, &Mutant)]) -> Result<Planted, syn::Error> {
    let file = syn::parse_file(text)?;
    let mut found = Found { text, ..Found::default() };
    found.visit_file(&file);
    let lines: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let byte = |(line, column): (usize, usize)| {
        let start = lines[line - 1];
        let within = text[start..].char_indices().nth(column - 1).map_or(text.len() - start, |(at, _)| at);
        start + within
    };

    let mut unplaced = Vec::new();
    let mut expressions: BTreeMap<(usize, usize, u8), Vec<(usize, String)>> = BTreeMap::new();
    let mut bodies: BTreeMap<usize, Vec<(usize, String)>> = BTreeMap::new();
    let mut streams: BTreeMap<(usize, usize), Vec<(usize, Option<String>)>> = BTreeMap::new();
    let mut sites = Vec::new();
    for (number, mutant) in mutants {
        let (start, end) = (byte(mutant.start), byte(mutant.end));
        let new = mutant.replacement.as_str();
        match mutant.genre.as_str() {
            "FnValue" => {
                let body = found
                    .bodies
                    .iter()
                    .filter(|body| body.start <= start && end <= body.end)
                    .max_by_key(|body| body.start);
                // A value of another type than the body's cannot stand beside it behind an `impl`: what an
                // iterator gives is taken away instead, and another value put behind it.
                let once = new.strip_prefix("::std::iter::once(").and_then(|rest| rest.strip_suffix(')'));
                match body {
                    Some(body) if !mutant.returns.contains("impl ") => {
                        bodies.entry(body.start + 1).or_default().push((*number, new.to_owned()));
                    }
                    Some(body) if once.is_some() || new == "::std::iter::empty()" => {
                        let inner = (body.start + 1, body.end - 1);
                        streams.entry(inner).or_default().push((*number, once.map(str::to_owned)));
                    }
                    _ => unplaced.push(*number),
                }
            }
            "BinaryOperator" => match found.binaries.get(&start) {
                Some((left, right)) => {
                    let whole = (left.start, right.end, 1);
                    let faulty = format!("({} {new} {})", &text[left.clone()], &text[right.clone()]);
                    expressions.entry(whole).or_default().push((*number, faulty));
                }
                None => unplaced.push(*number),
            },
            "UnaryOperator" => match found.unaries.get(&start) {
                Some((whole, operand)) => {
                    let faulty = format!("({new}{})", &text[operand.clone()]);
                    expressions.entry((whole.start, whole.end, 1)).or_default().push((*number, faulty));
                }
                None => unplaced.push(*number),
            },
            "MatchArm" => match found.arms.iter().find(|arm| arm.start == start) {
                Some(Arm { guard: Some(guard), .. }) => {
                    sites.push(Site { range: guard.clone(), rank: 0, what: What::Guard(*number) })
                }
                Some(Arm { pattern, .. }) => {
                    sites.push(Site { range: pattern.end..pattern.end, rank: 0, what: What::Unguarded(*number) })
                }
                None => unplaced.push(*number),
            },
            "StructField" => match found.fields.get(&start) {
                Some((whole, field)) => {
                    let (before, after) = (&text[whole.start..field.start], &text[field.end..whole.end]);
                    let faulty = format!("{before}{}", after.strip_prefix(',').unwrap_or(after));
                    expressions.entry((whole.start, whole.end, 0)).or_default().push((*number, faulty));
                }
                None => unplaced.push(*number),
            },
            "MatchArmGuard" => expressions.entry((start, end, 1)).or_default().push((*number, new.to_owned())),
            _ => unplaced.push(*number),
        }
    }
    sites.extend(bodies.into_iter().map(|(at, faults)| Site { range: at..at, rank: 0, what: What::Body(faults) }));
    sites.extend(streams.into_iter().map(|((start, end), faults)| Site {
        range: start..end,
        rank: 0,
        what: What::Stream(faults),
    }));
    sites.extend(expressions.into_iter().map(|((start, end, rank), faults)| Site {
        range: start..end,
        rank,
        what: What::Expression(faults),
    }));
    sites.sort_by_key(|site| (site.range.start, std::cmp::Reverse(site.range.end), site.rank));

    let mut writer = Writer { text, out: String::with_capacity(2 * text.len()), ranges: Vec::new() };
    let mut rest = sites.as_slice();
    writer.write(0..text.len(), &mut rest);
    Ok(Planted { text: writer.out, ranges: writer.ranges, unplaced })
}

struct Writer<'a> {
    text: &'a str,
    out: String,
    ranges: Vec<Written>,
}

impl Writer<'_> {
    /// Writes these bytes of the source with the sites that lie in them, which are taken from the list.
    fn write(&mut self, range: Range<usize>, sites: &mut &[Site]) {
        let mut at = range.start;
        while let Some(site) = sites.first().filter(|site| site.range.end <= range.end) {
            *sites = &sites[1..];
            self.out.push_str(&self.text[at..site.range.start]);
            at = site.range.end;
            let start = self.out.len();
            let mut numbers = Vec::new();
            match &site.what {
                What::Body(faults) => {
                    for (number, value) in faults {
                        numbers.push(*number);
                        let piece = format!(" if crate::planted::on({number}) {{ return {value}; }}");
                        self.piece(&piece, *number);
                    }
                }
                What::Stream(faults) => {
                    self.out.push_str(" let planted_stream = {");
                    self.write(site.range.clone(), sites);
                    self.out.push_str("}; planted_stream.take(if false");
                    for (number, _) in faults {
                        numbers.push(*number);
                        self.out.push_str(&format!(" || crate::planted::on({number})"));
                    }
                    self.out.push_str(" { 0 } else { usize::MAX }).chain(");
                    for (number, value) in faults {
                        if let Some(value) = value {
                            let piece = format!("if crate::planted::on({number}) {{ Some({value}) }} else ");
                            self.piece(&piece, *number);
                        }
                    }
                    self.out.push_str("{ None }) ");
                }
                What::Expression(faults) => {
                    self.out.push('(');
                    for (number, value) in faults {
                        numbers.push(*number);
                        self.piece(&format!("if crate::planted::on({number}) {{ {value} }} else "), *number);
                    }
                    self.out.push_str("{ (");
                    self.write(site.range.clone(), sites);
                    self.out.push_str(") })");
                }
                What::Unguarded(number) => {
                    numbers.push(*number);
                    self.out.push_str(&format!(" if !crate::planted::on({number})"));
                }
                What::Guard(number) => {
                    numbers.push(*number);
                    self.out.push_str(&format!("(!crate::planted::on({number}) && ("));
                    self.write(site.range.clone(), sites);
                    self.out.push_str("))");
                }
            }
            self.ranges.push(Written { range: start..self.out.len(), numbers });
        }
        self.out.push_str(&self.text[at..range.end]);
    }

    fn piece(&mut self, text: &str, number: usize) {
        let start = self.out.len();
        self.out.push_str(text);
        self.ranges.push(Written { range: start..self.out.len(), numbers: vec![number] });
    }
}

struct Arm {
    start: usize,
    pattern: Range<usize>,
    guard: Option<Range<usize>>,
}

/// The places of a file where a fault can be planted.
#[derive(Default)]
struct Found<'a> {
    text: &'a str,
    /// Bodies of functions, with their braces.
    bodies: Vec<Range<usize>>,
    /// By the operator's first byte the operands.
    binaries: BTreeMap<usize, (Range<usize>, Range<usize>)>,
    /// By the operator's first byte the whole and the operand.
    unaries: BTreeMap<usize, (Range<usize>, Range<usize>)>,
    arms: Vec<Arm>,
    /// By the first byte of a field, of an expression that takes the others from a base: whole and field.
    fields: BTreeMap<usize, (Range<usize>, Range<usize>)>,
}

impl Found<'_> {
    fn range(&self, node: &impl Spanned) -> Range<usize> {
        // `join` needs both ends: of an expression's tokens the first and the last.
        let range = node.span().byte_range();
        debug_assert!(range.end <= self.text.len());
        range
    }
}

/// Whether a `let` of a chain stands in the operand: such an operator cannot be put into parentheses.
fn chained(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => chained(&binary.left) || chained(&binary.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Found<'_> {

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.bodies.push(self.range(&*item.block));
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.bodies.push(self.range(&item.block));
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.bodies.push(self.range(block));
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        if !chained(&binary.left) && !chained(&binary.right) {
            let operands = (self.range(&*binary.left), self.range(&*binary.right));
            self.binaries.insert(self.range(&binary.op).start, operands);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let places = (self.range(unary), self.range(&*unary.expr));
        self.unaries.insert(places.0.start, places);
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_struct(&mut self, whole: &'ast syn::ExprStruct) {
        for field in whole.fields.iter().filter(|_| whole.rest.is_some()) {
            let field = self.range(field);
            self.fields.insert(field.start, (self.range(whole), field));
        }
        visit::visit_expr_struct(self, whole);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let pattern = self.range(&arm.pat);
        self.arms.push(Arm {
            start: self.range(arm).start,
            pattern,
            guard: arm.guard.as_ref().map(|(_, guard)| self.range(&**guard)),
        });
        visit::visit_arm(self, arm);
    }
}
