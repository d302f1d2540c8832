//! The prefix lists that AWS manages: the addresses of the services behind gateway endpoints.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tag;

use super::filters::{self, Described, Filters, Listing};
use super::{Here, Scope, errors, here};

/// The services that have a gateway endpoint, with addresses of theirs.
const SERVICES: [(&str, &[&str]); 2] = [
    ("dynamodb", &["3.218.180.0/22", "52.94.0.0/22", "52.119.224.0/20"]),
    ("s3", &["3.5.0.0/19", "52.216.0.0/15", "54.231.0.0/16"]),
];

/// A list of a service's addresses.
#[derive(Debug, Clone)]
pub struct PrefixList {
    /// `pl-…`
    pub id: String,
    /// `com.amazonaws.us-east-1.s3`
    pub name: String,
    /// The ranges.
    pub cidrs: &'static [&'static str],
}

/// The lists of a region, by identifier.
pub fn lists(region: &str) -> Vec<PrefixList> {
    let list = |(service, cidrs): (&str, &'static [&'static str])| {
        let name = format!("com.amazonaws.{region}.{service}");
        PrefixList { id: id(&name), name, cidrs }
    };
    let mut lists: Vec<PrefixList> = SERVICES.into_iter().map(list).collect();
    lists.sort_by(|one, other| one.id.cmp(&other.id));
    lists
}

/// AWS's identifiers differ between regions and follow no rule; these follow from the name.
fn id(name: &str) -> String {
    let digest = Sha256::digest(name);
    let digits: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("pl-{digits}")
}

/// The list of a service, if it has a gateway endpoint.
pub fn of_service(service_name: &str, region: &str) -> Option<PrefixList> {
    lists(region).into_iter().find(|list| list.name == service_name)
}

/// Refuses a list that is not there.
pub fn check(id: &str, region: &str) -> Result<(), Fault> {
    if lists(region).iter().any(|list| list.id == id) {
        Ok(())
    } else {
        Err(errors::prefix_list_not_found(id))
    }
}

/// Asks for lists.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribePrefixListsRequest {
    #[serde(default)]
    prefix_list_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// The lists that a request names, or all.
fn asked(request: &DescribePrefixListsRequest, region: &str) -> Result<Vec<PrefixList>, Fault> {
    for id in &request.prefix_list_ids {
        check(id, region)?;
    }
    let named = |list: &PrefixList| {
        request.prefix_list_ids.is_empty() || request.prefix_list_ids.contains(&list.id)
    };
    Ok(lists(region).into_iter().filter(named).collect())
}

/// A page of lists.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribePrefixListsResponse {
    prefix_lists: Vec<ListDescription>,
    next_token: Option<String>,
}

/// Lists the services' prefix lists with their ranges.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribePrefixListsRequest,
) -> Result<DescribePrefixListsResponse, Fault> {
    let Here { scope, .. } = here(call);
    let lists = asked(&request, scope.region)?.into_iter().map(ListDescription::of).collect();
    let page = filters::list(lists, &request.listing)?;
    Ok(DescribePrefixListsResponse { prefix_lists: page.items, next_token: page.next })
}

/// A list with its ranges.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListDescription {
    prefix_list_id: String,
    prefix_list_name: String,
    cidrs: &'static [&'static str],
}

impl ListDescription {
    fn of(list: PrefixList) -> Self {
        Self { prefix_list_id: list.id, prefix_list_name: list.name, cidrs: list.cidrs }
    }
}

impl Described for ListDescription {
    const FILTERS: Filters<Self> = &[
        ("prefix-list-id", |list| vec![list.prefix_list_id.clone()]),
        ("prefix-list-name", |list| vec![list.prefix_list_name.clone()]),
    ];

    fn key(&self) -> String {
        self.prefix_list_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        Vec::new()
    }
}

/// A page of managed lists.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeManagedPrefixListsResponse {
    prefix_lists: Vec<ManagedListDescription>,
    next_token: Option<String>,
}

/// Lists the prefix lists without their ranges. Only AWS's own exist.
pub fn describe_managed(
    call: &mut Call<'_>,
    request: DescribePrefixListsRequest,
) -> Result<DescribeManagedPrefixListsResponse, Fault> {
    let Here { scope, .. } = here(call);
    let lists = asked(&request, scope.region)?.into_iter();
    let lists = lists.map(|list| ManagedListDescription::of(list, scope)).collect();
    let page = filters::list(lists, &request.listing)?;
    Ok(DescribeManagedPrefixListsResponse { prefix_lists: page.items, next_token: page.next })
}

/// A list as an object of its owner's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedListDescription {
    prefix_list_id: String,
    prefix_list_name: String,
    prefix_list_arn: String,
    address_family: &'static str,
    state: &'static str,
    owner_id: &'static str,
    tags: Vec<Tag>,
}

impl ManagedListDescription {
    fn of(list: PrefixList, scope: Scope<'_>) -> Self {
        let arn = format!("arn:aws:ec2:{}:aws:prefix-list/{}", scope.region, list.id);
        Self {
            prefix_list_id: list.id,
            prefix_list_name: list.name,
            prefix_list_arn: arn,
            address_family: "IPv4",
            state: "create-complete",
            owner_id: "AWS",
            tags: Vec::new(),
        }
    }
}

impl Described for ManagedListDescription {
    const FILTERS: Filters<Self> = &[
        ("owner-id", |list| vec![list.owner_id.to_owned()]),
        ("prefix-list-id", |list| vec![list.prefix_list_id.clone()]),
        ("prefix-list-name", |list| vec![list.prefix_list_name.clone()]),
    ];

    fn key(&self) -> String {
        self.prefix_list_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn a_list_is_found_by_the_name_of_its_service() {
        let mut fixture = Fixture::new();
        let name = json!(["com.amazonaws.us-east-1.s3"]);
        let request = json!({"Filters": [{"Name": "prefix-list-name", "Values": name}]});
        for operation in ["DescribePrefixLists", "DescribeManagedPrefixLists"] {
            let found = fixture.call("ec2", operation, request.clone()).unwrap();
            assert_eq!(found["PrefixLists"].as_array().unwrap().len(), 1, "{operation}");
        }
        let unknown = json!({"PrefixListIds": ["pl-00000000"]});
        let code = fixture.fault("ec2", "DescribePrefixLists", unknown);
        assert_eq!(code, "InvalidPrefixListID.NotFound");
    }
}
