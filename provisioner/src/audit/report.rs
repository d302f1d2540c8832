//! What an audit found: the one model that every form of the report is written from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::hub::Hub;
use super::trend::Trend;
use crate::compliance::assess::{Validity, Verdict};
use crate::compliance::control::Severity;
use crate::compliance::criteria::Evidence;

/// The version of the form of `report.json`.
pub const FORMAT: u32 = 1;

/// What an audit found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// The version of this form.
    pub format: u32,
    /// Another for each run.
    pub id: String,
    /// What was looked at.
    pub scope: Scope,
    /// How it was looked at.
    pub method: Method,
    /// Every object in scope, by address.
    pub population: Vec<Object>,
    /// What was declared and was not there.
    pub missing: Vec<String>,
    /// The controls, each with what it came to for each object.
    pub controls: Vec<Tested>,
    /// The criteria of SOC 2, each with what speaks for it.
    pub criteria: Vec<Criterion>,
    /// What somebody changed by hand since the last run of `provision`.
    pub drift: Vec<Drift>,
    /// The environment's alarms, and how they stand.
    pub alarms: Read<Vec<Alarm>>,
    /// The account's trails, and whether they log.
    pub trails: Read<Vec<Trail>>,
    /// What Security Hub says; nothing where it is off.
    pub security_hub: Read<Option<Hub>>,
    /// What has changed since the report before this one.
    pub trend: Option<Trend>,
}

/// What was looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Scope {
    /// The environment.
    pub environment: String,
    /// The account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// `aws`, or whatever answered in its place.
    pub endpoint: String,
    /// The state that names the objects.
    pub state: StateVersion,
}

/// Which version of the state was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StateVersion {
    /// Its lineage.
    pub lineage: String,
    /// Its number within that.
    pub serial: u64,
}

/// How it was looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Method {
    /// When the first call was made.
    pub began: Timestamp,
    /// When the last one was answered.
    pub ended: Timestamp,
    /// The ARN of who called.
    pub caller: String,
    /// Who called, as AWS numbers them.
    pub caller_id: String,
    /// The program's name and version.
    pub tool: String,
    /// The commit of the definition; with `+` where files differ from it.
    pub commit: Option<String>,
    /// The SHA-256 of each file of controls and exceptions, by path.
    pub definitions: BTreeMap<String, String>,
    /// How often each operation was called, by `service:Operation`.
    pub calls: BTreeMap<String, u64>,
    /// What could not be read: what depends on it is not tested.
    pub unread: Vec<Unread>,
}

/// Something that could not be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unread {
    /// What: a kind of object, or a service.
    pub what: String,
    /// AWS's code.
    pub code: Option<String>,
    /// AWS's message.
    pub message: String,
    /// The id of the request.
    pub request_id: Option<String>,
}

/// What was asked of AWS beside the objects.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Read<T> {
    /// The operations that were called, as `service:Operation`.
    pub calls: Vec<String>,
    /// What it said.
    pub value: Option<T>,
    /// Why there is none.
    pub unread: Option<Unread>,
}

/// One object in scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Object {
    /// Its address in the definition.
    pub address: String,
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its ARN, where its kind has ARNs.
    pub arn: Option<String>,
    /// Where it is declared, as `file:line`; nothing where it no longer is.
    pub declared: Option<String>,
    /// The operations that it was read with.
    pub calls: Vec<String>,
    /// Its properties, as a stack would write them; nothing where it could not be read.
    pub properties: Json,
    /// Its tags, where AWS tells them with the object.
    pub tags: Option<BTreeMap<String, String>>,
}

/// One control and what it came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tested {
    /// Its name.
    pub id: String,
    /// What is so where it is met.
    pub title: String,
    /// How bad it is where it is not met.
    pub severity: Severity,
    /// The kind of object that it looks at.
    pub applies_to: String,
    /// Which of these objects, as a condition.
    pub when: Option<String>,
    /// The condition that they have to meet.
    pub expect: String,
    /// The criteria that it is evidence for.
    pub criteria: Vec<String>,
    /// The controls of Security Hub that look at the same.
    pub security_hub: Vec<String>,
    /// How to meet it.
    pub fix: String,
    /// What it came to for each object that it applies to.
    pub tests: Vec<Test>,
}

/// One control on one object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Test {
    /// The object.
    pub address: String,
    /// Whether the demand is met.
    pub verdict: Verdict,
    /// Whether somebody has to do something.
    pub finding: bool,
    /// The properties that the condition looked at, with their values.
    pub evidence: BTreeMap<String, Json>,
    /// Those of them that AWS does not give back: they are as `provision` last applied them.
    pub applied: Vec<String>,
    /// The operations that the values came from.
    pub calls: Vec<String>,
    /// What lets it pass, or did.
    pub exception: Option<Exception>,
    /// What Security Hub says of the same object by the controls that look at the same.
    pub security_hub: Vec<super::hub::Finding>,
}

/// What lets a test pass.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exception {
    /// Why.
    pub reason: String,
    /// Who decided it.
    pub approved_by: String,
    /// Its last day.
    pub expires: Date,
    /// Whether that is over.
    pub validity: Validity,
}

/// One criterion and what speaks for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Criterion {
    /// Its number.
    pub id: String,
    /// What it is about, in our words.
    pub title: String,
    /// Who can give evidence for it.
    pub evidence: Evidence,
    /// The controls that were tested for it.
    pub controls: Vec<String>,
    /// On how many objects, each counted once.
    pub objects: usize,
    /// How many tests were met, were not, were let pass, and could not be made.
    pub tally: Tally,
    /// What that comes to.
    pub result: Outcome,
}

/// How tests ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Met.
    pub passed: usize,
    /// Not met.
    pub failed: usize,
    /// Not met, and let pass by an exception that holds.
    pub excepted: usize,
    /// Not known.
    pub unknown: usize,
}

impl Tally {
    /// Counts one more test.
    pub fn count(&mut self, test: &Test) {
        match test.verdict {
            Verdict::Pass => self.passed += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::Fail if test.finding => self.failed += 1,
            Verdict::Fail => self.excepted += 1,
        }
    }

    /// All of them.
    pub fn total(self) -> usize {
        self.passed + self.failed + self.excepted + self.unknown
    }
}

/// What the tests of a criterion come to. None says that the criterion is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every test was met, or let pass.
    NoExceptionNoted,
    /// A test was not met.
    ExceptionNoted,
    /// No test was failed, and some could not be made.
    Incomplete,
    /// There are controls for it, and no object that they apply to.
    NothingToTest,
    /// No tool can tell.
    NotAssessed,
}

/// An object that is not as `provision` left it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Drift {
    /// The object.
    pub address: String,
    /// Whether it is gone.
    pub gone: bool,
    /// What differs: the property, what was applied, what is there.
    pub changes: Vec<Difference>,
}

/// A property that somebody changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Difference {
    /// The property.
    pub property: String,
    /// What was applied.
    pub applied: Json,
    /// What is there.
    pub found: Json,
}

/// An alarm and how it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Whether it tells anybody.
    pub notifies: bool,
}

/// A trail and whether it logs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Whether it records what happens.
    pub is_logging: bool,
    /// Whether it covers every region.
    pub is_multi_region: bool,
    /// Whether its files can be checked for changes.
    pub is_validated: bool,
    /// When it last delivered a file.
    pub delivered: Option<Timestamp>,
    /// What went wrong with the last delivery.
    pub error: Option<String>,
}

impl Report {
    /// Every test with its control, by control.
    pub fn tests(&self) -> impl Iterator<Item = (&Tested, &Test)> {
        self.controls
            .iter()
            .flat_map(|control| control.tests.iter().map(move |test| (control, test)))
    }

    /// Every test that somebody has to do something about.
    pub fn findings(&self) -> impl Iterator<Item = (&Tested, &Test)> {
        self.tests().filter(|(_, test)| test.finding)
    }

    /// How all tests ended.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.tests().for_each(|(_, test)| tally.count(test));
        tally
    }

    /// The object of this address.
    pub fn object(&self, address: &str) -> Option<&Object> {
        self.population.iter().find(|object| object.address == address)
    }

    /// Whether AWS itself was asked.
    pub fn is_of_aws(&self) -> bool {
        self.scope.endpoint == "aws"
    }
}

impl<T> Read<T> {
    /// What came of asking, and with which calls.
    pub fn of(
        what: &str,
        (result, calls): (crate::resource::Result<T>, impl IntoIterator<Item = String>),
    ) -> Self {
        let calls = calls.into_iter().collect();
        match result {
            Ok(value) => Self { calls, value: Some(value), unread: None },
            Err(error) => Self { calls, value: None, unread: Some(Unread::new(what, &error)) },
        }
    }
}

impl Unread {
    /// What AWS said instead.
    pub fn new(what: &str, error: &crate::aws::Error) -> Self {
        Self {
            what: what.to_owned(),
            code: error.code().map(str::to_owned),
            message: error.message().to_owned(),
            request_id: error.request_id().map(str::to_owned),
        }
    }
}
