//! The events of several log groups as one sequence.

use futures::future::try_join_all;

use super::event::Event;
use super::search::Search;
use crate::resource::Result;

/// Searches whose events are taken in the order of their times.
pub(super) struct Merge(pub Vec<Search>);

impl Merge {
    /// The next event, and which search found it.
    pub async fn next(&mut self) -> Result<Option<(usize, Event)>> {
        let times = try_join_all(self.0.iter_mut().map(Search::peek)).await?;
        let first = times.into_iter().enumerate().filter_map(|(index, time)| Some((time?, index)));
        let Some((_, index)) = first.min() else { return Ok(None) };
        Ok(self.0[index].take().map(|event| (index, event)))
    }
}
