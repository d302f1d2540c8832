//! Reading log groups from a time on, and going on with what is written meanwhile.
//!
//! CloudWatch has no cursor that waits for new events: an event can be found some seconds after
//! its time, and after events that are younger. So each reading begins a while before the end of
//! the one before, and what was shown of that while is remembered by its id. Nothing is shown
//! twice, and nothing is lost that comes less than [`LATE`] behind the newest of its group.

use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};

use super::event::Event;
use super::merge::Merge;
use super::search::{Search, Wanted};
use crate::aws::Context;
use crate::resource::Result;

/// How far behind its group's newest an event may come.
const LATE: SignedDuration = SignedDuration::from_mins(1);
/// How far back a group is read again in which nothing happens: clocks differ, ours from those
/// that date the events.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// How far back the last events are searched, until there are enough: AWS gives the oldest first.
const STEPS: [SignedDuration; 6] = [
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(10),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(24 * 14),
    SignedDuration::from_hours(24 * 365 * 10),
];

/// Events, the newest last, each with the place of its group in the list.
pub type Last = VecDeque<(usize, Event)>;
/// Log groups that don't exist, by their place in the list.
pub type Missing = BTreeSet<usize>;

/// Log groups that are read.
pub struct Tail<'a> {
    cx: &'a Context,
    filter: Option<String>,
    groups: Vec<Group<'a>>,
}

/// A log group, and what was read of it.
struct Group<'a> {
    name: &'a str,
    /// Nothing before it is wanted.
    start: Timestamp,
    /// When the last reading began.
    read: Option<Timestamp>,
    /// The time of the newest event.
    newest: Option<Timestamp>,
    /// The events that the next reading may find again.
    known: BTreeSet<(Timestamp, String, String)>,
}

impl<'a> Tail<'a> {
    /// These log groups, and of them what fits the pattern, where there is one, and was said since
    /// `start`.
    pub fn new(
        cx: &'a Context,
        names: impl IntoIterator<Item = &'a str>,
        filter: Option<String>,
        start: Timestamp,
    ) -> Self {
        let groups = names.into_iter().map(|name| Group::new(name, start)).collect();
        Self { cx, filter, groups }
    }

    /// Gives every event that was not given before, in the order of their times, until `each`
    /// breaks. It is told the place of the event's group in the list. After an error, the next
    /// reading goes on where this one stopped.
    ///
    /// # Errors
    /// When AWS can't be asked, or refuses the pattern.
    pub async fn read(
        &mut self,
        each: impl FnMut(usize, Event) -> ControlFlow<()>,
    ) -> Result<Missing> {
        let now = Timestamp::now();
        let mut merge = self.search(|group| (group.from(), None));
        let result = self.give(&mut merge, now, each).await;
        for group in &mut self.groups {
            let reached = group.newest.map(|newest| newest.min(now));
            group.read = if result.is_ok() { Some(now) } else { group.read.max(reached) };
        }
        result.map(|()| missing(&merge))
    }

    async fn give(
        &mut self,
        merge: &mut Merge,
        now: Timestamp,
        mut each: impl FnMut(usize, Event) -> ControlFlow<()>,
    ) -> Result<()> {
        while let Some((index, event)) = merge.next().await? {
            if self.groups[index].is_new(&event, now) && each(index, event).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The last `count` events: of those since the start where that is a bound, else however old
    /// they are. What follows them is given by [`Self::read`].
    ///
    /// # Errors
    /// When AWS can't be asked, or refuses the pattern.
    pub async fn last(&mut self, count: usize, is_bound: bool) -> Result<(Last, Missing)> {
        let now = Timestamp::now();
        let start = self.groups.first().map_or(now, |group| group.start);
        let steps = STEPS.map(|step| now.saturating_sub(step).unwrap_or(Timestamp::UNIX_EPOCH));
        let steps = if is_bound { vec![start] } else { steps.to_vec() };
        let (mut last, mut before, mut gone) = (Last::new(), None, Missing::new());
        for from in steps {
            let mut merge = self.search(|_| (from, before));
            let mut found = Last::new();
            self.give(&mut merge, now, |index, event| {
                found.push_back((index, event));
                if found.len() + last.len() > count {
                    found.pop_front();
                }
                ControlFlow::Continue(())
            })
            .await?;
            found.append(&mut last);
            (last, before, gone) = (found, Some(from), missing(&merge));
            if last.len() >= count || gone.len() == self.groups.len() {
                break;
            }
        }
        self.groups.iter_mut().for_each(|group| group.read = Some(now));
        Ok((last, gone))
    }

    fn search(&self, span: impl Fn(&Group<'_>) -> (Timestamp, Option<Timestamp>)) -> Merge {
        let searches = self.groups.iter().map(|group| {
            let (from, before) = span(group);
            let wanted = Wanted { from, before, filter: self.filter.clone() };
            Search::new(self.cx, group.name, wanted)
        });
        Merge(searches.collect())
    }
}

/// The last lines of a log group, for the error that tells of a program's end; none where nothing
/// was written, or the group does not exist.
///
/// # Errors
/// When AWS can't be asked.
pub(in crate::aws) async fn last_lines(
    cx: &Context,
    group: &str,
    count: usize,
) -> Result<Vec<String>> {
    let (last, _) = Tail::new(cx, [group], None, Timestamp::now()).last(count, false).await?;
    Ok(last.into_iter().map(|(_, event)| event.message).collect())
}

fn missing(merge: &Merge) -> Missing {
    let searches = merge.0.iter().enumerate();
    searches.filter(|(_, search)| search.is_missing).map(|(index, _)| index).collect()
}

impl<'a> Group<'a> {
    fn new(name: &'a str, start: Timestamp) -> Self {
        Self { name, start, read: None, newest: None, known: BTreeSet::new() }
    }

    /// Where the next reading begins.
    fn from(&self) -> Timestamp {
        let Some(read) = self.read else { return self.start };
        let newest = self.newest.unwrap_or(self.start).min(read);
        let back = |time: Timestamp, by| time.saturating_sub(by).unwrap_or(self.start);
        self.start.max(back(read, LONGEST)).max(back(newest, LATE))
    }

    /// Remembers an event, and forgets those that no later reading begins before. `false` for one
    /// that is known already.
    fn is_new(&mut self, event: &Event, now: Timestamp) -> bool {
        let is_new = self.known.insert((event.time, event.stream.clone(), event.id.clone()));
        let newest = self.newest.map_or(event.time, |newest| newest.max(event.time));
        self.newest = Some(newest);
        let from = newest.min(now).saturating_sub(LATE).unwrap_or(self.start);
        while self.known.first().is_some_and(|(time, ..)| *time < from) {
            self.known.pop_first();
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn event(seconds: i64, id: &str) -> Event {
        Event {
            time: at(seconds),
            stream: "s".to_owned(),
            id: id.to_owned(),
            message: String::new(),
        }
    }

    fn read(start: i64, ended: i64) -> Group<'static> {
        Group { read: Some(at(ended)), ..Group::new("g", at(start)) }
    }

    #[test]
    fn the_next_reading_begins_before_the_newest() {
        assert_eq!(Group::new("g", at(5)).from(), at(5));
        let mut group = read(0, 1000);
        group.newest = Some(at(990));
        assert_eq!(group.from(), at(930));
        group.newest = Some(at(5000));
        assert_eq!(group.from(), at(940), "a clock that is ahead hides nothing");
    }

    #[test]
    fn a_quiet_group_is_not_read_from_its_beginning_for_ever() {
        assert_eq!(read(0, 600).from(), at(0));
        assert_eq!(read(0, 3600).from(), at(2700));
        assert_eq!(read(3599, 3600).from(), at(3599), "what was not asked for stays hidden");
    }

    #[test]
    fn what_comes_late_is_new_and_what_came_is_not() {
        let mut group = read(0, 1000);
        let mut is_new = |event| group.is_new(&event, at(1000));
        assert!(is_new(event(990, "a")));
        assert!(is_new(event(950, "b")), "late");
        assert!(!is_new(event(990, "a")) && !is_new(event(950, "b")));
    }

    #[test]
    fn only_what_may_be_found_again_is_remembered() {
        let mut group = Group::new("g", at(0));
        for second in 0..50_000 {
            group.is_new(&event(second, "e"), at(50_000));
        }
        group.read = Some(at(50_000));
        let oldest = group.known.first().unwrap().0;
        assert!(oldest <= group.from() && group.known.len() < 100, "{}", group.known.len());
    }
}
