//! Availability zones, as an account sees them in each region.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tag;

use super::filters::{self, Described, Filter, Filters};
use super::{Here, errors, here};

/// A zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// `us-east-1a`
    pub name: String,
    /// `use1-az1`: the same place for every account, which a name is not.
    pub id: String,
}

/// The zones of a region, in order.
pub fn zones(region: &str) -> Vec<Zone> {
    let short = short(region);
    let zone = |(letter, number): &(char, u8)| Zone {
        name: format!("{region}{letter}"),
        id: format!("{short}-az{number}"),
    };
    letters(region).iter().map(zone).collect()
}

/// The letters that a new account gets in a region, with the numbers in the zones' identifiers.
fn letters(region: &str) -> &'static [(char, u8)] {
    match region {
        "us-east-1" => &[('a', 1), ('b', 2), ('c', 3), ('d', 4), ('e', 5), ('f', 6)],
        "us-west-2" | "ap-northeast-2" => &[('a', 1), ('b', 2), ('c', 3), ('d', 4)],
        "us-west-1" => &[('a', 1), ('c', 3)],
        "ap-northeast-1" => &[('a', 4), ('c', 1), ('d', 2)],
        "ca-central-1" => &[('a', 1), ('b', 2), ('d', 4)],
        _ => &[('a', 1), ('b', 2), ('c', 3)],
    }
}

/// A region in the identifiers of its zones: `us-east-1` is `use1`, `ap-northeast-2` is `apne2`.
fn short(region: &str) -> String {
    let mut parts = region.split('-');
    let area = parts.next().unwrap_or_default();
    let rest = parts.map(|part| match part {
        "north" => "n",
        "northeast" => "ne",
        "east" => "e",
        "southeast" => "se",
        "south" => "s",
        "southwest" => "sw",
        "west" => "w",
        "northwest" => "nw",
        "central" => "c",
        "gov" => "g",
        number => number,
    });
    std::iter::once(area).chain(rest).collect()
}

/// Asks for zones.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAvailabilityZonesRequest {
    #[serde(default)]
    zone_names: Vec<String>,
    #[serde(default)]
    zone_ids: Vec<String>,
    #[serde(default)]
    filters: Vec<Filter>,
}

/// The zones found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAvailabilityZonesResponse {
    availability_zones: Vec<ZoneDescription>,
}

/// Lists the region's zones.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeAvailabilityZonesRequest,
) -> Result<DescribeAvailabilityZonesResponse, Fault> {
    let Here { scope, .. } = here(call);
    let zones = zones(scope.region);
    for name in &request.zone_names {
        if !zones.iter().any(|zone| zone.name == *name) {
            return Err(errors::zone_name_not_valid(name));
        }
    }
    for id in &request.zone_ids {
        if !zones.iter().any(|zone| zone.id == *id) {
            return Err(errors::zone_id_not_valid(id));
        }
    }
    let asked = |own: &String, list: &Vec<String>| list.is_empty() || list.contains(own);
    let described = zones
        .into_iter()
        .filter(|one| asked(&one.name, &request.zone_names) && asked(&one.id, &request.zone_ids))
        .map(|zone| ZoneDescription::of(zone, scope.region))
        .collect();
    let availability_zones = filters::filtered(described, &request.filters)?;
    Ok(DescribeAvailabilityZonesResponse { availability_zones })
}

/// A zone as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ZoneDescription {
    zone_name: String,
    zone_id: String,
    region_name: String,
    group_name: String,
    network_border_group: String,
    zone_type: &'static str,
    state: &'static str,
    opt_in_status: &'static str,
    messages: [(); 0],
}

impl ZoneDescription {
    fn of(zone: Zone, region: &str) -> Self {
        Self {
            zone_name: zone.name,
            zone_id: zone.id,
            region_name: region.to_owned(),
            group_name: format!("{region}-zg-1"),
            network_border_group: region.to_owned(),
            zone_type: "availability-zone",
            state: "available",
            opt_in_status: "opt-in-not-required",
            messages: [],
        }
    }
}

impl Described for ZoneDescription {
    const FILTERS: Filters<Self> = &[
        ("zone-name", |zone| vec![zone.zone_name.clone()]),
        ("zone-id", |zone| vec![zone.zone_id.clone()]),
        ("zone-type", |zone| vec![zone.zone_type.to_owned()]),
        ("region-name", |zone| vec![zone.region_name.clone()]),
        ("group-name", |zone| vec![zone.group_name.clone()]),
        ("state", |zone| vec![zone.state.to_owned()]),
        ("opt-in-status", |zone| vec![zone.opt_in_status.to_owned()]),
        ("message", |_| Vec::new()),
        ("parent-zone-id", |_| Vec::new()),
        ("parent-zone-name", |_| Vec::new()),
    ];

    fn key(&self) -> String {
        self.zone_name.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::Fixture;

    fn ids(region: &str) -> Vec<String> {
        zones(region).into_iter().map(|zone| zone.id).collect()
    }

    #[test]
    fn identifiers_are_awss() {
        assert_eq!(ids("us-east-1").len(), 6);
        assert_eq!(ids("us-west-1"), ["usw1-az1", "usw1-az3"]);
        assert_eq!(ids("ap-southeast-2"), ["apse2-az1", "apse2-az2", "apse2-az3"]);
        assert_eq!(ids("us-gov-west-1")[0], "usgw1-az1");
        assert_eq!(ids("ap-south-1")[0], "aps1-az1");
    }

    #[test]
    fn zones_are_found_by_name_and_by_filter() {
        let mut fixture = Fixture::new();
        let mut find = |request| {
            let found = fixture.call("ec2", "DescribeAvailabilityZones", request)?;
            Ok::<_, Fault>(found["AvailabilityZones"].as_array().unwrap().len())
        };
        assert_eq!(find(json!({})), Ok(6));
        assert_eq!(find(json!({"ZoneNames": ["us-east-1c"]})), Ok(1));
        let local = json!([{"Name": "zone-type", "Values": ["local-zone"]}]);
        assert_eq!(find(json!({"Filters": local})), Ok(0));
        let fault = find(json!({"ZoneNames": ["us-east-1z"]})).unwrap_err();
        assert_eq!(fault.code, "InvalidParameterValue");
    }
}
