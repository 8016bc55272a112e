//! How the time of a decision grows with the tenant: a picture of lines, both axes logarithmic.

use std::fmt::Write as _;

/// One line of the picture: its name, and (assignments, nanoseconds).
pub(crate) type Line = (&'static str, Vec<(f64, f64)>);

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 250.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;

/// Colours that people who see fewer of them can tell apart; lines are dashed differently too.
const COLOURS: [(&str, &str); 5] = [
    ("#0072b2", ""),
    ("#d55e00", "8 3"),
    ("#009e73", "2 3"),
    ("#cc79a7", "8 3 2 3"),
    ("#56595c", "1 4"),
];

/// The picture as SVG.
pub(crate) fn svg(lines: &[Line]) -> String {
    let points = || lines.iter().flat_map(|line| &line.1);
    let least = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(0.0, f64::max);
    let (x0, x1) =
        (least(|p| p.0).log10(), most(|p| p.0).log10().max(least(|p| p.0).log10() + 1.0));
    let (y0, y1) = (least(|p| p.1).log10().floor(), most(|p| p.1).log10().ceil());
    let x = |value: f64| LEFT + (value.log10() - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT);
    let y =
        |value: f64| HEIGHT - BOTTOM - (value.log10() - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM);
    let mut out = String::new();
    let mut add = |text: std::fmt::Arguments<'_>| {
        let _infallible = out.write_fmt(text);
        out.push('\n');
    };
    add(format_args!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" role="img">"##
    ));
    add(format_args!("<title>Median time of one question by size of the tenant</title>"));
    add(format_args!(r##"<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>"##));
    add(format_args!(
        r##"<text x="{LEFT}" y="22" font-weight="bold">Median time of one question, by role assignments of the tenant</text>"##
    ));
    let mut power = y0 as i32;
    while f64::from(power) <= y1 {
        let (at, value) = (y(10f64.powi(power)), crate::page::nanos(10f64.powi(power)));
        add(format_args!(
            r##"<line x1="{LEFT}" y1="{at:.1}" x2="{:.1}" y2="{at:.1}" stroke="#d0d4d8"/><text x="{:.1}" y="{:.1}" text-anchor="end">{value}</text>"##,
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.0
        ));
        power += 1;
    }
    for (size, _) in lines.first().map_or(&[][..], |line| &line.1) {
        add(format_args!(
            r##"<text x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"##,
            x(*size),
            HEIGHT - BOTTOM + 22.0,
            crate::page::thousands(*size)
        ));
    }
    for (at, (name, points)) in lines.iter().enumerate() {
        let (colour, dashes) = COLOURS[at % COLOURS.len()];
        let path: Vec<String> = points
            .iter()
            .map(|(size, nanos)| format!("{:.1},{:.1}", x(*size), y(*nanos)))
            .collect();
        add(format_args!(
            r##"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/>"##,
            path.join(" ")
        ));
        let row = TOP + 14.0 + at as f64 * 22.0;
        add(format_args!(
            r##"<line x1="{:.1}" y1="{row:.1}" x2="{:.1}" y2="{row:.1}" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/><text x="{:.1}" y="{:.1}">{name}</text>"##,
            WIDTH - RIGHT + 16.0,
            WIDTH - RIGHT + 48.0,
            WIDTH - RIGHT + 56.0,
            row + 4.0
        ));
    }
    add(format_args!("</svg>"));
    out
}
