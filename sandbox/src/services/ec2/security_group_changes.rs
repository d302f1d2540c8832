//! Changes to security group rules that stay what they are: descriptions, and whole rules in place.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;

use super::ip_permission::{
    Entry, IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair,
};
use super::kind::{get, get_mut};
use super::state::State;
use super::{Here, Scope, errors, here};

/// The answer of an operation that says only that it was done.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Done {
    r#return: bool,
}

impl Done {
    /// It was done.
    pub fn new() -> Self {
        Self { r#return: true }
    }
}

/// Gives rules other descriptions: by identifier, or by what they say.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateDescriptionsRequest {
    group_id: Option<String>,
    group_name: Option<String>,
    #[serde(default)]
    ip_permissions: Vec<IpPermission>,
    #[serde(default)]
    security_group_rule_descriptions: Vec<RuleDescriptionUpdate>,
}

/// A rule and its new description.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleDescriptionUpdate {
    security_group_rule_id: Option<String>,
    description: Option<String>,
}

/// Describes rules for incoming traffic anew.
pub fn describe_ingress_anew(
    call: &mut Call<'_>,
    request: UpdateDescriptionsRequest,
) -> Result<Done, Fault> {
    describe_anew(call, request, false)
}

/// Describes rules for outgoing traffic anew.
pub fn describe_egress_anew(
    call: &mut Call<'_>,
    request: UpdateDescriptionsRequest,
) -> Result<Done, Fault> {
    describe_anew(call, request, true)
}

fn describe_anew(
    call: &mut Call<'_>,
    request: UpdateDescriptionsRequest,
    is_egress: bool,
) -> Result<Done, Fault> {
    let Here { state, scope, .. } = here(call);
    let group =
        state.group_asked_for(request.group_id.as_deref(), request.group_name.as_deref())?;
    let group = group.id.clone();
    let mut changes = Vec::new();
    for permission in &request.ip_permissions {
        for entry in permission.entries(state, scope)? {
            let rule = state.matching_rule(&group, is_egress, &entry)?;
            changes.push((rule.id.clone(), entry.description));
        }
    }
    for update in request.security_group_rule_descriptions {
        let id = update.security_group_rule_id.unwrap_or_default();
        changes.push((state.own_rule(&group, &id)?.id.clone(), update.description));
    }
    for (id, description) in changes {
        get_mut(&mut state.security_group_rules, &id)?.description = description;
    }
    Ok(Done::new())
}

/// Changes rules in place.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ModifySecurityGroupRulesRequest {
    group_id: String,
    security_group_rules: Vec<RuleUpdate>,
}

/// A rule and what it shall say.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleUpdate {
    security_group_rule_id: String,
    #[serde(default)]
    security_group_rule: RuleWanted,
}

/// What a rule shall say: exactly one of the peers is given.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RuleWanted {
    ip_protocol: Option<String>,
    from_port: Option<i64>,
    to_port: Option<i64>,
    cidr_ipv4: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    referenced_group_id: Option<String>,
    description: Option<String>,
}

/// Changes rules in place. AWS lets a rule change its peer, but not the kind of its peer.
pub fn modify(
    call: &mut Call<'_>,
    request: ModifySecurityGroupRulesRequest,
) -> Result<Done, Fault> {
    let Here { state, scope, .. } = here(call);
    let group = get(&state.security_groups, &request.group_id)?.id.clone();
    for update in request.security_group_rules {
        let entry = update.security_group_rule.entry(state, scope)?;
        let rule = state.own_rule(&group, &update.security_group_rule_id)?;
        let (id, is_egress) = (rule.id.clone(), rule.is_egress);
        if std::mem::discriminant(&rule.peer) != std::mem::discriminant(&entry.peer) {
            return Err(errors::peer_kind_changed());
        }
        if state.matching_rule(&group, is_egress, &entry).is_ok_and(|other| other.id != id) {
            return Err(errors::permission_duplicate(&entry));
        }
        let rule = get_mut(&mut state.security_group_rules, &id)?;
        rule.ports = entry.ports;
        rule.peer = entry.peer;
        rule.description = entry.description;
    }
    Ok(Done::new())
}

impl RuleWanted {
    /// The same in the shape of Authorize, whose rules hold here too.
    fn entry(self, state: &State, scope: Scope<'_>) -> Result<Entry, Fault> {
        let description = self.description;
        let permission = IpPermission {
            ip_protocol: self.ip_protocol,
            from_port: self.from_port,
            to_port: self.to_port,
            ip_ranges: Vec::from_iter(
                self.cidr_ipv4.map(|cidr_ip| IpRange { description: description.clone(), cidr_ip }),
            ),
            ipv6_ranges: Vec::from_iter(
                self.cidr_ipv6
                    .map(|cidr_ipv6| Ipv6Range { description: description.clone(), cidr_ipv6 }),
            ),
            prefix_list_ids: Vec::from_iter(self.prefix_list_id.map(|prefix_list_id| {
                PrefixListId { description: description.clone(), prefix_list_id }
            })),
            user_id_group_pairs: Vec::from_iter(self.referenced_group_id.map(|group_id| {
                UserIdGroupPair {
                    description: description.clone(),
                    group_id: Some(group_id),
                    ..UserIdGroupPair::default()
                }
            })),
        };
        let entries = permission.entries(state, scope)?;
        let [entry] = <[Entry; 1]>::try_from(entries).map_err(|_| errors::several_sources())?;
        Ok(entry)
    }
}
