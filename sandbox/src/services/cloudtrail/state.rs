//! What exists: the trails whose home a region is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::selector::Selectors;
use super::settings::Settings;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// CloudTrail in one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By name.
    pub(super) trails: BTreeMap<String, Trail>,
}

/// A trail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Trail {
    pub name: String,
    pub arn: String,
    pub home: String,
    pub settings: Settings,
    /// None are AWS's own: all management events.
    pub selectors: Option<Selectors>,
    pub tags: Tags,
    pub is_logging: bool,
    pub started: Option<Timestamp>,
    pub stopped: Option<Timestamp>,
}

/// The trail of a name or an ARN as the caller's region sees it: its own, or one of all regions.
pub(super) fn find<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut Trail, Fault> {
    let (region, account) = (call.region, call.account);
    let arn = if id.starts_with("arn:") {
        id.to_owned()
    } else {
        check_name(id)?;
        call.arn("cloudtrail", &format!("trail/{id}"))
    };
    let (home, name) = parts(&arn)?;
    let is_named = id.starts_with("arn:");
    let at = if call.world.region(home).cloudtrail.trails.contains_key(name) || is_named {
        home.to_owned()
    } else {
        let shadow = |state: &State| {
            state.trails.get(name).is_some_and(|trail| trail.settings.is_multi_region_trail)
        };
        let mut regions = call.world.regions();
        let found = regions.find(|(_, region)| shadow(&region.cloudtrail));
        found.map_or(region, |(name, _)| name).to_owned()
    };
    let trail = call.world.region(&at).cloudtrail.trails.get_mut(name);
    let seen = trail.filter(|trail| trail.home == region || trail.settings.is_multi_region_trail);
    seen.ok_or_else(|| errors::trail_not_found(&arn, account))
}

/// The trail, which must be of the caller's region: it is changed nowhere else.
pub(super) fn find_at_home<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut Trail, Fault> {
    let region = call.region;
    let trail = find(call, id)?;
    if trail.home == region { Ok(trail) } else { Err(errors::foreign_region(&trail.home, region)) }
}

/// The region and the name in a trail's ARN.
fn parts(arn: &str) -> Result<(&str, &str), Fault> {
    let mut words = arn.splitn(6, ':').skip(2);
    let parts = (words.next(), words.next(), words.next(), words.next());
    match parts {
        (Some("cloudtrail"), Some(region), Some(_), Some(resource)) => {
            let name = resource.strip_prefix("trail/").ok_or_else(|| errors::arn(arn))?;
            Ok((region, name))
        }
        _ => Err(errors::arn(arn)),
    }
}

/// AWS's rules for names: 3 to 128 letters, digits, periods, hyphens and underscores, with a letter
/// or digit at both ends.
pub(super) fn check_name(name: &str) -> Result<(), Fault> {
    let length = name.chars().count();
    let is_end = |letter: Option<char>| letter.is_some_and(|it| it.is_ascii_alphanumeric());
    let message = match length {
        0..3 => format!(
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: \
             {length} characters."
        ),
        129.. => format!(
            "Trail name too long. Maximum allowed length: 128 characters. Specified name length: \
             {length} characters."
        ),
        _ if !is_end(name.chars().next()) => {
            "Trail name must starts with a letter or number.".to_owned()
        }
        _ if !is_end(name.chars().last()) => {
            "Trail name must ends with a letter or number.".to_owned()
        }
        _ if !name.chars().all(|it| it.is_ascii_alphanumeric() || ".-_".contains(it)) => {
            "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, \
             periods (.), hyphens (-), and underscores (_)."
                .to_owned()
        }
        _ => return Ok(()),
    };
    Err(errors::invalid_name(message))
}
