//! A walk over a graph: each node after those it waits for, as many at once as allowed.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::graph::Dag;

/// How a node ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Failed,
    /// Not begun, because of this node's failure, or of an interruption.
    Skipped(Option<usize>),
}

/// A place among the calls that are allowed at once. Dropped while a node only waits.
pub(super) type Turn = OwnedSemaphorePermit;

/// Runs `work` for every node. A failure skips what waits for it and lets other branches finish;
/// `stop` begins nothing more and lets finish what is under way.
pub(super) async fn walk<F>(
    dag: &Dag,
    parallel: usize,
    stop: &CancellationToken,
    work: impl Fn(usize, Turn) -> F,
) -> Vec<Outcome>
where
    F: Future<Output = bool> + Send + 'static,
{
    let mut walk = Walk::new(dag);
    let turns = Arc::new(Semaphore::new(parallel.max(1)));
    let mut running = JoinSet::new();
    let mut nodes = BTreeMap::new();
    loop {
        tokio::select! {
            biased;
            Some(ended) = running.join_next_with_id() => {
                let (task, done) = match ended {
                    Ok((task, done)) => (task, done),
                    Err(error) => (error.id(), false),
                };
                if let Some(node) = nodes.remove(&task) {
                    walk.ended(node, done);
                }
            }
            turn = Arc::clone(&turns).acquire_owned(),
                if !walk.ready.is_empty() && !stop.is_cancelled() => {
                // The turn may have been long in coming.
                if stop.is_cancelled() {
                    continue;
                }
                if let (Ok(turn), Some(node)) = (turn, walk.ready.pop()) {
                    nodes.insert(running.spawn(work(node, turn)).id(), node);
                }
            }
            else => break,
        }
    }
    walk.outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Skipped(None))).collect()
}

struct Walk<'a> {
    dag: &'a Dag,
    waits: Vec<usize>,
    /// A stack: what a finished node made possible comes first, so that chains run on.
    ready: Vec<usize>,
    outcomes: Vec<Option<Outcome>>,
}

impl<'a> Walk<'a> {
    fn new(dag: &'a Dag) -> Self {
        let waits = dag.waits.clone();
        let ready = (0..waits.len()).rev().filter(|node| waits[*node] == 0).collect();
        Self { dag, ready, outcomes: vec![None; waits.len()], waits }
    }

    fn ended(&mut self, node: usize, done: bool) {
        if !done {
            self.outcomes[node] = Some(Outcome::Failed);
            return self.skip_after(node);
        }
        self.outcomes[node] = Some(Outcome::Done);
        for &next in &self.dag.dependents[node] {
            self.waits[next] -= 1;
            if self.waits[next] == 0 && self.outcomes[next].is_none() {
                self.ready.push(next);
            }
        }
    }

    fn skip_after(&mut self, root: usize) {
        let mut open: Vec<usize> = self.dag.dependents[root].iter().copied().collect();
        while let Some(node) = open.pop() {
            if self.outcomes[node].is_none() {
                self.outcomes[node] = Some(Outcome::Skipped(Some(root)));
                open.extend(&self.dag.dependents[node]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn dag(nodes: usize, edges: &[(usize, usize)]) -> Dag {
        let mut dag = Dag::default();
        (0..nodes).for_each(|_| {
            dag.add_node();
        });
        edges.iter().for_each(|&(first, then)| dag.add_edge(first, then));
        dag
    }

    #[tokio::test]
    async fn a_failure_skips_what_waits_for_it_and_nothing_else() {
        let dag = dag(5, &[(0, 1), (1, 2), (3, 4)]);
        let stop = CancellationToken::new();
        let outcomes = walk(&dag, 2, &stop, |node, _turn| async move { node != 1 }).await;
        use Outcome::{Done, Failed, Skipped};
        assert_eq!(outcomes, [Done, Failed, Skipped(Some(1)), Done, Done]);
    }

    #[tokio::test]
    async fn no_node_begins_before_what_it_waits_for() {
        let dag = dag(4, &[(3, 0), (0, 1), (3, 2), (2, 1)]);
        let order = Arc::new(Mutex::new(Vec::new()));
        let stop = CancellationToken::new();
        walk(&dag, 8, &stop, |node, _turn| {
            let order = Arc::clone(&order);
            async move {
                order.lock().unwrap().push(node);
                true
            }
        })
        .await;
        let order = order.lock().unwrap().clone();
        assert_eq!((order[0], order[3]), (3, 1));
    }

    #[tokio::test]
    async fn a_stop_begins_nothing_more() {
        let dag = dag(3, &[(0, 1), (1, 2)]);
        let stop = CancellationToken::new();
        let outcomes = walk(&dag, 1, &stop, |node, _turn| {
            let stop = stop.clone();
            async move {
                if node == 1 {
                    stop.cancel();
                }
                true
            }
        })
        .await;
        use Outcome::{Done, Skipped};
        assert_eq!(outcomes, [Done, Done, Skipped(None)]);
    }
}
