//! Makes the report of what was assessed and of what AWS said beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::collect::Collected;
use super::hub::{Finding, Hub};
use super::report::{
    Criterion, Difference, Drift, Exception, FORMAT, Method, Object, Outcome, Report, Scope, Tally,
    Test, Tested,
};
use crate::compliance::assess::Assessment;
use crate::compliance::catalog::Catalog;
use crate::compliance::conceal::conceal;
use crate::compliance::condition::Condition;
use crate::compliance::criteria::{CRITERIA, Evidence};
use crate::compliance::population::{Population, Subject};
use crate::definition::Sources;
use crate::engine::drift;
use crate::engine::refresh::World;

/// Everything that a report is made of.
pub struct Findings<'a> {
    /// The controls.
    pub catalog: &'a Catalog,
    /// What was looked at.
    pub population: &'a Population,
    /// What the controls came to.
    pub assessments: &'a [Assessment<'a>],
    /// What was read.
    pub world: &'a World,
    /// The files that declare it.
    pub sources: &'a Sources,
    /// What differs from what was applied.
    pub drift: &'a [drift::Drift],
    /// What was declared and is not there.
    pub missing: Vec<String>,
}

/// The report of one run; without a trend.
pub fn build(found: &Findings<'_>, scope: Scope, method: Method, collected: Collected) -> Report {
    let hub = collected.security_hub.value.as_ref().and_then(Option::as_ref);
    let controls = controls(found, hub);
    Report {
        format: FORMAT,
        id: uuid::Uuid::new_v4().to_string(),
        criteria: CRITERIA.iter().map(|it| criterion(it, &controls)).collect(),
        population: found.population.iter().map(|subject| object(subject, found)).collect(),
        missing: found.missing.clone(),
        controls,
        drift: found.drift.iter().map(drifted).collect(),
        alarms: collected.alarms,
        trails: collected.trails,
        security_hub: collected.security_hub,
        trend: None,
        scope,
        method,
    }
}

fn object(subject: &Subject, found: &Findings<'_>) -> Object {
    let live = subject.live.as_ref();
    let place = subject.span.and_then(|span| found.sources.place(span));
    Object {
        address: subject.address.to_string(),
        kind: subject.kind.to_owned(),
        id: live.map(|live| live.id.to_string()).unwrap_or_default(),
        arn: live.and_then(|live| live.arn.clone()),
        declared: place.map(|place| format!("{}:{}", place.path, place.line)),
        calls: found.world.calls(subject.kind).map(str::to_owned).collect(),
        properties: subject.shown(),
        tags: live.and_then(|live| live.tags.clone()),
    }
}

fn controls(found: &Findings<'_>, hub: Option<&Hub>) -> Vec<Tested> {
    let mut tests: BTreeMap<&str, Vec<Test>> = BTreeMap::new();
    for one in found.assessments {
        tests.entry(&one.control.id).or_default().push(test(one, found, hub));
    }
    let controls = found.catalog.controls.iter();
    controls
        .map(|control| Tested {
            id: control.id.clone(),
            title: control.title.clone(),
            severity: control.severity,
            applies_to: control.applies_to.clone(),
            when: control.when.as_ref().map(one_line),
            expect: one_line(&control.expect),
            criteria: control.criteria.clone(),
            security_hub: control.security_hub.clone(),
            fix: control.fix.clone(),
            tests: tests.remove(control.id.as_str()).unwrap_or_default(),
        })
        .collect()
}

fn one_line(condition: &Condition) -> String {
    condition.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn test(one: &Assessment<'_>, found: &Findings<'_>, hub: Option<&Hub>) -> Test {
    let subject = one.subject;
    let related = one.control.related.values().map(|relation| relation.kind.as_str());
    let kinds: BTreeSet<&str> = related.chain([subject.kind]).collect();
    let calls: BTreeSet<&str> =
        kinds.into_iter().flat_map(|kind| found.world.calls(kind)).collect();
    let applied =
        |name: &&String| subject.live.as_ref().is_some_and(|it| it.applied.contains(*name));
    Test {
        address: subject.address.to_string(),
        verdict: one.verdict,
        finding: one.is_finding(),
        evidence: one.evidence.clone(),
        applied: one.evidence.keys().filter(applied).cloned().collect(),
        calls: calls.into_iter().map(str::to_owned).collect(),
        exception: one.exception.map(|(exception, validity)| Exception {
            reason: exception.reason.clone(),
            approved_by: exception.approved_by.clone(),
            expires: exception.expires,
            validity,
        }),
        security_hub: hub.map(|hub| same(hub, one)).unwrap_or_default(),
    }
}

/// What Security Hub says of the same object by the controls that look at the same.
fn same(hub: &Hub, one: &Assessment<'_>) -> Vec<Finding> {
    let arn = one.subject.live.as_ref().and_then(|live| live.arn.as_deref());
    let findings = arn.and_then(|arn| hub.findings.get(arn)).into_iter().flatten();
    findings
        .filter(|finding| one.control.security_hub.contains(&finding.control))
        .cloned()
        .collect()
}

fn criterion(criterion: &crate::compliance::criteria::Criterion, controls: &[Tested]) -> Criterion {
    let speaks = |control: &&Tested| control.criteria.iter().any(|id| id == criterion.id);
    let controls: Vec<&Tested> = controls.iter().filter(speaks).collect();
    let (mut tally, mut objects) = (Tally::default(), BTreeSet::new());
    for test in controls.iter().flat_map(|control| &control.tests) {
        tally.count(test);
        objects.insert(&test.address);
    }
    Criterion {
        id: criterion.id.to_owned(),
        title: criterion.title.to_owned(),
        evidence: criterion.evidence,
        controls: controls.iter().map(|control| control.id.clone()).collect(),
        objects: objects.len(),
        tally,
        result: outcome(criterion.evidence, controls.is_empty(), tally),
    }
}

fn outcome(evidence: Evidence, has_no_controls: bool, tally: Tally) -> Outcome {
    match tally {
        _ if has_no_controls || evidence == Evidence::Inherited => Outcome::NotAssessed,
        Tally { failed: 1.., .. } => Outcome::ExceptionNoted,
        Tally { unknown: 1.., .. } => Outcome::Incomplete,
        tally if tally.total() == 0 => Outcome::NothingToTest,
        _ => Outcome::NoExceptionNoted,
    }
}

fn drifted(drift: &drift::Drift) -> Drift {
    let tags = [
        (!drift.tags.set.is_empty()).then(|| Difference {
            property: "tags".to_owned(),
            applied: Json::from_iter(drift.tags.set.clone()),
            found: Json::Null,
        }),
        (!drift.tags.remove.is_empty()).then(|| Difference {
            property: "tags".to_owned(),
            applied: Json::Null,
            found: Json::from(drift.tags.remove.clone()),
        }),
    ];
    let properties = drift.changes.iter().map(|change| Difference {
        property: change.path.clone(),
        applied: conceal(&change.path, &change.before),
        found: conceal(&change.path, &change.after),
    });
    Drift {
        address: drift.address.to_string(),
        gone: drift.gone,
        changes: properties.chain(tags.into_iter().flatten()).collect(),
    }
}
