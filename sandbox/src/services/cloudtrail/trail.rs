//! A trail's life: created, read, changed, deleted.

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::settings::{Change, Settings};
use super::state::{Trail, check_name, find, find_at_home};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::page::page;
use crate::services::tags::{Tag, Tags};

/// How many trails a region may have.
const LIMIT: usize = 5;
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    name: String,
    #[serde(default)]
    tags_list: Vec<Tag>,
    #[serde(flatten)]
    change: Change,
}

/// Creates a trail, which does not log until it is told to.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Value, Fault> {
    check_name(&request.name)?;
    let trails = &call.region().cloudtrail.trails;
    let (is_known, count) = (trails.contains_key(&request.name), trails.len());
    if is_known {
        return Err(errors::trail_exists(&request.name, call.account));
    }
    if count >= LIMIT {
        return Err(errors::too_many_trails(call.account, LIMIT, call.region));
    }
    let trail = Trail {
        arn: call.arn("cloudtrail", &format!("trail/{}", request.name)),
        home: call.region.to_owned(),
        settings: Settings::default().changed(call, request.change)?,
        tags: Tags::new(request.tags_list).map_err(errors::tags)?,
        name: request.name.clone(),
        selectors: None,
        is_logging: false,
        started: None,
        stopped: None,
    };
    let written = trail.written();
    call.region().cloudtrail.trails.insert(request.name, trail);
    Ok(written)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateRequest {
    name: String,
    #[serde(flatten)]
    change: Change,
}

/// Changes what is sent.
pub(super) fn update(call: &mut Call<'_>, request: UpdateRequest) -> Result<Value, Fault> {
    let former = find_at_home(call, &request.name)?.settings.clone();
    let settings = former.changed(call, request.change)?;
    let trail = find_at_home(call, &request.name)?;
    trail.settings = settings;
    Ok(trail.written())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TrailRequest {
    pub name: String,
}

/// One trail.
pub(super) fn get(call: &mut Call<'_>, request: TrailRequest) -> Result<Value, Fault> {
    Ok(json!({ "Trail": find(call, &request.name)?.view() }))
}

/// Deletes a trail; what it wrote stays.
pub(super) fn delete(call: &mut Call<'_>, request: TrailRequest) -> Result<Empty, Fault> {
    let name = find_at_home(call, &request.name)?.name.clone();
    call.region().cloudtrail.trails.remove(&name);
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    #[serde(default)]
    trail_name_list: Vec<String>,
    include_shadow_trails: Option<bool>,
}

/// The trails that the region sees, or those of these names; AWS leaves out what it does not know.
pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Value, Fault> {
    let shadows = request.include_shadow_trails.unwrap_or(true);
    let mut trails = Vec::new();
    for name in &request.trail_name_list {
        match find(call, name) {
            Ok(trail) => trails.push(trail.clone()),
            Err(fault) if fault.code == "TrailNotFoundException" => {}
            Err(fault) => return Err(fault),
        }
    }
    if request.trail_name_list.is_empty() {
        trails = all(call);
        let region = call.region;
        trails.retain(|it| it.home == region || it.settings.is_multi_region_trail);
    }
    let region = call.region;
    let seen = trails.iter().filter(|trail| shadows || trail.home == region);
    Ok(json!({ "trailList": seen.map(Trail::view).collect::<Vec<_>>() }))
}

/// The trails of every region.
fn all(call: &Call<'_>) -> Vec<Trail> {
    let regions = call.world.regions();
    regions.flat_map(|(_, region)| region.cloudtrail.trails.values().cloned()).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    next_token: Option<String>,
}

/// The account's trails, wherever they are at home, by ARN.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let mut trails = all(call);
    trails.sort_by(|left, right| left.arn.cmp(&right.arn));
    let page = page(trails, request.next_token.as_deref(), PAGE, |trail| trail.arn.clone())
        .map_err(errors::invalid_token)?;
    let row = |trail: Trail| json!({ "TrailARN": trail.arn, "Name": trail.name, "HomeRegion": trail.home });
    let rows: Vec<Value> = page.items.into_iter().map(row).collect();
    Ok(json!({ "Trails": rows, "NextToken": page.next }))
}
