//! Where the nodes of a layered drawing stand: columns in the order of making, a lane a stack.
//!
//! Sugiyama's method in its plainest form: layers by the longest path, points where long edges
//! pass a column, an order within each column that keeps neighbours near, then heights.

use std::collections::{BTreeMap, BTreeSet};

/// The height of a node.
pub(super) const NODE: f64 = 42.0;
/// The height that an edge takes where it passes a column.
const PASSAGE: f64 = 6.0;
/// The gap between what stands in a column.
const GAP: f64 = 14.0;
/// The space above a lane's nodes, for its name.
const HEADING: f64 = 40.0;
/// The space below a lane's nodes.
const FOOT: f64 = 18.0;
/// The gap between lanes.
const BETWEEN: f64 = 18.0;
/// How often the columns are put in order, and moved.
const SWEEPS: usize = 12;

/// A drawing without widths: those are the columns'.
#[derive(Debug)]
pub(super) struct Layout {
    /// Each node's column and the height of its middle.
    pub nodes: Vec<Spot>,
    /// For each edge, the points where it passes columns, and its ends.
    pub routes: Vec<Vec<Spot>>,
    /// Each lane's top and height.
    pub lanes: Vec<(f64, f64)>,
    /// How many columns there are.
    pub columns: usize,
    /// The height of everything.
    pub height: f64,
}

/// A place in a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub column: usize,
    pub y: f64,
}

/// What stands in a column: a node, or the passage of an edge.
struct Item {
    column: usize,
    lane: usize,
    height: f64,
    y: f64,
    before: Vec<usize>,
    after: Vec<usize>,
}

/// Lays nodes out; `lanes` gives each node's lane, edges lead from earlier nodes to later ones.
pub(super) fn layout(lanes: &[usize], edges: &[(usize, usize)]) -> Layout {
    let columns = columns(lanes.len(), edges);
    let mut drawing = Drawing::new(lanes, &columns);
    let routes: Vec<Vec<usize>> =
        edges.iter().map(|&(first, then)| drawing.route(first, then)).collect();
    drawing.order();
    let bands = drawing.place();
    let spot = |item: usize| Spot { column: drawing.items[item].column, y: drawing.items[item].y };
    Layout {
        nodes: (0..lanes.len()).map(spot).collect(),
        routes: routes.iter().map(|route| route.iter().map(|item| spot(*item)).collect()).collect(),
        columns: drawing.grid.len(),
        height: bands.last().map_or(0.0, |(top, height)| top + height),
        lanes: bands,
    }
}

/// The longest path to each node; what waits for nothing stands just before what waits for it.
fn columns(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut columns: Vec<usize> = vec![0; nodes];
    let mut sorted = edges.to_vec();
    sorted.sort_by_key(|(_, then)| *then);
    for (first, then) in &sorted {
        columns[*then] = columns[*then].max(columns[*first] + 1);
    }
    let waiting: BTreeSet<usize> = edges.iter().map(|(_, then)| *then).collect();
    let mut soonest: BTreeMap<usize, usize> = BTreeMap::new();
    for (first, then) in edges.iter().filter(|(first, _)| !waiting.contains(first)) {
        let column = soonest.entry(*first).or_insert(usize::MAX);
        *column = columns[*then].min(*column);
    }
    for (node, column) in soonest {
        columns[node] = column.saturating_sub(1);
    }
    columns
}

struct Drawing {
    items: Vec<Item>,
    /// The passages of each node's edges, by column: edges from one node share them.
    passages: BTreeMap<(usize, usize), usize>,
    /// By column and lane, the items from top to bottom.
    grid: Vec<Vec<Vec<usize>>>,
}

impl Drawing {
    fn new(lanes: &[usize], columns: &[usize]) -> Self {
        let bands = lanes.iter().max().map_or(0, |last| last + 1);
        let width = columns.iter().max().map_or(0, |last| last + 1);
        let mut drawing = Self {
            items: Vec::new(),
            passages: BTreeMap::new(),
            grid: vec![vec![Vec::new(); bands]; width],
        };
        for (lane, column) in lanes.iter().zip(columns) {
            drawing.add(*column, *lane, NODE);
        }
        drawing
    }

    fn add(&mut self, column: usize, lane: usize, height: f64) -> usize {
        let (before, after) = (Vec::new(), Vec::new());
        self.items.push(Item { column, lane, height, y: 0.0, before, after });
        self.grid[column][lane].push(self.items.len() - 1);
        self.items.len() - 1
    }

    /// The items from one node to another, with a passage in each column between.
    fn route(&mut self, first: usize, then: usize) -> Vec<usize> {
        let (from, to) = (self.items[first].column, self.items[then].column);
        let lane = self.items[first].lane;
        let mut route = vec![first];
        for column in from + 1..to {
            let passage = match self.passages.get(&(first, column)) {
                Some(passage) => *passage,
                None => {
                    let passage = self.add(column, lane, PASSAGE);
                    self.passages.insert((first, column), passage);
                    passage
                }
            };
            route.push(passage);
        }
        route.push(then);
        for pair in route.windows(2) {
            if !self.items[pair[0]].after.contains(&pair[1]) {
                self.items[pair[0]].after.push(pair[1]);
                self.items[pair[1]].before.push(pair[0]);
            }
        }
        route
    }

    /// Puts each column in the order of its neighbours' middles, forwards and backwards in turn.
    fn order(&mut self) {
        for sweep in 0..SWEEPS {
            let ranks = self.ranks();
            let forwards = sweep % 2 == 0;
            let width = self.grid.len();
            let mut fresh = ranks;
            for step in 0..width {
                let column = if forwards { step } else { width - 1 - step };
                self.order_column(column, forwards, &mut fresh);
            }
        }
    }

    fn order_column(&mut self, column: usize, forwards: bool, ranks: &mut [f64]) {
        let items = &self.items;
        for lane in &mut self.grid[column] {
            let key = |item: &usize| {
                let item_data = &items[*item];
                let near = if forwards { &item_data.before } else { &item_data.after };
                mean(near.iter().map(|other| ranks[*other])).unwrap_or(ranks[*item])
            };
            let mut keyed: Vec<(f64, usize)> = lane.iter().map(|item| (key(item), *item)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            *lane = keyed.into_iter().map(|(_, item)| item).collect();
        }
        rank_column(&self.grid[column], ranks);
    }

    fn ranks(&self) -> Vec<f64> {
        let mut ranks = vec![0.0; self.items.len()];
        self.grid.iter().for_each(|column| rank_column(column, &mut ranks));
        ranks
    }

    /// Gives every item its height, lane by lane; each lane's top and height come back.
    fn place(&mut self) -> Vec<(f64, f64)> {
        let lanes = self.grid.first().map_or(0, Vec::len);
        let mut bands = Vec::with_capacity(lanes);
        let mut top = 0.0;
        for lane in 0..lanes {
            let tallest =
                self.grid.iter().map(|column| self.tall(&column[lane])).fold(0.0, f64::max);
            bands.push((top, HEADING + tallest + FOOT));
            for column in 0..self.grid.len() {
                self.stack(column, lane, top + HEADING);
            }
            top += HEADING + tallest + FOOT + BETWEEN;
        }
        for sweep in 0..SWEEPS {
            for step in 0..self.grid.len() {
                let column = if sweep % 2 == 0 { step } else { self.grid.len() - 1 - step };
                for (lane, (top, height)) in bands.iter().enumerate() {
                    self.straighten(column, lane, (top + HEADING, top + height - FOOT));
                }
            }
        }
        bands
    }

    fn tall(&self, items: &[usize]) -> f64 {
        let heights: f64 = items.iter().map(|item| self.items[*item].height).sum();
        heights + GAP * items.len().saturating_sub(1) as f64
    }

    fn stack(&mut self, column: usize, lane: usize, mut y: f64) {
        for item in self.grid[column][lane].clone() {
            let item = &mut self.items[item];
            item.y = y + item.height / 2.0;
            y += item.height + GAP;
        }
    }

    /// Moves a column's items towards their neighbours, within the lane and in their order.
    fn straighten(&mut self, column: usize, lane: usize, (top, bottom): (f64, f64)) {
        let order = self.grid[column][lane].clone();
        let wish = |item: &usize| {
            let item = &self.items[*item];
            mean(item.before.iter().chain(&item.after).map(|other| self.items[*other].y))
                .unwrap_or(item.y)
        };
        let mut middles: Vec<f64> = order.iter().map(wish).collect();
        let half = |index: usize| self.items[order[index]].height / 2.0;
        let mut least = top;
        for (index, middle) in middles.iter_mut().enumerate() {
            *middle = middle.max(least + half(index));
            least = *middle + half(index) + GAP;
        }
        let mut most = bottom;
        for (index, middle) in middles.iter_mut().enumerate().rev() {
            *middle = middle.min(most - half(index));
            most = *middle - half(index) - GAP;
        }
        for (item, middle) in order.iter().zip(middles) {
            self.items[*item].y = middle;
        }
    }
}

fn rank_column(column: &[Vec<usize>], ranks: &mut [f64]) {
    let items: Vec<usize> = column.iter().flatten().copied().collect();
    let total = items.len() as f64;
    for (place, item) in items.into_iter().enumerate() {
        // As a share of the column, so that columns of different lengths can be compared.
        ranks[item] = (place as f64 + 0.5) / total;
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_leads_to_a_later_column() {
        let edges = [(0, 1), (1, 2), (0, 3), (3, 2), (4, 2)];
        let layout = layout(&[0, 0, 0, 1, 1], &edges);
        for (first, then) in edges {
            assert!(layout.nodes[first].column < layout.nodes[then].column);
        }
        assert_eq!(layout.nodes[4].column, 1, "what waits for nothing stands near its use");
    }

    #[test]
    fn nothing_overlaps_and_everything_stands_in_its_lane() {
        let lanes: Vec<usize> = (0..60).map(|node| node % 3).collect();
        let edges: Vec<(usize, usize)> = (1..60).map(|node| (node / 4, node)).collect();
        let layout = layout(&lanes, &edges);
        for (index, spot) in layout.nodes.iter().enumerate() {
            let (top, height) = layout.lanes[lanes[index]];
            assert!(spot.y - NODE / 2.0 >= top && spot.y + NODE / 2.0 <= top + height);
            for other in &layout.nodes[..index] {
                let apart = (spot.y - other.y).abs() >= NODE - 0.01;
                assert!(spot.column != other.column || apart, "{spot:?} {other:?}");
            }
        }
    }

    #[test]
    fn nothing_is_laid_out_too() {
        assert_eq!(layout(&[], &[]).height, 0.0);
    }
}
