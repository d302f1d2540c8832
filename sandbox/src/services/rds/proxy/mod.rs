//! DB proxies: connection pools in front of a cluster.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lifecycle::{Lifecycle, Phase, typical};
use super::network::{self, Interface, Subnet};
use super::{cluster, errors, roles};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

mod auth;
pub(super) mod change;
pub(super) mod target;
pub(super) mod target_group;
mod view;

pub use auth::Auth;
pub use target_group::TargetGroup;
use view::{Single, View};

/// The resource part of a proxy's ARN, which names it by its `prx-…`.
pub(super) const KIND: &str = "db-proxy";
/// The resource part of a target group's ARN, which names it by its `prx-tg-…`.
pub(super) const TARGET_GROUP_KIND: &str = "target-group";
/// The service that assumes a proxy's role.
const PROXY_SERVICE: &str = "rds.amazonaws.com";

/// A DB proxy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proxy {
    /// In lower case; the first label of its endpoint.
    pub name: String,
    /// `prx-` and 17 hexadecimal digits.
    pub id: String,
    /// `arn:aws:rds:REGION:ACCOUNT:db-proxy:ID`.
    pub arn: String,
    /// What it is doing.
    pub lifecycle: Lifecycle,
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed last.
    pub updated: Timestamp,
    /// The rest of its endpoint's name: `TOKEN.REGION.rds.amazonaws.com`.
    pub domain: String,
    /// The VPC of its subnets.
    pub vpc: String,
    /// In at least two availability zones.
    pub subnets: Vec<String>,
    /// The security groups of its network interfaces.
    pub security_groups: Vec<String>,
    /// A network interface in each subnet.
    pub interfaces: Vec<String>,
    /// The role with which it reads the secrets.
    pub role: String,
    /// `NONE` or `IAM_AUTH`.
    pub default_auth_scheme: String,
    /// How clients and the proxy log in.
    pub auth: Vec<Auth>,
    /// Whether clients must use TLS.
    pub require_tls: bool,
    /// Seconds after which an idle client is disconnected.
    pub idle_client_timeout: i64,
    /// Whether SQL goes into the proxy's log.
    pub debug_logging: bool,
    /// Its only target group.
    pub targets: TargetGroup,
    /// The customer's tags.
    pub tags: Tags,
}

impl Proxy {
    /// The name that clients connect to.
    pub fn endpoint(&self) -> String {
        format!("{}.proxy-{}", self.name, self.domain)
    }

    /// Follows its target under another name.
    pub(super) fn rename_target(&mut self, old: &str, new: &str) {
        if let Some(target) = self.targets.target.as_mut().filter(|target| target.cluster == old) {
            new.clone_into(&mut target.cluster);
        }
    }

    /// Lets go of its target, when that is gone.
    pub(super) fn forget_target(&mut self, cluster: &str) {
        self.targets.target.take_if(|target| target.cluster == cluster);
    }

    fn check_available(&self) -> Result<(), Fault> {
        if self.lifecycle.is_available() {
            return Ok(());
        }
        Err(errors::proxy_state(&self.name, self.lifecycle.phase().name()))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    #[serde(rename = "DBProxyName")]
    name: String,
    engine_family: String,
    role_arn: String,
    vpc_subnet_ids: Vec<String>,
    #[serde(default)]
    vpc_security_group_ids: Vec<String>,
    #[serde(default)]
    auth: Vec<auth::AuthRequest>,
    default_auth_scheme: Option<String>,
    #[serde(rename = "RequireTLS", default)]
    require_tls: bool,
    idle_client_timeout: Option<i64>,
    #[serde(default)]
    debug_logging: bool,
    endpoint_network_type: Option<String>,
    target_connection_network_type: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Single, Fault> {
    if request.engine_family != "POSTGRESQL" {
        return Err(errors::not_built(&format!("the engine family {}", request.engine_family)));
    }
    let name = super::names::identifier("DBProxyName", &request.name, 63)?;
    if call.region().rds.proxies.contains_key(&name) {
        return Err(errors::proxy_exists(&name));
    }
    let draft = request.draft(call)?;
    let interfaces = open_interfaces(call, &name, &draft.subnets, &draft.security_groups)?;
    let proxy = build(call, name, draft, interfaces);
    let single = Single::new(View::from(&proxy));
    call.region().rds.proxies.insert(proxy.name.clone(), proxy);
    Ok(single)
}

/// What a request comes to after every check.
struct Draft {
    request: CreateRequest,
    scheme: String,
    auth: Vec<Auth>,
    vpc: String,
    subnets: Vec<Subnet>,
    security_groups: Vec<String>,
    idle_client_timeout: i64,
    tags: Tags,
}

fn build(call: &mut Call<'_>, name: String, draft: Draft, interfaces: Vec<String>) -> Proxy {
    let now = call.clock.now;
    let token = call.world.region(call.region).rds.endpoint_token(call.ids);
    let id = call.ids.ec2("prx");
    Proxy {
        arn: call.arn("rds", &format!("{KIND}:{id}")),
        id,
        lifecycle: Lifecycle::under_way(Phase::Creating, call.clock.after(typical::PROXY_CREATION)),
        created: now,
        updated: now,
        domain: format!("{token}.{}.rds.amazonaws.com", call.region),
        vpc: draft.vpc,
        subnets: draft.request.vpc_subnet_ids,
        security_groups: draft.security_groups,
        interfaces,
        role: draft.request.role_arn,
        default_auth_scheme: draft.scheme,
        auth: draft.auth,
        require_tls: draft.request.require_tls,
        idle_client_timeout: draft.idle_client_timeout,
        debug_logging: draft.request.debug_logging,
        targets: TargetGroup::new(call),
        tags: draft.tags,
        name,
    }
}

impl CreateRequest {
    fn draft(self, call: &mut Call<'_>) -> Result<Draft, Fault> {
        self.check_network_types()?;
        let idle_client_timeout = idle_timeout(self.idle_client_timeout)?;
        let tags = Tags::new(self.tags.clone()).map_err(|error| errors::invalid_tags(&error))?;
        let scheme = self.default_auth_scheme.clone().unwrap_or_else(|| "NONE".to_owned());
        let auth = auth::resolve(call, &self.auth, &scheme)?;
        check_role(call, &self.role_arn)?;
        let (vpc, subnets) = resolve_subnets(call, &self.vpc_subnet_ids)?;
        let security_groups = resolve_groups(call, &self.vpc_security_group_ids, &vpc)?;
        Ok(Draft {
            request: self,
            scheme,
            auth,
            vpc,
            subnets,
            security_groups,
            idle_client_timeout,
            tags,
        })
    }

    fn check_network_types(&self) -> Result<(), Fault> {
        for kind in [&self.endpoint_network_type, &self.target_connection_network_type] {
            if let Some(kind) = kind.as_deref().filter(|kind| *kind != "IPV4") {
                return Err(errors::not_built(&format!("the network type {kind} of proxies")));
            }
        }
        Ok(())
    }
}

/// AWS: 1 second to 8 hours, half an hour by itself.
fn idle_timeout(seconds: Option<i64>) -> Result<i64, Fault> {
    let seconds = seconds.unwrap_or(1800);
    if (1..=28_800).contains(&seconds) {
        return Ok(seconds);
    }
    Err(errors::invalid_value(format!(
        "IdleClientTimeout {seconds} isn't valid. It must be between 1 and 28800 seconds."
    )))
}

fn check_role(call: &mut Call<'_>, role: &str) -> Result<(), Fault> {
    if roles::trusts(call, role, PROXY_SERVICE) {
        return Ok(());
    }
    Err(errors::invalid_value(format!(
        "RDS is not authorized to assume service-linked role {role}. Check your RDS role and \
         its trust policy: {PROXY_SERVICE} must be allowed to assume it."
    )))
}

/// The VPC and the subnets, which must be in two availability zones at least.
fn resolve_subnets(call: &mut Call<'_>, ids: &[String]) -> Result<(String, Vec<Subnet>), Fault> {
    let ec2 = &call.region().ec2;
    let mut subnets = Vec::new();
    for id in ids {
        let subnet = network::subnet(ec2, id).ok_or_else(|| {
            errors::invalid_subnet(format!("The subnet ID '{id}' does not exist"))
        })?;
        subnets.push(subnet);
    }
    let vpcs: BTreeSet<&String> = subnets.iter().map(|subnet| &subnet.vpc).collect();
    let zones: BTreeSet<&String> = subnets.iter().map(|subnet| &subnet.zone).collect();
    let vpc = vpcs.first().map(|vpc| (*vpc).clone()).unwrap_or_default();
    if vpcs.len() > 1 {
        return Err(errors::invalid_subnet("The subnets of a proxy must be in the same VPC."));
    }
    if zones.len() < 2 {
        return Err(errors::invalid_subnet(
            "A proxy must have subnets in at least two Availability Zones.",
        ));
    }
    Ok((vpc, subnets))
}

fn resolve_groups(call: &mut Call<'_>, wanted: &[String], vpc: &str) -> Result<Vec<String>, Fault> {
    let ec2 = &call.region().ec2;
    cluster::placement::check_security_groups(ec2, wanted, vpc)?;
    if wanted.is_empty() {
        return Ok(network::default_security_group(ec2, vpc).into_iter().collect());
    }
    Ok(wanted.to_vec())
}

/// One network interface in each subnet; none is left open when one of them is refused.
fn open_interfaces(
    call: &mut Call<'_>,
    name: &str,
    subnets: &[Subnet],
    security_groups: &[String],
) -> Result<Vec<String>, Fault> {
    let description = format!("Network interface for DBProxy {name}");
    let mut interfaces = Vec::new();
    for subnet in subnets {
        let interface =
            Interface { subnet: &subnet.id, security_groups, description: &description };
        match network::open(call, &interface) {
            Ok(id) => interfaces.push(id),
            Err(fault) => {
                for id in &interfaces {
                    network::close(&mut call.region().ec2, id);
                }
                return Err(fault);
            }
        }
    }
    Ok(interfaces)
}
