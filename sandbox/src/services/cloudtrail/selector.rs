//! Which events a trail logs: basic selectors, or advanced ones.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::state::{Trail, find, find_at_home};
use crate::call::Call;
use crate::fault::Fault;

/// How many basic selectors a trail may have.
const LIMIT: usize = 5;
/// How many values data resources may have, in all of a trail's selectors.
const VALUES: usize = 250;
/// What basic selectors can tell apart by resource.
const TYPES: [&str; 3] = ["AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"];
/// What basic selectors can leave out.
const SOURCES: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];

/// The selectors that were put.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Selectors {
    Basic(Vec<BasicSelector>),
    /// In the model's own form.
    Advanced(Vec<Value>),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BasicSelector {
    #[serde(default = "all")]
    read_write_type: String,
    #[serde(default = "yes")]
    include_management_events: bool,
    #[serde(default)]
    data_resources: Vec<DataResource>,
    #[serde(default)]
    exclude_management_event_sources: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DataResource {
    r#type: String,
    #[serde(default)]
    values: Vec<String>,
}

fn all() -> String {
    "All".to_owned()
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    trail_name: String,
    event_selectors: Option<Vec<BasicSelector>>,
    advanced_event_selectors: Option<Vec<Value>>,
}

/// Puts selectors in place of those that were there. AWS: of one form, and at least one.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Value, Fault> {
    find_at_home(call, &request.trail_name)?;
    let selectors = match (request.event_selectors, request.advanced_event_selectors) {
        (Some(basic), None) => {
            check_basic(&basic)?;
            Selectors::Basic(basic)
        }
        (None, Some(advanced)) => {
            check_advanced(&advanced)?;
            Selectors::Advanced(advanced)
        }
        _ => {
            return Err(errors::selectors(
                "You must specify either event selectors or advanced event selectors.",
            ));
        }
    };
    let trail = find_at_home(call, &request.trail_name)?;
    trail.selectors = Some(selectors);
    Ok(view(trail))
}

fn check_basic(selectors: &[BasicSelector]) -> Result<(), Fault> {
    if !(1..=LIMIT).contains(&selectors.len()) {
        return Err(errors::selectors(format!("A trail can have 1 to {LIMIT} event selectors.")));
    }
    let resources = || selectors.iter().flat_map(|selector| &selector.data_resources);
    if let Some(foreign) = resources().find(|it| !TYPES.contains(&it.r#type.as_str())) {
        let kind = &foreign.r#type;
        return Err(errors::selectors(format!("The data resource type {kind} is not valid.")));
    }
    if resources().map(|resource| resource.values.len()).sum::<usize>() > VALUES {
        return Err(errors::selectors(format!("A trail can have {VALUES} data resources.")));
    }
    let mut excluded = selectors.iter().flat_map(|it| &it.exclude_management_event_sources);
    match excluded.find(|source| !SOURCES.contains(&source.as_str())) {
        Some(source) => Err(errors::selectors(format!("{source} cannot be excluded."))),
        None => Ok(()),
    }
}

/// AWS: every advanced selector says whether it is for management, data or other events.
fn check_advanced(selectors: &[Value]) -> Result<(), Fault> {
    let names_category = |selector: &Value| {
        let fields = selector["FieldSelectors"].as_array();
        fields.into_iter().flatten().any(|it| {
            it["Field"] == "eventCategory"
                && it["Equals"].as_array().is_some_and(|values| values.len() == 1)
        })
    };
    if !selectors.is_empty() && selectors.iter().all(names_category) {
        return Ok(());
    }
    Err(errors::selectors("Each advanced event selector must have one eventCategory."))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetRequest {
    trail_name: String,
}

/// The trail's selectors: those that were put, or AWS's own.
pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<Value, Fault> {
    Ok(view(find(call, &request.trail_name)?))
}

fn view(trail: &Trail) -> Value {
    match &trail.selectors {
        Some(Selectors::Advanced(selectors)) => {
            json!({ "TrailARN": trail.arn, "AdvancedEventSelectors": selectors })
        }
        Some(Selectors::Basic(selectors)) => {
            json!({ "TrailARN": trail.arn, "EventSelectors": selectors })
        }
        None => json!({
            "TrailARN": trail.arn,
            "EventSelectors": [{
                "ReadWriteType": "All",
                "IncludeManagementEvents": true,
                "DataResources": [],
                "ExcludeManagementEventSources": [],
            }],
        }),
    }
}
