//! Releases: what was shipped, by whom, and what came of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::address::Address;

/// How many releases of each stack are remembered.
const REMEMBERED: usize = 50;

/// Something that was shipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Counted up within its stack, from 1.
    pub number: u64,
    /// The stack.
    pub stack: String,
    /// When it was begun.
    pub at: Timestamp,
    /// Who began it: a user and a host.
    pub by: String,
    /// The commit that the project's directory was at, with `+` behind it where files differed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// What was shipped: for each object, the properties that bring it back.
    pub objects: BTreeMap<Address, Json>,
    /// The migrations that its programs brought along: the SHA-256 of each file, by the image and
    /// the file's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub migrations: BTreeMap<Address, BTreeMap<String, String>>,
    /// What came of it.
    pub outcome: Outcome,
    /// The release that this one went back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to: Option<u64>,
}

/// What came of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is under way, or its run died.
    Begun,
    /// It is what runs, or what ran.
    Done,
    /// It did not come to run.
    Failed,
}

impl Outcome {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// Everything that was shipped, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Releases(Vec<Release>);

impl Releases {
    /// Whether nothing was shipped.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of a stack, or of all, oldest first.
    pub fn of<'a>(
        &'a self,
        stack: Option<&str>,
    ) -> impl DoubleEndedIterator<Item = &'a Release> + use<'a> {
        let stack = stack.map(str::to_owned);
        self.0
            .iter()
            .filter(move |release| stack.as_ref().is_none_or(|stack| release.stack == *stack))
    }

    /// The number of a stack's next release.
    pub fn next(&self, stack: &str) -> u64 {
        self.of(Some(stack)).next_back().map_or(1, |last| last.number + 1)
    }

    /// Remembers a release; the oldest of its stack may be forgotten for it.
    pub fn begin(&mut self, release: Release) {
        let stack = release.stack.clone();
        self.0.push(release);
        let surplus = self.of(Some(&stack)).count().saturating_sub(REMEMBERED);
        let mut left = surplus;
        self.0.retain(|release| {
            let goes = left > 0 && release.stack == stack;
            left -= usize::from(goes);
            !goes
        });
    }

    /// Says what came of a release.
    pub fn end(&mut self, stack: &str, number: u64, outcome: Outcome) {
        let mut releases = self.0.iter_mut();
        if let Some(release) =
            releases.find(|release| release.stack == stack && release.number == number)
        {
            release.outcome = outcome;
        }
    }

    /// The release that runs: the last one that came to run.
    pub fn current(&self, stack: &str) -> Option<&Release> {
        self.of(Some(stack)).rev().find(|release| release.outcome == Outcome::Done)
    }

    /// The release before the one that runs: the last one that ran something else.
    pub fn previous(&self, stack: &str) -> Option<&Release> {
        let current = self.current(stack)?;
        self.of(Some(stack)).rev().find(|release| {
            release.number < current.number
                && release.outcome == Outcome::Done
                && release.objects != current.objects
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn release(releases: &Releases, stack: &str, tag: &str) -> Release {
        Release {
            number: releases.next(stack),
            stack: stack.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            by: "somebody".to_owned(),
            commit: None,
            objects: [("api.image".parse().unwrap(), json!({ "tag": tag }))].into(),
            migrations: BTreeMap::new(),
            outcome: Outcome::Begun,
            back_to: None,
        }
    }

    fn ship(releases: &mut Releases, stack: &str, tag: &str, outcome: Outcome) {
        let release = release(releases, stack, tag);
        let number = release.number;
        releases.begin(release);
        releases.end(stack, number, outcome);
    }

    #[test]
    fn one_goes_back_to_what_ran_before_whatever_failed_between() {
        let mut releases = Releases::default();
        ship(&mut releases, "api", "one", Outcome::Done);
        ship(&mut releases, "site", "other", Outcome::Done);
        ship(&mut releases, "api", "two", Outcome::Failed);
        assert_eq!(releases.current("api").unwrap().number, 1);
        assert!(releases.previous("api").is_none());
        ship(&mut releases, "api", "three", Outcome::Done);
        ship(&mut releases, "api", "three", Outcome::Done);
        assert_eq!(releases.current("api").unwrap().number, 4);
        assert_eq!(releases.previous("api").unwrap().number, 1);
    }

    #[test]
    fn the_oldest_of_its_own_stack_is_forgotten() {
        let mut releases = Releases::default();
        ship(&mut releases, "site", "kept", Outcome::Done);
        for number in 0..REMEMBERED + 3 {
            ship(&mut releases, "api", &number.to_string(), Outcome::Done);
        }
        assert_eq!(releases.of(Some("api")).count(), REMEMBERED);
        assert_eq!(releases.of(Some("api")).next().unwrap().number, 4);
        assert_eq!(releases.of(Some("site")).count(), 1);
    }
}
