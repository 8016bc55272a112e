//! A picture as SVG.

use super::lettering::{width, wrap};
use super::outline::{PAD, ROW, SIGN, SMALL, SMALL_LINE, letter, tag};
use super::{Edge, EdgeKind, Mark, Node, NodeKind, Picture, Rect, Route, Run, plan};
use crate::report::markup;
use std::fmt::Write as _;

const STYLE: &str = include_str!("picture.css");

/// Room around everything.
const MARGIN: f64 = 16.0;
const TITLE: f64 = 17.0;
const BOLD: f64 = 1.1;
const TITLE_LINE: f64 = 24.0;
const LEGEND_LINE: f64 = 22.0;
/// A legend is broken into lines no narrower than this.
const LEAST: f64 = 420.0;

/// A file that stands alone, with its title drawn.
pub(super) fn file(picture: &Picture) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text.push_str(&draw(picture, Titled::Yes));
    text.push('\n');
    text
}

/// An element for a page, whose caption is its title.
pub(super) fn embedded(picture: &Picture) -> String {
    draw(picture, Titled::No)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Titled {
    Yes,
    No,
}

fn draw(picture: &Picture, titled: Titled) -> String {
    let plan = plan(picture);
    // Bold letters are a little wider.
    let title_width = width(&crate::report::safe_lines(&picture.title), TITLE) * BOLD;
    // In a page the caption is the title; the legend wants some room all the same.
    let content = match titled {
        // A pixel more, so that the title that it is as wide as is not broken for a rounding.
        Titled::Yes => plan.width.max((title_width + 1.0).min(640.0)),
        Titled::No if has_legend(picture) => plan.width.max(LEAST),
        Titled::No => plan.width,
    };
    let mut out = String::new();
    let mut y = MARGIN;
    if titled == Titled::Yes {
        for line in wrap(&crate::report::safe_lines(&picture.title), TITLE * BOLD, content, 3) {
            y += TITLE_LINE;
            let _written = writeln!(
                out,
                "<text class=\"az-title\" x=\"{MARGIN}\" y=\"{}\">{}</text>",
                n(y - 7.0),
                markup(&line)
            );
        }
        y += 12.0;
    }
    let _written = writeln!(out, "<g transform=\"translate({MARGIN} {})\">", n(y));
    let edges: Vec<&Edge> = picture.graph.edge_weights().collect();
    // The weighty lines are drawn last, on top of the others.
    let mut order: Vec<usize> = (0..edges.len()).collect();
    order.sort_by_key(|edge| (edges[*edge].mark, *edge));
    for edge in &order {
        line(&mut out, edges[*edge], &plan.routes[*edge]);
    }
    for (node, rect) in picture.graph.node_weights().zip(&plan.boxes) {
        self::node(&mut out, node, *rect);
    }
    for edge in &order {
        if let Some(at) = plan.routes[*edge].broken_at {
            cross(&mut out, at, &edges[*edge].hover);
        }
    }
    out.push_str("</g>\n");
    y += plan.height + 22.0;
    legend(&mut out, picture, content, &mut y);
    let (width, height) = (content + 2.0 * MARGIN, y + MARGIN - 6.0);
    let title = markup(&picture.title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"az\" role=\"img\" aria-label=\"{title}\" \
         width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" style=\"min-width:{least}px\">\n\
         <title>{title}</title>\n<desc>{}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"az-page\" width=\"{w}\" height=\"{h}\"/>\n{out}</svg>",
        markup(&picture.description),
        w = n(width.ceil()),
        h = n(height.ceil()),
        least = n((width * 0.85).floor()),
    )
}

/// A number, short.
fn n(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_string)
}

fn line(out: &mut String, edge: &Edge, route: &Route) {
    let Some((first, rest)) = route.points.split_first() else { return };
    let mut way = format!("M{} {}", n(first.0), n(first.1));
    let mut last = *first;
    for (number, point) in rest.iter().enumerate() {
        let _written = match route.run {
            Run::Straight => write!(way, " L{} {}", n(point.0), n(point.1)),
            // Every second leg crosses a layer it only passes: straight.
            _ if number % 2 == 1 => write!(way, " L{} {}", n(point.0), n(point.1)),
            Run::Sideways => {
                let half = (last.0 + point.0) / 2.0;
                let (a, b, c) = (n(half), n(last.1), n(point.1));
                write!(way, " C{a} {b} {a} {c} {} {c}", n(point.0))
            }
            Run::Upwards => {
                let half = (last.1 + point.1) / 2.0;
                let (a, b, c) = (n(half), n(last.0), n(point.0));
                write!(way, " C{b} {a} {c} {a} {c} {}", n(point.1))
            }
        };
        last = *point;
    }
    let kind = match edge.kind {
        EdgeKind::Holds => "holds",
        EdgeKind::At => "at",
        EdgeKind::Member | EdgeKind::Has | EdgeKind::Within => "runs",
    };
    let hover = if edge.hover.is_empty() {
        String::new()
    } else {
        format!("<title>{}</title>", markup(&edge.hover))
    };
    let _written = writeln!(
        out,
        "<g class=\"az-line az-{kind} az-{}\">{hover}<path class=\"az-halo\" d=\"{way}\"/>\
         <path class=\"az-ink\" d=\"{way}\"/>{}</g>",
        edge.mark.class(),
        arrow(edge, route)
    );
}

/// A head at the end of a line; the outline of scopes has none.
fn arrow(edge: &Edge, route: &Route) -> String {
    let Some((x, y)) = route.points.last().copied() else { return String::new() };
    let plain = edge.mark == Mark::Plain;
    if (edge.kind == EdgeKind::Holds && plain) || edge.broken {
        return String::new();
    }
    let (long, half) = if plain { (7.0, 3.5) } else { (9.0, 5.0) };
    let points = match route.run {
        Run::Upwards => [(x, y), (x - half, y + long), (x + half, y + long)],
        Run::Straight | Run::Sideways => {
            // Lines run to the right, but in an order, where the greater stands on the left.
            let leftwards = route.points.iter().rev().find(|p| p.0 != x).is_some_and(|p| p.0 > x);
            let tail = if leftwards { x + long } else { x - long };
            [(x, y), (tail, y - half), (tail, y + half)]
        }
    };
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", n(*x), n(*y))).collect();
    format!("<polygon class=\"az-head\" points=\"{}\"/>", points.join(" "))
}

fn cross(out: &mut String, (x, y): (f64, f64), hover: &str) {
    let _written = writeln!(
        out,
        "<g class=\"az-cross\" transform=\"translate({} {})\"><title>{}</title><circle r=\"8\"/>\
         <path d=\"M-3.5 -3.5 L3.5 3.5 M3.5 -3.5 L-3.5 3.5\"/></g>",
        n(x),
        n(y),
        markup(if hover.is_empty() { "it breaks here" } else { hover })
    );
}

fn node(out: &mut String, node: &Node, rect: Rect) {
    let text = letter(node);
    let kind = shape(node.kind);
    let _written = write!(
        out,
        "<g class=\"az-node az-{kind} az-{}\" transform=\"translate({} {})\"><title>{}</title>",
        node.mark.class(),
        n(rect.x),
        n(rect.y),
        markup(&format!("{}: {}", node.kind.word(), node.hover))
    );
    let radius = match kind {
        "who" => ROW / 2.0,
        "group" | "role" => 5.0,
        _ => 2.0,
    };
    let (w, h) = (n(rect.width), n(rect.height));
    if kind == "group" {
        // A second sheet behind the first: there are several in it.
        let _written = write!(
            out,
            "<rect class=\"az-sheet\" x=\"3\" y=\"3\" width=\"{w}\" height=\"{h}\" rx=\"5\"/>"
        );
    }
    let _written =
        write!(out, "<rect class=\"az-box\" width=\"{w}\" height=\"{h}\" rx=\"{}\"/>", n(radius));
    let middle = ROW / 2.0;
    let _written = write!(
        out,
        "<g class=\"az-sign\" transform=\"translate({} {})\">{}</g>",
        n(PAD + 6.0),
        n(middle),
        sign(node.kind)
    );
    let left = PAD + SIGN;
    let _written = write!(
        out,
        "<text class=\"az-label\" x=\"{}\" y=\"{}\">{}</text>",
        n(left),
        n(middle + 4.5),
        markup(&text.label)
    );
    if let Some(word) = &text.word {
        let long = tag(word);
        let _written = write!(
            out,
            "<rect class=\"az-tag\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"16\" rx=\"8\"/>\
             <text class=\"az-word\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            n(rect.width - PAD - long + 2.0),
            n(middle - 8.0),
            n(long),
            n(rect.width - PAD - long / 2.0 + 2.0),
            n(middle + 4.0),
            markup(word)
        );
    }
    for (number, line) in text.details.iter().enumerate() {
        let down = f64::from(u32::try_from(number).unwrap_or(0)) * SMALL_LINE;
        let _written = write!(
            out,
            "<text class=\"az-detail\" x=\"{}\" y=\"{}\">{}</text>",
            n(left),
            n(ROW + down + 9.0),
            markup(line)
        );
    }
    out.push_str("</g>\n");
}

/// The class of shapes that a kind is drawn with.
fn shape(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::User | NodeKind::Identity | NodeKind::Stranger => "who",
        NodeKind::Group | NodeKind::Crowd => "group",
        NodeKind::Role | NodeKind::Class => "role",
        NodeKind::Deny | NodeKind::Lock => "stop",
        NodeKind::Fold => "fold",
        NodeKind::Door => "door",
        NodeKind::ManagementGroup
        | NodeKind::Subscription
        | NodeKind::ResourceGroup
        | NodeKind::Resource => "scope",
    }
}

/// A small sign around (0, 0), twelve pixels wide: what the node is, without colour.
fn sign(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::User => {
            "<circle cy=\"-2.6\" r=\"2.6\"/><path d=\"M-4.8 5.6 C-4.8 -0.4 4.8 -0.4 4.8 5.6 Z\"/>"
        }
        NodeKind::Group | NodeKind::Crowd => {
            "<circle cx=\"-2.6\" cy=\"-2.4\" r=\"2.2\"/><path d=\"M-6.4 5.2 C-6.4 -0.2 1.2 -0.2 1.2 5.2 Z\"/>\
             <circle cx=\"3.4\" cy=\"-2.8\" r=\"1.9\"/><path d=\"M2.4 5.2 C2.4 2.6 1.8 1 1.2 0.2 C3.4 -1 6.4 0.6 6.4 5.2 Z\"/>"
        }
        NodeKind::Identity => {
            "<path class=\"az-open\" d=\"M0 -5.6 L4.9 -2.8 L4.9 2.8 L0 5.6 L-4.9 2.8 L-4.9 -2.8 Z\"/><circle r=\"1.9\"/>"
        }
        NodeKind::Stranger => {
            "<circle class=\"az-open\" r=\"5.4\" stroke-dasharray=\"2 1.6\"/><path class=\"az-open\" \
             d=\"M-1.6 -1.4 C-1.6 -3.4 1.7 -3.3 1.6 -1.3 C1.5 -0.2 0 0 0 1.2 M0 2.6 L0 3.2\"/>"
        }
        NodeKind::Role | NodeKind::Class => {
            "<rect class=\"az-open\" x=\"-5.4\" y=\"-4.4\" width=\"10.8\" height=\"8.8\" rx=\"1.4\"/>\
             <path class=\"az-open\" d=\"M-2.8 -1.2 L2.8 -1.2 M-2.8 1.5 L1.2 1.5\"/>"
        }
        NodeKind::Deny => {
            "<circle class=\"az-open\" r=\"5.2\"/><path class=\"az-open\" d=\"M-3.6 3.6 L3.6 -3.6\"/>"
        }
        NodeKind::Lock => {
            "<rect x=\"-4.4\" y=\"-1\" width=\"8.8\" height=\"6.4\" rx=\"1\"/>\
             <path class=\"az-open\" d=\"M-2.8 -1 L-2.8 -3 C-2.8 -6.6 2.8 -6.6 2.8 -3 L2.8 -1\"/>"
        }
        NodeKind::ManagementGroup => {
            "<rect x=\"-2\" y=\"-5.4\" width=\"4\" height=\"3.6\"/><rect x=\"-5.6\" y=\"1.8\" width=\"4\" height=\"3.6\"/>\
             <rect x=\"1.6\" y=\"1.8\" width=\"4\" height=\"3.6\"/><path class=\"az-open\" d=\"M0 -1.8 L0 0 M-3.6 1.8 L-3.6 0 L3.6 0 L3.6 1.8\"/>"
        }
        NodeKind::Subscription => {
            "<circle class=\"az-open\" cx=\"-2.4\" r=\"3\"/><path class=\"az-open\" d=\"M0.6 0 L5.6 0 L5.6 2.8 M3.2 0 L3.2 2.2\"/>"
        }
        NodeKind::ResourceGroup => {
            "<path class=\"az-open\" d=\"M-2.6 -5 L-5.2 -5 L-5.2 5 L-2.6 5 M2.6 -5 L5.2 -5 L5.2 5 L2.6 5\"/><rect x=\"-1.8\" y=\"-1.8\" width=\"3.6\" height=\"3.6\"/>"
        }
        NodeKind::Resource => "<rect x=\"-3.4\" y=\"-3.4\" width=\"6.8\" height=\"6.8\" rx=\"1\"/>",
        NodeKind::Fold => {
            "<circle cx=\"-4\" r=\"1.3\"/><circle r=\"1.3\"/><circle cx=\"4\" r=\"1.3\"/>"
        }
        NodeKind::Door => {
            "<path class=\"az-open\" d=\"M-3.8 5.4 L-3.8 -5.4 L3.8 -5.4 L3.8 5.4 M-5.6 5.4 L5.6 5.4\"/><circle cx=\"1.4\" cy=\"0.4\" r=\"1\"/>"
        }
    }
}

/// One kind of thing, and no line of weight, need no key.
fn has_legend(picture: &Picture) -> bool {
    let (kinds, marks) = picture.legend();
    kinds.len() >= 2 || !marks.is_empty()
}

/// What signs and lines mean, in as many lines as it takes.
fn legend(out: &mut String, picture: &Picture, limit: f64, y: &mut f64) {
    if !has_legend(picture) {
        return;
    }
    let (mut kinds, marks) = picture.legend();
    if kinds.len() < 2 {
        kinds.clear();
    }
    let (mut x, start) = (MARGIN, MARGIN);
    out.push_str("<g class=\"az-legend\">\n");
    let mut place = |long: f64, x: &mut f64| {
        if *x > start && *x + long > start + limit {
            *x = start;
            *y += LEGEND_LINE;
        }
        let at = (*x, *y);
        *x += long + 18.0;
        at
    };
    for mark in marks {
        let word = mark.word();
        let long = 40.0 + width(word, SMALL);
        let (left, top) = place(long, &mut x);
        let sample = match mark {
            // No line has it: a box does.
            Mark::Found => {
                "<rect class=\"az-box az-sample\" y=\"-7\" width=\"30\" height=\"14\" rx=\"3\"/>"
            }
            Mark::Near => {
                "<path class=\"az-ink\" d=\"M0 0 L30 0\"/><g class=\"az-cross\" transform=\"translate(15 0) scale(0.75)\">\
                 <circle r=\"8\"/><path d=\"M-3.5 -3.5 L3.5 3.5 M3.5 -3.5 L-3.5 3.5\"/></g>"
            }
            _ => {
                "<path class=\"az-ink\" d=\"M0 0 L30 0\"/><polygon class=\"az-head\" points=\"32,0 23,-5 23,5\"/>"
            }
        };
        let kind = if mark == Mark::Found { "az-node" } else { "az-line az-runs" };
        let _written = writeln!(
            out,
            "<g class=\"{kind} az-{}\" transform=\"translate({} {})\">{sample}\
             <text class=\"az-detail\" x=\"38\" y=\"4\">{word}</text></g>",
            mark.class(),
            n(left),
            n(top + 8.0)
        );
    }
    for kind in kinds {
        let word = kind.word();
        let (left, top) = place(20.0 + width(word, SMALL), &mut x);
        let _written = writeln!(
            out,
            "<g class=\"az-node\" transform=\"translate({} {})\"><g class=\"az-sign\" transform=\"translate(6 0)\">{}</g>\
             <text class=\"az-detail\" x=\"18\" y=\"4\">{word}</text></g>",
            n(left),
            n(top + 8.0),
            sign(kind)
        );
    }
    out.push_str("</g>\n");
    *y += LEGEND_LINE;
}
