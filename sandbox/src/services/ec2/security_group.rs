//! Security groups; their rules are objects of their own.

use serde::{Deserialize, Serialize};

use crate::call::{Call, Ids};
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

use super::filters::{self, Described, Filters, Listing};
use super::ip_permission::{self, IpPermission};
use super::kind::{Kind, Object, get, select};
use super::security_group_rule::{Peer, SecurityGroupRule};
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::{Here, Scope, errors, here};

/// The name of the group that comes with a VPC.
const DEFAULT: &str = "default";
const NAME_LENGTH: usize = 255;

/// A set of rules for what may reach, and be reached from, the interfaces that are in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// `sg-…`
    pub id: String,
    /// Unique in the VPC.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The VPC that it is in.
    pub vpc_id: String,
    pub(super) tags: Tags,
}

impl SecurityGroup {
    /// The group that comes with a VPC.
    pub fn default_of(vpc: &str, ids: &mut Ids) -> Self {
        Self {
            id: ids.ec2("sg"),
            name: DEFAULT.to_owned(),
            description: "default VPC security group".to_owned(),
            vpc_id: vpc.to_owned(),
            tags: Tags::default(),
        }
    }

    /// Whether it came with its VPC.
    pub fn is_default(&self) -> bool {
        self.name == DEFAULT
    }
}

impl Object for SecurityGroup {
    const KIND: Kind = Kind::SecurityGroup;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

/// A group by identifier and name, as other objects show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupIdentifier {
    pub(super) group_id: String,
    pub(super) group_name: String,
}

impl State {
    /// Adds a group with the rules that AWS gives it: everything may go out; into a default
    /// group, its own members may come.
    pub(super) fn add_security_group(
        &mut self,
        group: SecurityGroup,
        scope: Scope<'_>,
        ids: &mut Ids,
    ) {
        let mut rules = vec![SecurityGroupRule::all_traffic(&group.id, true, Peer::ANYWHERE, ids)];
        if group.is_default() {
            let own = Peer::group(&group.id, scope.account);
            rules.push(SecurityGroupRule::all_traffic(&group.id, false, own, ids));
        }
        self.security_group_rules.extend(rules.into_iter().map(|rule| (rule.id.clone(), rule)));
        self.security_groups.insert(group.id.clone(), group);
    }

    /// The groups asked for, or the VPC's default group where none are.
    pub(super) fn groups_or_default(&self, asked: Vec<String>, vpc: &str) -> Vec<String> {
        if !asked.is_empty() {
            return asked;
        }
        let groups = self.security_groups.values();
        let default = groups.filter(|group| group.vpc_id == vpc && group.is_default());
        default.map(|group| group.id.clone()).collect()
    }

    /// The groups with their names.
    pub(super) fn group_identifiers(&self, ids: &[String]) -> Vec<GroupIdentifier> {
        let groups = ids.iter().filter_map(|id| self.security_groups.get(id));
        groups
            .map(|group| GroupIdentifier {
                group_id: group.id.clone(),
                group_name: group.name.clone(),
            })
            .collect()
    }

    /// The group named by identifier. Names alone are for default VPCs, and there is none.
    pub(super) fn group_asked_for(
        &self,
        id: Option<&str>,
        name: Option<&str>,
    ) -> Result<&SecurityGroup, Fault> {
        match (id, name) {
            (Some(id), _) => get(&self.security_groups, id),
            (None, Some(_)) => Err(errors::no_default_vpc()),
            (None, None) => Err(errors::missing_parameter("groupId")),
        }
    }

    /// Whether another group's rule names this group.
    fn group_is_referenced(&self, id: &str) -> bool {
        let mut rules = self.security_group_rules.values();
        rules.any(|rule| rule.group_id != id && rule.peer.references(id))
    }
}

/// Asks for a group.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateSecurityGroupRequest {
    group_name: String,
    description: String,
    vpc_id: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// The group that was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateSecurityGroupResponse {
    group_id: String,
    security_group_arn: String,
    tags: Vec<Tag>,
}

/// Makes a group whose members may reach everything and that nothing may reach.
pub fn create(
    call: &mut Call<'_>,
    request: CreateSecurityGroupRequest,
) -> Result<CreateSecurityGroupResponse, Fault> {
    let Here { state, ids, scope, .. } = here(call);
    let vpc = request.vpc_id.as_deref().ok_or_else(errors::no_default_vpc)?;
    let vpc = get(&state.vpcs, vpc)?.id.clone();
    check_name(&request.group_name)?;
    check_text(&request.description, "GroupDescription")?;
    let mut siblings = state.security_groups.values().filter(|group| group.vpc_id == vpc);
    if siblings.any(|group| group.name == request.group_name) {
        return Err(errors::group_duplicate(&request.group_name, &vpc));
    }
    let group = SecurityGroup {
        tags: specified(&request.tag_specifications, Kind::SecurityGroup)?,
        id: ids.ec2("sg"),
        name: request.group_name,
        description: request.description,
        vpc_id: vpc,
    };
    let response = CreateSecurityGroupResponse {
        group_id: group.id.clone(),
        security_group_arn: scope.arn(&format!("security-group/{}", group.id)),
        tags: group.tags.list(),
    };
    state.add_security_group(group, scope, ids);
    Ok(response)
}

fn check_name(name: &str) -> Result<(), Fault> {
    if name == DEFAULT {
        return Err(errors::group_reserved(name));
    }
    if name.starts_with("sg-") {
        return Err(errors::group_name_like_id());
    }
    check_text(name, "groupName")
}

/// What AWS allows in names and descriptions.
fn check_text(text: &str, parameter: &str) -> Result<(), Fault> {
    let allowed = |character: char| {
        character.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(character)
    };
    if text.is_empty() || text.chars().count() > NAME_LENGTH || !text.chars().all(allowed) {
        return Err(errors::value_not_valid(text, parameter));
    }
    Ok(())
}

/// Names a group.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteSecurityGroupRequest {
    group_id: Option<String>,
    group_name: Option<String>,
}

/// The group that was deleted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteSecurityGroupResponse {
    r#return: bool,
    group_id: String,
}

/// Deletes a group that no interface is in and that no other group's rule names.
pub fn delete(
    call: &mut Call<'_>,
    request: DeleteSecurityGroupRequest,
) -> Result<DeleteSecurityGroupResponse, Fault> {
    let state = here(call).state;
    let group =
        state.group_asked_for(request.group_id.as_deref(), request.group_name.as_deref())?;
    if group.is_default() {
        return Err(errors::group_cannot_be_deleted(&group.id, &group.name));
    }
    let id = group.id.clone();
    if state.group_is_in_use(&id) || state.group_is_referenced(&id) {
        return Err(errors::group_has_dependents(&id));
    }
    state.security_group_rules.retain(|_, rule| rule.group_id != id);
    state.security_groups.remove(&id);
    Ok(DeleteSecurityGroupResponse { r#return: true, group_id: id })
}

/// Asks for groups.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSecurityGroupsRequest {
    #[serde(default)]
    group_ids: Vec<String>,
    #[serde(default)]
    group_names: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of groups.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSecurityGroupsResponse {
    security_groups: Vec<GroupDescription>,
    next_token: Option<String>,
}

/// Lists groups. Names find groups of the default VPC only, and there is none.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeSecurityGroupsRequest,
) -> Result<DescribeSecurityGroupsResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    if let Some(name) = request.group_names.first() {
        return Err(errors::group_name_not_found(name));
    }
    let groups = select(&state.security_groups, &request.group_ids)?;
    let groups = groups.into_iter().map(|one| GroupDescription::of(one, state, scope)).collect();
    let page = filters::list(groups, &request.listing)?;
    Ok(DescribeSecurityGroupsResponse { security_groups: page.items, next_token: page.next })
}

/// A group as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupDescription {
    group_id: String,
    group_name: String,
    description: String,
    security_group_arn: String,
    owner_id: String,
    vpc_id: String,
    ip_permissions: Vec<IpPermission>,
    ip_permissions_egress: Vec<IpPermission>,
    tags: Vec<Tag>,
}

impl GroupDescription {
    fn of(group: &SecurityGroup, state: &State, scope: Scope<'_>) -> Self {
        let rules: Vec<&SecurityGroupRule> =
            state.security_group_rules.values().filter(|rule| rule.group_id == group.id).collect();
        let facing = |egress| {
            ip_permission::grouped(rules.iter().copied().filter(|rule| rule.is_egress == egress))
        };
        Self {
            group_id: group.id.clone(),
            group_name: group.name.clone(),
            description: group.description.clone(),
            security_group_arn: scope.arn(&format!("security-group/{}", group.id)),
            owner_id: scope.account.to_owned(),
            vpc_id: group.vpc_id.clone(),
            ip_permissions: facing(false),
            ip_permissions_egress: facing(true),
            tags: group.tags.list(),
        }
    }
}

/// The values that one member has in all of a group's rules of a direction.
fn each(permissions: &[IpPermission], values: fn(&IpPermission) -> Vec<String>) -> Vec<String> {
    permissions.iter().flat_map(values).collect()
}

impl Described for GroupDescription {
    const FILTERS: Filters<Self> = &[
        ("group-id", |group| vec![group.group_id.clone()]),
        ("group-name", |group| vec![group.group_name.clone()]),
        ("description", |group| vec![group.description.clone()]),
        ("owner-id", |group| vec![group.owner_id.clone()]),
        ("vpc-id", |group| vec![group.vpc_id.clone()]),
        ("ip-permission.cidr", |group| each(&group.ip_permissions, IpPermission::cidrs)),
        ("ip-permission.ipv6-cidr", |group| each(&group.ip_permissions, IpPermission::ipv6_cidrs)),
        ("ip-permission.from-port", |group| each(&group.ip_permissions, IpPermission::first_ports)),
        ("ip-permission.to-port", |group| each(&group.ip_permissions, IpPermission::last_ports)),
        ("ip-permission.protocol", |group| each(&group.ip_permissions, IpPermission::protocols)),
        ("ip-permission.group-id", |group| each(&group.ip_permissions, IpPermission::group_ids)),
        ("ip-permission.prefix-list-id", |group| {
            each(&group.ip_permissions, IpPermission::prefix_lists)
        }),
        ("egress.ip-permission.cidr", |group| {
            each(&group.ip_permissions_egress, IpPermission::cidrs)
        }),
        ("egress.ip-permission.ipv6-cidr", |group| {
            each(&group.ip_permissions_egress, IpPermission::ipv6_cidrs)
        }),
        ("egress.ip-permission.from-port", |group| {
            each(&group.ip_permissions_egress, IpPermission::first_ports)
        }),
        ("egress.ip-permission.to-port", |group| {
            each(&group.ip_permissions_egress, IpPermission::last_ports)
        }),
        ("egress.ip-permission.protocol", |group| {
            each(&group.ip_permissions_egress, IpPermission::protocols)
        }),
        ("egress.ip-permission.group-id", |group| {
            each(&group.ip_permissions_egress, IpPermission::group_ids)
        }),
        ("egress.ip-permission.prefix-list-id", |group| {
            each(&group.ip_permissions_egress, IpPermission::prefix_lists)
        }),
    ];

    fn key(&self) -> String {
        self.group_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}

#[cfg(test)]
#[path = "security_group_tests.rs"]
mod tests;
