//! The graph as a drawing that needs no other program: light and dark, with text as text.

use std::fmt::Write;

use super::graph::{Graph, Node};
use super::layout::{Layout, NODE, Spot, layout};

/// The width of a character of the monospaced name.
const CHARACTER: f64 = 7.3;
/// The longest name that is shown whole; the tooltip has the rest.
const NAME: usize = 30;
/// The space within a node, left and right.
const PADDING: f64 = 14.0;
/// The space between columns, for the edges.
const CHANNEL: f64 = 64.0;
/// The space around everything.
const MARGIN: f64 = 24.0;
/// The space above the lanes, for the title.
const TITLE: f64 = 54.0;

const STYLE: &str = "\
:root { color-scheme: light dark; }
svg { --page: #ffffff; --lane: #f6f8fa; --line: #d0d7de; --node: #ffffff; --text: #1f2328; \
--dim: #59636e; --edge: #8c959f; background: var(--page); }
@media (prefers-color-scheme: dark) { svg { --page: #0d1117; --lane: #151b23; --line: #3d444d; \
--node: #212830; --text: #f0f6fc; --dim: #9198a1; --edge: #6e7681; } }
.page { fill: var(--page); }
.lane { fill: var(--lane); stroke: var(--line); }
.box { fill: var(--node); stroke: var(--line); }
.edge { fill: none; stroke: var(--edge); stroke-width: 1.3; opacity: .75; }
.tip { fill: var(--edge); }
text { fill: var(--text); font-family: ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, \
sans-serif; }
.title { font-size: 18px; font-weight: 600; }
.stack { font-size: 14px; font-weight: 600; }
.name { font: 600 12px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.kind, .note { font-size: 11px; fill: var(--dim); }
";

/// The graph as SVG.
pub fn svg(graph: &Graph) -> String {
    let stacks = graph.stacks();
    let mut lanes = vec![0; graph.nodes.len()];
    for (lane, (_, nodes)) in stacks.iter().enumerate() {
        nodes.iter().for_each(|node| lanes[*node] = lane);
    }
    let layout = layout(&lanes, &graph.edges);
    let columns = Columns::new(graph, &layout);
    let mut drawing = Drawing { columns, out: String::new() };
    drawing.head(graph, &layout);
    for ((stack, nodes), (top, height)) in stacks.iter().zip(&layout.lanes) {
        drawing.lane(stack, nodes.len(), *top, *height);
    }
    layout.routes.iter().for_each(|route| drawing.edge(route));
    for (node, spot) in graph.nodes.iter().zip(&layout.nodes) {
        drawing.node(node, *spot);
    }
    drawing.out.push_str("</svg>");
    drawing.out
}

/// Where the columns begin and end.
struct Columns(Vec<(f64, f64)>);

impl Columns {
    fn new(graph: &Graph, layout: &Layout) -> Self {
        let mut widths = vec![0.0_f64; layout.columns];
        for (node, spot) in graph.nodes.iter().zip(&layout.nodes) {
            let longest = shortened(node.address.path()).chars().count().max(node.kind.len());
            let width = longest as f64 * CHARACTER + 2.0 * PADDING;
            widths[spot.column] = widths[spot.column].max(width);
        }
        let mut left = MARGIN + PADDING;
        let place = |width: f64| {
            let column = (left, left + width);
            left += width + CHANNEL;
            column
        };
        Self(widths.into_iter().map(place).collect())
    }

    fn right(&self) -> f64 {
        self.0.last().map_or(MARGIN, |(_, right)| *right) + PADDING
    }
}

struct Drawing {
    columns: Columns,
    out: String,
}

impl Drawing {
    fn head(&mut self, graph: &Graph, layout: &Layout) {
        let title = format!("{}: what waits for what", graph.environment);
        let note = "left is made first; an arrow leads to what waits";
        let least = (title.len().max(note.len()) as f64 + 8.0) * 9.0;
        let width = (self.columns.right() + MARGIN).max(least);
        let height = TITLE + layout.height + 2.0 * MARGIN;
        let _ = write!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<title>{0}</title>\n\
             <style>\n{STYLE}</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n\
             <text class=\"title\" x=\"{MARGIN}\" y=\"40\">{0}</text>\n\
             <text class=\"note\" x=\"{MARGIN}\" y=\"58\">{note}</text>\n",
            escape(&title),
        );
    }

    fn lane(&mut self, stack: &str, nodes: usize, top: f64, height: f64) {
        let (top, right) = (top + TITLE + MARGIN, self.columns.right());
        let _ = writeln!(
            self.out,
            "<rect class=\"lane\" x=\"{MARGIN}\" y=\"{top:.1}\" width=\"{:.1}\" \
             height=\"{height:.1}\" rx=\"10\"/>\n<text x=\"{:.1}\" y=\"{:.1}\">\
             <tspan class=\"stack\">{}</tspan> <tspan class=\"note\">{nodes}</tspan></text>",
            right - MARGIN,
            MARGIN + PADDING,
            top + 25.0,
            escape(stack),
        );
    }

    /// A line from the right of what is needed to the left of what waits.
    fn edge(&mut self, route: &[Spot]) {
        let y = |spot: &Spot| spot.y + TITLE + MARGIN;
        let (Some(first), Some(last)) = (route.first(), route.last()) else { return };
        let mut x = self.columns.0[first.column].1;
        let mut path = format!("M{x:.1} {:.1}", y(first));
        for pair in route.windows(2) {
            let (left, right) = self.columns.0[pair[1].column];
            let end = if pair[1] == *last { left - 5.0 } else { left };
            let middle = (x + end) / 2.0;
            let (from, to) = (y(&pair[0]), y(&pair[1]));
            let _ = write!(path, " C{middle:.1} {from:.1} {middle:.1} {to:.1} {end:.1} {to:.1}");
            if pair[1] != *last {
                let _ = write!(path, " H{right:.1}");
            }
            x = right;
        }
        let (left, y) = (self.columns.0[last.column].0, y(last));
        let _ = writeln!(
            self.out,
            "<path class=\"edge\" d=\"{path}\"/><path class=\"tip\" \
             d=\"M{left:.1} {y:.1} l-7 -3.5 v7 z\"/>"
        );
    }

    fn node(&mut self, node: &Node, spot: Spot) {
        let (left, right) = self.columns.0[spot.column];
        let top = spot.y + TITLE + MARGIN - NODE / 2.0;
        let (address, kind) = (escape(node.address.as_str()), escape(&node.kind));
        let name = escape(&shortened(node.address.path()));
        let (text, width, hue) = (left + PADDING, right - left, hue(&node.kind));
        let _ = writeln!(
            self.out,
            "<g><title>{address} ({kind})</title>\
             <rect class=\"box\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
             height=\"{NODE}\" rx=\"6\"/>\
             <rect x=\"{left:.1}\" y=\"{:.1}\" width=\"4\" height=\"{:.1}\" rx=\"2\" fill=\"{hue}\"/>\
             <text class=\"name\" x=\"{text:.1}\" y=\"{:.1}\">{name}</text>\
             <text class=\"kind\" x=\"{text:.1}\" y=\"{:.1}\">{kind}</text></g>",
            top + 6.0,
            NODE - 12.0,
            top + 18.0,
            top + 33.0,
        );
    }
}

fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= NAME {
        return name.to_owned();
    }
    // The end of a name tells more than its middle: it holds the child and the key.
    let head: String = name.chars().take(NAME / 3).collect();
    let tail: String = name.chars().skip(count - (NAME - NAME / 3 - 1)).collect();
    format!("{head}…{tail}")
}

/// A colour for each of AWS's services, readable on light and dark.
fn hue(kind: &str) -> &'static str {
    match kind.split('.').next().unwrap_or_default() {
        "ec2" => "#e8833a",
        "rds" => "#4f7df3",
        "ecr" | "apprunner" | "ecs" => "#d9822b",
        "iam" | "kms" | "secretsmanager" | "wafv2" | "securityhub" => "#e5484d",
        "logs" | "cloudwatch" | "cloudtrail" | "config" => "#d6409f",
        "s3" => "#46a758",
        "cloudfront" => "#8e4ec6",
        _ => "#8b8d98",
    }
}

fn escape(text: &str) -> String {
    let shown = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        c if c.is_control() => "\u{fffd}".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::graph::tests::small;

    #[test]
    fn every_object_and_edge_is_drawn() {
        let graph = small();
        let drawn = svg(&graph);
        assert_eq!(drawn.matches("class=\"edge\"").count(), graph.edges.len());
        assert_eq!(drawn.matches("class=\"lane\"").count(), graph.stacks().len());
        for node in &graph.nodes {
            assert!(drawn.contains(&format!("<title>{} ({})</title>", node.address, node.kind)));
        }
        assert!(drawn.contains("prefers-color-scheme: dark"));
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("<a href=\"x\">&\u{7}"), "&lt;a href=&quot;x&quot;&gt;&amp;\u{fffd}");
    }

    #[test]
    fn a_long_name_keeps_its_end() {
        let shown = shortened("a_very_long_component.with_a_long_child:us-east-1a");
        assert_eq!(shown, "a_very_lon…ng_child:us-east-1a");
    }
}
