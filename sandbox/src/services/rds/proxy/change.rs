//! `DescribeDBProxies`, `ModifyDBProxy` and `DeleteDBProxy`.

use serde::{Deserialize, Serialize};

use super::super::lifecycle::{Lifecycle, Phase, typical};
use super::super::listing::{Criterion, Listing};
use super::super::state::State;
use super::super::{cluster, errors, names, network};
use super::view::{Single, View};
use super::{Proxy, auth, check_role, idle_timeout};
use crate::call::Call;
use crate::fault::Fault;

/// The proxy of that name.
pub(crate) fn find<'a>(rds: &'a State, name: &str) -> Result<&'a Proxy, Fault> {
    let proxy = rds.proxies.get(&name.to_ascii_lowercase());
    proxy.ok_or_else(|| errors::proxy_not_found(name))
}

pub(crate) fn find_mut<'a>(rds: &'a mut State, name: &str) -> Result<&'a mut Proxy, Fault> {
    let proxy = rds.proxies.get_mut(&name.to_ascii_lowercase());
    proxy.ok_or_else(|| errors::proxy_not_found(name))
}

#[derive(Debug, Deserialize)]
pub(crate) struct DescribeRequest {
    #[serde(rename = "DBProxyName")]
    name: Option<String>,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
pub(crate) struct Many {
    #[serde(rename = "Marker", skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(rename = "DBProxies")]
    proxies: Vec<View>,
}

pub(crate) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Many, Fault> {
    let rds = &call.region().rds;
    let wanted: Vec<&Proxy> = match &request.name {
        Some(name) => vec![find(rds, name)?],
        None => rds.proxies.values().collect(),
    };
    let none: &[Criterion<Proxy>] = &[];
    let selected = request.listing.select(wanted, none)?;
    let page = request.listing.page(selected, |proxy| proxy.name.clone())?;
    Ok(Many { marker: page.next, proxies: page.items.into_iter().map(View::from).collect() })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ModifyRequest {
    #[serde(rename = "DBProxyName")]
    name: String,
    #[serde(rename = "NewDBProxyName")]
    new_name: Option<String>,
    default_auth_scheme: Option<String>,
    auth: Option<Vec<auth::AuthRequest>>,
    #[serde(rename = "RequireTLS")]
    require_tls: Option<bool>,
    idle_client_timeout: Option<i64>,
    debug_logging: Option<bool>,
    role_arn: Option<String>,
    security_groups: Option<Vec<String>>,
}

pub(crate) fn modify(call: &mut Call<'_>, request: ModifyRequest) -> Result<Single, Fault> {
    let old = find(&call.region().rds, &request.name)?.clone();
    old.check_available()?;
    let mut new = request.resolve(call, &old)?;
    let until = call.clock.after(typical::PROXY_CHANGE);
    new.lifecycle = Lifecycle::under_way(Phase::Modifying, until);
    new.updated = call.clock.now;
    let region = call.region();
    for interface in &new.interfaces {
        network::regroup(&mut region.ec2, interface, &new.security_groups);
    }
    let single = Single::new(View::from(&new));
    region.rds.proxies.remove(&old.name);
    region.rds.proxies.insert(new.name.clone(), new);
    Ok(single)
}

impl ModifyRequest {
    fn resolve(&self, call: &mut Call<'_>, old: &Proxy) -> Result<Proxy, Fault> {
        let mut new = old.clone();
        if let Some(name) = &self.new_name {
            new.name = names::identifier("NewDBProxyName", name, 63)?;
            if new.name != old.name && call.region().rds.proxies.contains_key(&new.name) {
                return Err(errors::proxy_exists(&new.name));
            }
        }
        if let Some(scheme) = &self.default_auth_scheme {
            new.default_auth_scheme.clone_from(scheme);
        }
        if let Some(auth) = &self.auth {
            new.auth = auth::resolve(call, auth, &new.default_auth_scheme)?;
        }
        if let Some(role) = &self.role_arn {
            check_role(call, role)?;
            new.role.clone_from(role);
        }
        if let Some(groups) = &self.security_groups {
            cluster::placement::check_security_groups(&call.region().ec2, groups, &old.vpc)?;
            new.security_groups.clone_from(groups);
        }
        new.require_tls = self.require_tls.unwrap_or(old.require_tls);
        new.debug_logging = self.debug_logging.unwrap_or(old.debug_logging);
        new.idle_client_timeout =
            idle_timeout(self.idle_client_timeout.or(Some(old.idle_client_timeout)))?;
        Ok(new)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct DeleteRequest {
    #[serde(rename = "DBProxyName")]
    name: String,
}

pub(crate) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<Single, Fault> {
    let until = call.clock.after(typical::PROXY_DELETION);
    let proxy = find_mut(&mut call.region().rds, &request.name)?;
    if proxy.lifecycle.is_deleting() {
        return Err(errors::proxy_state(&proxy.name, proxy.lifecycle.phase().name()));
    }
    proxy.lifecycle = Lifecycle::under_way(Phase::Deleting, until);
    Ok(Single::new(View::from(&*proxy)))
}
