//! Controls over objects: what is met, what is not, and what nobody can tell yet.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::catalog::Catalog;
use super::conceal::conceal;
use super::condition::{ConditionError, Outcome, RESOURCE};
use super::control::{Control, Severity};
use super::exception::Exception;
use super::population::{Population, Subject};
use crate::address::Address;
use crate::value::Span;

/// What a control came to for one object.
#[derive(Debug)]
pub struct Assessment<'a> {
    /// The control.
    pub control: &'a Control,
    /// The object.
    pub subject: &'a Subject,
    /// Whether the demand is met.
    pub verdict: Verdict,
    /// The properties that the condition looked at, with their values; `null` for what is not set.
    /// By the name of a relation, the objects that belong to this one, with theirs.
    pub evidence: BTreeMap<String, Json>,
    /// The exception that lets it pass, and whether it has expired.
    pub exception: Option<(&'a Exception, Validity)>,
    /// Where the property that decided, or the object, is declared.
    pub span: Option<Span>,
}

/// Whether a control's demand is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is.
    Pass,
    /// It is not.
    Fail,
    /// It depends on what only AWS can tell, and has not told.
    Unknown,
}

/// Whether an exception still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// It does.
    Holds,
    /// Its last day is over.
    Expired,
}

impl Assessment<'_> {
    /// Whether somebody has to do something.
    pub fn is_finding(&self) -> bool {
        let excepted = self.exception.is_some_and(|(_, validity)| validity == Validity::Holds);
        self.verdict == Verdict::Fail && !excepted
    }

    /// Whether it is a finding of this severity or a worse one. One whose exception has expired is
    /// as bad as any: somebody said that it would end.
    pub fn is_at_least(&self, severity: Severity) -> bool {
        self.is_finding() && (self.control.severity >= severity || self.exception.is_some())
    }
}

/// A condition that fails on an object that it applies to.
#[derive(Debug, thiserror::Error)]
#[error("the condition of `{control}` fails for {address}")]
pub struct AssessError {
    /// The control.
    pub control: String,
    /// Where it stands.
    pub span: Span,
    /// The object.
    pub address: Address,
    /// Why.
    #[source]
    pub source: ConditionError,
}

/// Holds every object to every control: by control, then by address.
///
/// # Errors
/// When a condition fails on values that are known: it is wrong.
pub fn assess<'a>(
    catalog: &'a Catalog,
    population: &'a Population,
    environment: &str,
    today: Date,
) -> Result<Vec<Assessment<'a>>, AssessError> {
    let mut assessments = Vec::new();
    for control in &catalog.controls {
        for subject in population.of_kind(&control.applies_to) {
            let verdict = judge(control, subject, population).map_err(|source| AssessError {
                control: control.id.clone(),
                span: control.span,
                address: subject.address.clone(),
                source,
            })?;
            let Some(verdict) = verdict else { continue };
            let covers = |exception: &&Exception| {
                exception.covers(&control.id, &subject.address, environment)
            };
            let exception = catalog.exceptions.iter().find(covers).map(|exception| {
                let expired = exception.has_expired(today);
                (exception, if expired { Validity::Expired } else { Validity::Holds })
            });
            assessments.push(Assessment {
                control,
                subject,
                verdict,
                evidence: evidence(control, subject, population),
                exception,
                span: control
                    .expect
                    .properties(RESOURCE)
                    .next()
                    .and_then(|one| subject.place(one))
                    .or(subject.span),
            });
        }
    }
    Ok(assessments)
}

/// `None` where the control has nothing to say of the object.
fn judge(
    control: &Control,
    subject: &Subject,
    population: &Population,
) -> Result<Option<Verdict>, ConditionError> {
    let unread = |kind: &str| population.of_kind(kind).any(|other| !other.is_known());
    if !subject.is_known() || control.related.values().any(|it| unread(&it.kind)) {
        return Ok(Some(Verdict::Unknown));
    }
    let variables = population.variables(subject, &control.related);
    let applies = match &control.when {
        Some(when) => when.evaluate(&variables)?,
        None => Outcome::Met,
    };
    Ok(match (applies, control.expect.evaluate(&variables)?) {
        (Outcome::NotMet, _) => None,
        (_, Outcome::Met) => Some(Verdict::Pass),
        (Outcome::Met, Outcome::NotMet) => Some(Verdict::Fail),
        _ => Some(Verdict::Unknown),
    })
}

/// The values that the condition looked at: the object's own, and those of what belongs to it.
fn evidence(
    control: &Control,
    subject: &Subject,
    population: &Population,
) -> BTreeMap<String, Json> {
    let value = |subject: &Subject, name: &str| conceal(name, &subject.properties[name]);
    let own = control.expect.properties(RESOURCE);
    let own = own.map(|name| (name.to_owned(), value(subject, name)));
    let wanted = control.expect.properties_of_others();
    let other = |other: &Subject| {
        let address = ("address".to_owned(), Json::from(other.address.to_string()));
        let values = wanted.iter().map(|name| ((*name).to_owned(), value(other, name)));
        Json::from_iter([address].into_iter().chain(values))
    };
    let related = control.related.iter().map(|(name, relation)| {
        (name.clone(), population.related(subject, relation).map(other).collect())
    });
    own.chain(related).collect()
}
