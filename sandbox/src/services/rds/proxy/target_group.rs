//! A proxy's target group: the pool of connections, and the cluster that they lead to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::errors;
use super::super::listing::{Criterion, Listing};
use super::target::Target;
use super::{Proxy, TARGET_GROUP_KIND, change};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// The name of the one target group that a proxy has.
const DEFAULT: &str = "default";

/// The target group of a proxy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TargetGroup {
    /// `prx-tg-` and 17 hexadecimal digits.
    pub id: String,
    /// `arn:aws:rds:REGION:ACCOUNT:target-group:ID`.
    pub arn: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed last.
    pub updated: Timestamp,
    /// The pool.
    pub pool: Pool,
    /// The registered cluster.
    pub target: Option<Target>,
    /// The customer's tags.
    pub tags: Tags,
}

/// A pool of connections to the database, in AWS's description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Pool {
    /// Of the database's `max_connections`, in percent.
    pub max_connections_percent: i64,
    /// Of the database's `max_connections`, in percent.
    pub max_idle_connections_percent: i64,
    /// Seconds for which a client waits for a connection.
    pub connection_borrow_timeout: i64,
    /// Kinds of statements that do not pin a session.
    pub session_pinning_filters: Vec<String>,
    /// SQL that opens each connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_query: Option<String>,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            max_connections_percent: 100,
            max_idle_connections_percent: 50,
            connection_borrow_timeout: 120,
            session_pinning_filters: Vec::new(),
            init_query: None,
        }
    }
}

impl TargetGroup {
    /// The group that comes with a new proxy.
    pub(super) fn new(call: &mut Call<'_>) -> Self {
        let id = call.ids.ec2("prx-tg");
        Self {
            arn: call.arn("rds", &format!("{TARGET_GROUP_KIND}:{id}")),
            id,
            created: call.clock.now,
            updated: call.clock.now,
            pool: Pool::default(),
            target: None,
            tags: Tags::default(),
        }
    }
}

/// Refuses a name that is not the default group's.
pub(super) fn check_name(proxy: &str, name: Option<&str>) -> Result<(), Fault> {
    match name {
        None | Some(DEFAULT) => Ok(()),
        Some(other) => Err(errors::target_group_not_found(proxy, other)),
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    #[serde(rename = "DBProxyName")]
    proxy: String,
    target_group_name: &'static str,
    target_group_arn: String,
    is_default: bool,
    status: &'static str,
    connection_pool_config: Pool,
    created_date: Timestamp,
    updated_date: Timestamp,
}

impl From<&Proxy> for View {
    fn from(proxy: &Proxy) -> Self {
        let group = proxy.targets.clone();
        Self {
            proxy: proxy.name.clone(),
            target_group_name: DEFAULT,
            target_group_arn: group.arn,
            is_default: true,
            status: "available",
            connection_pool_config: group.pool,
            created_date: group.created,
            updated_date: group.updated,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeRequest {
    #[serde(rename = "DBProxyName")]
    proxy: String,
    target_group_name: Option<String>,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Many {
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    target_groups: Vec<View>,
}

pub(crate) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Many, Fault> {
    let proxy = change::find(&call.region().rds, &request.proxy)?;
    check_name(&proxy.name, request.target_group_name.as_deref())?;
    let none: &[Criterion<Proxy>] = &[];
    let page = request.listing.page(request.listing.select([proxy], none)?, |p| p.name.clone())?;
    Ok(Many { marker: page.next, target_groups: page.items.into_iter().map(View::from).collect() })
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PoolRequest {
    max_connections_percent: Option<i64>,
    max_idle_connections_percent: Option<i64>,
    connection_borrow_timeout: Option<i64>,
    session_pinning_filters: Option<Vec<String>>,
    init_query: Option<String>,
}

impl PoolRequest {
    /// The pool after the request; an idle share needs the whole one beside it.
    fn apply(&self, old: &Pool) -> Result<Pool, Fault> {
        let most = self.max_connections_percent.unwrap_or(old.max_connections_percent);
        check_range("MaxConnectionsPercent", most, 1, 100)?;
        if self.max_idle_connections_percent.is_some() && self.max_connections_percent.is_none() {
            return Err(errors::invalid_combination(
                "If you specify MaxIdleConnectionsPercent, then you must also include a value for \
                 MaxConnectionsPercent.",
            ));
        }
        let idle = match (self.max_idle_connections_percent, self.max_connections_percent) {
            (Some(idle), _) => idle,
            (None, Some(most)) => most / 2,
            (None, None) => old.max_idle_connections_percent,
        };
        check_range("MaxIdleConnectionsPercent", idle, 0, most)?;
        let wait = self.connection_borrow_timeout.unwrap_or(old.connection_borrow_timeout);
        check_range("ConnectionBorrowTimeout", wait, 0, 300)?;
        let filters =
            self.session_pinning_filters.clone().unwrap_or(old.session_pinning_filters.clone());
        if let Some(unknown) = filters.iter().find(|name| *name != "EXCLUDE_VARIABLE_SETS") {
            return Err(errors::invalid_value(format!(
                "Invalid session pinning filter: {unknown}"
            )));
        }
        let query = self.init_query.clone().or(old.init_query.clone());
        Ok(Pool {
            max_connections_percent: most,
            max_idle_connections_percent: idle,
            connection_borrow_timeout: wait,
            session_pinning_filters: filters,
            init_query: query.filter(|query| !query.is_empty()),
        })
    }
}

fn check_range(name: &str, value: i64, least: i64, most: i64) -> Result<(), Fault> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(errors::invalid_value(format!(
        "{name} {value} isn't valid. It must be between {least} and {most}."
    )))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ModifyRequest {
    #[serde(rename = "DBProxyName")]
    proxy: String,
    target_group_name: String,
    connection_pool_config: Option<PoolRequest>,
    new_name: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Single {
    #[serde(rename = "DBProxyTargetGroup")]
    group: View,
}

pub(crate) fn modify(call: &mut Call<'_>, request: ModifyRequest) -> Result<Single, Fault> {
    let now = call.clock.now;
    let proxy = change::find_mut(&mut call.region().rds, &request.proxy)?;
    check_name(&proxy.name, Some(&request.target_group_name))?;
    proxy.check_available()?;
    if let Some(name) = request.new_name.filter(|name| name != DEFAULT) {
        return Err(errors::invalid_value(format!(
            "The default target group can't be renamed to {name}."
        )));
    }
    if let Some(pool) = request.connection_pool_config {
        proxy.targets.pool = pool.apply(&proxy.targets.pool)?;
        proxy.targets.updated = now;
    }
    Ok(Single { group: View::from(&*proxy) })
}
