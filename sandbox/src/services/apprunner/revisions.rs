//! What is configured apart from services, in numbered revisions under a name: auto scaling
//! configurations, VPC connectors and observability configurations.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// How long AWS still describes what was deleted.
const REMEMBERED: Duration = Duration::from_secs(3600);
/// How many names there can be: <https://docs.aws.amazon.com/general/latest/gr/apprunner.html>
const MOST_NAMES: usize = 10;
/// How many revisions a name can have.
const MOST_REVISIONS: usize = 5;

/// The revisions of one kind, in the order in which they were made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revisions<T>(Vec<Revision<T>>);

/// One revision; nothing but its tags ever changes, until it is deleted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revision<T> {
    /// With the name, the number and an id.
    pub arn: String,
    /// The customer's name for it.
    pub name: String,
    /// From 1, unique among the name's revisions that are not deleted.
    pub number: u32,
    /// When it was made.
    pub created: Timestamp,
    /// When it was deleted. It can't be used any more.
    pub deleted: Option<Timestamp>,
    /// The customer's tags.
    pub tags: Tags,
    /// What it says.
    pub content: T,
}

/// What the ARNs of a kind begin with, after the account: `vpcconnector`, ….
pub(super) type Kind = &'static str;

impl<T> Default for Revisions<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Revisions<T> {
    /// Forgets what was deleted an hour ago.
    pub(super) fn settle(&mut self, now: Timestamp) {
        self.0.retain(|revision| {
            let forgotten = revision.deleted.and_then(|at| at.checked_add(REMEMBERED).ok());
            forgotten.is_none_or(|at| at > now)
        });
    }

    /// Those that are not deleted, in the order in which they were made.
    pub fn active(&self) -> impl Iterator<Item = &Revision<T>> {
        self.0.iter().filter(|revision| revision.deleted.is_none())
    }

    /// Those of a name that are not deleted.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Revision<T>> {
        self.active().filter(move |revision| revision.name == name)
    }

    /// Those of a name, or of all names, that are not deleted; of each name only the newest, if
    /// so asked. They ascend by [`Revision::key`].
    pub(super) fn listed(&self, name: Option<&str>, latest_only: bool) -> Vec<&Revision<T>> {
        let mut listed: Vec<_> = self
            .active()
            .filter(|revision| name.is_none_or(|name| name == revision.name))
            .filter(|revision| !latest_only || self.is_latest(revision))
            .collect();
        listed.sort_by_key(|revision| revision.key());
        listed
    }

    /// The newest of a name.
    pub(super) fn latest(&self, name: &str) -> Option<&Revision<T>> {
        let named = self.active().filter(|revision| revision.name == name);
        named.max_by_key(|revision| revision.number)
    }

    /// Whether its name has no newer one.
    pub(super) fn is_latest(&self, revision: &Revision<T>) -> bool {
        self.latest(&revision.name).is_some_and(|latest| latest.arn == revision.arn)
    }

    /// The revision of an ARN, deleted or not. One that ends in the name means the newest, one
    /// that ends in the number the one that is not deleted.
    pub(super) fn find(&self, arn: &str) -> Option<&Revision<T>> {
        let exactly = self.0.iter().find(|revision| revision.arn == arn);
        exactly.or_else(|| {
            let meant = self.active().filter(|revision| {
                let by_number = format!("{}/{}", revision.by_name(), revision.number);
                arn == revision.by_name() || arn == by_number
            });
            meant.max_by_key(|revision| revision.number)
        })
    }

    /// The revision of a full ARN, for its tags.
    pub(super) fn find_mut(&mut self, arn: &str) -> Option<&mut Revision<T>> {
        self.0.iter_mut().find(|revision| revision.arn == arn && revision.deleted.is_none())
    }

    /// Deletes one, which is still described for a while.
    pub(super) fn delete(&mut self, arn: &str, now: Timestamp) {
        if let Some(revision) = self.find_mut(arn) {
            revision.deleted = Some(now);
        }
    }

    /// Adds one that [`Self::check_room`] had room for.
    pub(super) fn add(&mut self, revision: Revision<T>) {
        self.0.push(revision);
    }

    /// The number of a name's next revision.
    pub(super) fn next_number(&self, name: &str) -> u32 {
        self.latest(name).map_or(1, |latest| latest.number + 1)
    }

    /// Refuses what AWS's quotas do not leave room for.
    pub(super) fn check_room(&self, name: &str) -> Result<(), Fault> {
        let names: BTreeSet<&str> = self.active().map(|revision| revision.name.as_str()).collect();
        let is_full = match names.contains(name) {
            true => self.named(name).count() >= MOST_REVISIONS,
            false => names.len() >= MOST_NAMES,
        };
        if is_full { Err(errors::quota_exceeded(name)) } else { Ok(()) }
    }
}

impl<T> Revision<T> {
    /// A new one, with an ARN of its own.
    pub(super) fn new(call: &mut Call<'_>, kind: Kind, name: String, number: u32, new: T) -> Self {
        let id = call.ids.hex(32);
        Self {
            arn: call.arn("apprunner", &format!("{kind}/{name}/{number}/{id}")),
            name,
            number,
            created: call.clock.now,
            deleted: None,
            tags: Tags::default(),
            content: new,
        }
    }

    /// The same with tags.
    pub(super) fn tagged(self, tags: Tags) -> Self {
        Self { tags, ..self }
    }

    /// AWS's word for whether it can be used.
    pub(super) fn status(&self) -> &'static str {
        if self.deleted.is_some() { "INACTIVE" } else { "ACTIVE" }
    }

    /// The order of lists: by name, then by number, then by age.
    pub(super) fn key(&self) -> String {
        format!("{}/{:010}/{}/{}", self.name, self.number, self.created, self.arn)
    }

    /// The ARN up to the name.
    fn by_name(&self) -> &str {
        let end = self.arn.rmatch_indices('/').nth(1).map_or(self.arn.len(), |(end, _)| end);
        &self.arn[..end]
    }
}
