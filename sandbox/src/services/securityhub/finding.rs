//! Findings as their readers get and mark them.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::errors;
use super::filter::{Filters, SortCriterion, sort_key};
use super::import::announce;
use super::state::{hub, key};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

/// How many findings an answer has unless told.
const PAGE: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetRequest {
    filters: Option<Map<String, Value>>,
    #[serde(default)]
    sort_criteria: Vec<SortCriterion>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// The findings that meet all filters.
pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<Value, Fault> {
    let filters = Filters::parse(request.filters.unwrap_or_default(), call.clock.now)?;
    let hub = hub(call)?;
    let mut found = Vec::new();
    for (key, finding) in &hub.findings {
        if filters.meets(finding) {
            found.push((sort_key(&request.sort_criteria, finding, key)?, finding));
        }
    }
    found.sort_by(|(left, _), (right, _)| left.cmp(right));
    let limit = request.max_results.unwrap_or(PAGE);
    let page = page(found, request.next_token.as_deref(), limit, |(key, _)| key.clone())
        .map_err(errors::invalid_token)?;
    let findings: Vec<&Value> = page.items.into_iter().map(|(_, finding)| finding).collect();
    Ok(json!({ "Findings": findings, "NextToken": page.next }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateRequest {
    finding_identifiers: Vec<Identifier>,
    /// What is to be changed, in ASFF's own names.
    #[serde(flatten)]
    changes: Map<String, Value>,
}

#[derive(Deserialize, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identifier {
    id: String,
    product_arn: String,
}

/// Marks findings, as customers do: their workflow, a note, their severity. Each by itself.
pub(super) fn update(call: &mut Call<'_>, request: UpdateRequest) -> Result<Value, Fault> {
    let now = call.clock.now.to_string();
    let (mut processed, mut unprocessed) = (Vec::new(), Vec::new());
    for identifier in request.finding_identifiers {
        let key = key(&identifier.product_arn, &identifier.id);
        let Some(finding) = hub(call)?.findings.get_mut(&key) else {
            unprocessed.push(json!({
                "FindingIdentifier": identifier,
                "ErrorCode": "FindingNotFound",
                "ErrorMessage": "Finding Not Found",
            }));
            continue;
        };
        change(finding, &request.changes, &now);
        let changed = finding.clone();
        announce(call, changed);
        processed.push(identifier);
    }
    Ok(json!({ "ProcessedFindings": processed, "UnprocessedFindings": unprocessed }))
}

fn change(finding: &mut Value, changes: &Map<String, Value>, now: &str) {
    for (name, value) in changes {
        match (name.as_str(), value.as_object()) {
            ("Severity" | "Workflow", Some(members)) => {
                for (member, value) in members {
                    finding[name][member] = value.clone();
                }
            }
            ("Note", Some(_)) => {
                finding[name] = value.clone();
                finding[name]["UpdatedAt"] = json!(now);
            }
            _ => finding[name] = value.clone(),
        }
    }
    finding["UpdatedAt"] = json!(now);
}
