//! Authorize and Revoke: what traffic a security group lets pass.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;

use super::ip_permission::{Entry, FlatPermission, IpPermission};
use super::kind::{Kind, get};
use super::security_group_rule::{Peer, RuleDescription, SecurityGroupRule};
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::{Here, Scope, errors, here};

/// How many rules a group has at most in each direction.
const RULE_LIMIT: usize = 60;

/// Asks for rules in a group.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AuthorizeRequest {
    group_id: Option<String>,
    group_name: Option<String>,
    #[serde(default)]
    ip_permissions: Vec<IpPermission>,
    #[serde(flatten)]
    flat: FlatPermission,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// The rules that were made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AuthorizeResponse {
    r#return: bool,
    security_group_rules: Vec<RuleDescription>,
}

/// Lets traffic in.
pub fn authorize_ingress(
    call: &mut Call<'_>,
    request: AuthorizeRequest,
) -> Result<AuthorizeResponse, Fault> {
    authorize(call, request, false)
}

/// Lets traffic out.
pub fn authorize_egress(
    call: &mut Call<'_>,
    request: AuthorizeRequest,
) -> Result<AuthorizeResponse, Fault> {
    authorize(call, request, true)
}

/// Adds all rules or none.
fn authorize(
    call: &mut Call<'_>,
    request: AuthorizeRequest,
    is_egress: bool,
) -> Result<AuthorizeResponse, Fault> {
    let Here { state, ids, scope, .. } = here(call);
    let group =
        state.group_asked_for(request.group_id.as_deref(), request.group_name.as_deref())?;
    let group = group.id.clone();
    let tags = specified(&request.tag_specifications, Kind::SecurityGroupRule)?;
    let entries = state.entries(request.ip_permissions, request.flat, scope)?;
    state.check_new(&group, is_egress, &entries)?;
    let mut described = Vec::new();
    for entry in entries {
        let rule = SecurityGroupRule::new(&group, is_egress, entry, ids);
        let rule = SecurityGroupRule { tags: tags.clone(), ..rule };
        described.push(RuleDescription::of(&rule, scope));
        state.security_group_rules.insert(rule.id.clone(), rule);
    }
    Ok(AuthorizeResponse { r#return: true, security_group_rules: described })
}

impl State {
    fn entries(
        &self,
        mut permissions: Vec<IpPermission>,
        flat: FlatPermission,
        scope: Scope<'_>,
    ) -> Result<Vec<Entry>, Fault> {
        permissions.extend(flat.permission()?);
        if permissions.is_empty() {
            return Err(errors::missing_parameter("ipPermissions"));
        }
        let mut entries = Vec::new();
        for permission in permissions {
            entries.extend(permission.entries(self, scope)?);
        }
        Ok(entries)
    }

    fn rules_of(&self, group: &str, is_egress: bool) -> impl Iterator<Item = &SecurityGroupRule> {
        let rules = self.security_group_rules.values();
        rules.filter(move |rule| rule.group_id == group && rule.is_egress == is_egress)
    }

    /// Refuses what the group has already, what is asked for twice, and what is too much.
    fn check_new(&self, group: &str, is_egress: bool, entries: &[Entry]) -> Result<(), Fault> {
        let same = |one: &Entry, other: &Entry| one.ports == other.ports && one.peer == other.peer;
        for (index, entry) in entries.iter().enumerate() {
            if entries[..index].iter().any(|earlier| same(earlier, entry)) {
                return Err(errors::permission_repeated());
            }
            if self.rules_of(group, is_egress).any(|rule| rule.says(entry)) {
                return Err(errors::permission_duplicate(entry));
            }
        }
        if self.rules_of(group, is_egress).count() + entries.len() > RULE_LIMIT {
            return Err(errors::rule_limit_exceeded());
        }
        Ok(())
    }

    /// The rule of a group with this identifier.
    pub(super) fn own_rule(&self, group: &str, id: &str) -> Result<&SecurityGroupRule, Fault> {
        let rule = get(&self.security_group_rules, id)?;
        if rule.group_id == group {
            Ok(rule)
        } else {
            Err(errors::not_found(Kind::SecurityGroupRule, id))
        }
    }

    /// The rule that lets this traffic pass.
    pub(super) fn matching_rule(
        &self,
        group: &str,
        is_egress: bool,
        entry: &Entry,
    ) -> Result<&SecurityGroupRule, Fault> {
        let mut rules = self.rules_of(group, is_egress);
        rules.find(|rule| rule.says(entry)).ok_or_else(errors::permission_not_found)
    }
}

/// Asks for rules to go: by identifier, or by what they say.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RevokeRequest {
    group_id: Option<String>,
    group_name: Option<String>,
    #[serde(default)]
    security_group_rule_ids: Vec<String>,
    #[serde(default)]
    ip_permissions: Vec<IpPermission>,
    #[serde(flatten)]
    flat: FlatPermission,
}

/// The rules that went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RevokeResponse {
    r#return: bool,
    revoked_security_group_rules: Vec<RevokedRule>,
}

/// A rule that went, as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RevokedRule {
    security_group_rule_id: String,
    group_id: String,
    is_egress: bool,
    ip_protocol: String,
    from_port: i64,
    to_port: i64,
    cidr_ipv4: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    referenced_group_id: Option<String>,
    description: Option<String>,
}

/// Lets traffic in no more.
pub fn revoke_ingress(
    call: &mut Call<'_>,
    request: RevokeRequest,
) -> Result<RevokeResponse, Fault> {
    revoke(call, request, false)
}

/// Lets traffic out no more.
pub fn revoke_egress(call: &mut Call<'_>, request: RevokeRequest) -> Result<RevokeResponse, Fault> {
    revoke(call, request, true)
}

/// Removes all rules named or none.
fn revoke(
    call: &mut Call<'_>,
    request: RevokeRequest,
    is_egress: bool,
) -> Result<RevokeResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let group =
        state.group_asked_for(request.group_id.as_deref(), request.group_name.as_deref())?;
    let group = group.id.clone();
    let mut doomed = Vec::new();
    if request.security_group_rule_ids.is_empty() {
        for entry in state.entries(request.ip_permissions, request.flat, scope)? {
            doomed.push(state.matching_rule(&group, is_egress, &entry)?.id.clone());
        }
    } else {
        for id in request.security_group_rule_ids {
            let rule = state.own_rule(&group, &id)?;
            if rule.is_egress != is_egress {
                return Err(errors::not_found(Kind::SecurityGroupRule, &id));
            }
            doomed.push(id);
        }
    }
    let gone = doomed.iter().filter_map(|id| state.security_group_rules.remove(id));
    Ok(RevokeResponse {
        r#return: true,
        revoked_security_group_rules: gone.map(RevokedRule::from).collect(),
    })
}

impl From<SecurityGroupRule> for RevokedRule {
    fn from(rule: SecurityGroupRule) -> Self {
        let peer = rule.peer.to_string();
        let when = |matches: bool| matches.then(|| peer.clone());
        Self {
            cidr_ipv4: when(matches!(rule.peer, Peer::Ipv4(_))),
            cidr_ipv6: when(matches!(rule.peer, Peer::Ipv6(_))),
            prefix_list_id: when(matches!(rule.peer, Peer::PrefixList(_))),
            referenced_group_id: when(matches!(rule.peer, Peer::Group { .. })),
            security_group_rule_id: rule.id,
            group_id: rule.group_id,
            is_egress: rule.is_egress,
            ip_protocol: rule.ports.protocol,
            from_port: rule.ports.from,
            to_port: rule.ports.to,
            description: rule.description,
        }
    }
}
