//! The events of one log group, read page by page.

use std::collections::VecDeque;

use aws_sdk_cloudwatchlogs::operation::filter_log_events::FilterLogEventsOutput;
use aws_sdk_cloudwatchlogs::operation::filter_log_events::builders::FilterLogEventsFluentBuilder;
use jiff::Timestamp;

use super::event::Event;
use crate::aws::{Context, Error};
use crate::resource::Result;

/// Which events are wanted.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// From this time on.
    pub from: Timestamp,
    /// Before this time; `None` for all that are there.
    pub before: Option<Timestamp>,
    /// CloudWatch's filter pattern.
    pub filter: Option<String>,
}

/// A search that goes on as its events are taken, in the order of their times: at most a page of
/// them is in memory.
pub(super) struct Search {
    request: FilterLogEventsFluentBuilder,
    page: VecDeque<Event>,
    before: Option<Timestamp>,
    is_over: bool,
    /// Whether there is no such log group.
    pub is_missing: bool,
}

impl Search {
    pub fn new(cx: &Context, group: &str, wanted: Wanted) -> Self {
        let request = cx.clients.logs().filter_log_events().log_group_name(group);
        let request = request.start_time(wanted.from.as_millisecond());
        // AWS counts the end in.
        let request = request.set_end_time(wanted.before.map(Timestamp::as_millisecond));
        let request = request.set_filter_pattern(wanted.filter);
        let (page, before) = (VecDeque::new(), wanted.before);
        Self { request, page, before, is_over: false, is_missing: false }
    }

    /// The time of the next event; `None` when there is none.
    pub async fn peek(&mut self) -> Result<Option<Timestamp>> {
        // A page may be empty and not the last.
        while self.page.is_empty() && !self.is_over {
            let answer = self.request.clone().send().await.map_err(Error::from);
            match Error::optional(answer)? {
                Some(page) => self.turn(page),
                None => (self.is_over, self.is_missing) = (true, true),
            }
        }
        Ok(self.page.front().map(|event| event.time))
    }

    fn turn(&mut self, page: FilterLogEventsOutput) {
        let events = page.events.unwrap_or_default().into_iter().map(Event::of);
        let before = self.before;
        self.page.extend(events.filter(|event| before.is_none_or(|before| event.time < before)));
        self.is_over = page.next_token.is_none();
        self.request = self.request.clone().set_next_token(page.next_token);
    }

    pub fn take(&mut self) -> Option<Event> {
        self.page.pop_front()
    }
}
