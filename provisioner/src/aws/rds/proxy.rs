//! `rds.proxy`: shares a few connections to a cluster among many clients.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_rds::types as rds;
use aws_sdk_rds::types::{
    ConnectionPoolConfiguration, DbProxyStatus, TargetType, UserAuthConfig, UserAuthConfigInfo,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{completed, described, list_tags, owned, sync_tags, to_tags};
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// The one target group that every proxy has.
const TARGET_GROUP: &str = "default";

/// A proxy and its default target group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proxy {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[a-zA-Z](-?[a-zA-Z0-9])*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which protocol it speaks. A change replaces.
    pub engine_family: EngineFamily,
    /// As whom it connects to the database, and how clients prove who they are.
    #[schemars(length(max = 200))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Vec<Auth>>,
    /// How it connects as a user whom `auth` does not name. Default `NONE`: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_auth_scheme: Option<DefaultAuthScheme>,
    /// The role with which it reads the secrets.
    #[schemars(regex(pattern = r"^arn:"))]
    pub role_arn: String,
    /// The subnets that it is reached in. A change replaces.
    #[schemars(length(min = 2))]
    pub vpc_subnet_ids: BTreeSet<String>,
    /// The security groups of its own interfaces. Default: the VPC's default group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_security_group_ids: Option<BTreeSet<String>>,
    /// Whether clients must use TLS. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_tls: Option<bool>,
    /// After how many idle seconds a client is disconnected, 1 to 28800. Default 1800.
    #[schemars(range(min = 1, max = 28800))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_client_timeout: Option<i32>,
    /// Whether it logs the text of SQL statements, for a day at most. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debug_logging: Option<bool>,
    /// The cluster that it connects to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_cluster_identifier: Option<String>,
    /// How it uses the cluster's connections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_pool: Option<ConnectionPool>,
}

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum EngineFamily {
    /// PostgreSQL's.
    Postgresql,
    /// MySQL's.
    Mysql,
    /// SQL Server's.
    Sqlserver,
}

/// How a proxy connects as a user for whom it has no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DefaultAuthScheme {
    /// Not at all.
    None,
    /// With IAM, from the client to the database.
    IamAuth,
}

/// A user as whom the proxy connects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// The ARN of the secret with user name and password.
    #[schemars(regex(pattern = r"^arn:"))]
    pub secret_arn: String,
    /// Whether clients prove themselves with IAM instead of the password. Default `DISABLED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iam_auth: Option<IamAuth>,
    /// How clients prove that they know the password. Default: the engine's best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_password_auth_type: Option<ClientPasswordAuth>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Whether clients use IAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum IamAuth {
    /// They can't.
    Disabled,
    /// They must.
    Required,
    /// They may; SQL Server only.
    Enabled,
}

/// How clients prove that they know the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ClientPasswordAuth {
    /// PostgreSQL, SCRAM with SHA-256.
    #[serde(rename = "POSTGRES_SCRAM_SHA_256")]
    PostgresScramSha256,
    /// PostgreSQL, MD5.
    #[serde(rename = "POSTGRES_MD5")]
    PostgresMd5,
    /// MySQL, SHA-256 with a cache.
    #[serde(rename = "MYSQL_CACHING_SHA2_PASSWORD")]
    MysqlCachingSha2,
    /// MySQL, SHA-1.
    #[serde(rename = "MYSQL_NATIVE_PASSWORD")]
    MysqlNative,
    /// SQL Server's.
    #[serde(rename = "SQL_SERVER_AUTHENTICATION")]
    SqlServer,
}

/// How a proxy uses the database's connections.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionPool {
    /// How many of the database's connections it may have, in per cent. Default 100.
    #[schemars(range(min = 1, max = 100))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_connections_percent: Option<i32>,
    /// How many of them it keeps open while idle, in per cent. Default: half of the former.
    #[schemars(range(min = 0, max = 100))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_idle_connections_percent: Option<i32>,
    /// For how many seconds a client waits for a connection, 0 to 300. Default 120.
    #[schemars(range(min = 0, max = 300))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_borrow_timeout: Option<i32>,
    /// What does not bind a client to a connection, though it changes the session:
    /// `EXCLUDE_VARIABLE_SETS`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_pinning_filters: Option<BTreeSet<String>>,
    /// What is run on each new connection, e.g. `SET TIME ZONE 'UTC'`. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_query: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN; the last part, `prx-…`, is what IAM policies for database users name.
    pub arn: String,
    /// The host name that clients connect to. Empty while it has none.
    pub endpoint: String,
}

impl Resource for Proxy {
    const KIND: &'static str = "rds.proxy";
    const TRAITS: Traits = Traits {
        immutable: &["name", "engine_family", "vpc_subnet_ids"],
        compare: &[
            ("auth", Compare::Set),
            ("vpc_subnet_ids", Compare::Set),
            ("vpc_security_group_ids", Compare::Set),
            ("connection_pool.session_pinning_filters", Compare::Set),
        ],
        clearable: &["db_cluster_identifier"],
        create_time: Duration::from_secs(240),
        delete_time: Duration::from_secs(120),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.auth.is_none() && self.default_auth_scheme != Some(DefaultAuthScheme::IamAuth) {
            problems.push(
                Problem::at("auth", "The proxy could connect to the database as nobody.")
                    .hint("name a secret in `auth`, or write default_auth_scheme: IAM_AUTH"),
            );
        }
        let pool = self.connection_pool.clone().unwrap_or_default();
        let idle = pool.max_idle_connections_percent.unwrap_or(0);
        if idle > pool.max_connections_percent.unwrap_or(100) {
            problems.push(Problem::at(
                "connection_pool.max_idle_connections_percent",
                "A proxy can't keep more connections open than it may have.",
            ));
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let name = rds::DbProxy::db_proxy_name;
        let proxies = described(ids, name, |name| describe(cx, name)).await?;
        completed(proxies, |proxy| live(cx, proxy)).await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let name = self.name(owner);
        let proxies = Error::optional(describe(cx, Some(name.clone())).await)?;
        let alive = |proxy: &rds::DbProxy| proxy.status() != Some(&DbProxyStatus::Deleting);
        let proxy = proxies.unwrap_or_default().into_iter().find(alive);
        let Some(arn) = proxy.and_then(|proxy| proxy.db_proxy_arn) else { return Ok(Vec::new()) };
        let tags = Error::optional(list_tags(cx, &arn).await)?.unwrap_or_default();
        Ok(owner.owns(&tags).then_some(Id(name)).into_iter().collect())
    }

    /// The target group can be set up only when the proxy is there.
    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        cx.clients
            .rds()
            .create_db_proxy()
            .db_proxy_name(&name)
            .engine_family(word(&self.engine_family).as_str().into())
            .set_auth(self.auth())
            .set_default_auth_scheme(self.default_auth_scheme())
            .role_arn(&self.role_arn)
            .set_vpc_subnet_ids(Some(self.vpc_subnet_ids.iter().cloned().collect()))
            .set_vpc_security_group_ids(self.security_groups())
            .set_require_tls(self.require_tls)
            .set_idle_client_timeout(self.idle_client_timeout)
            .set_debug_logging(self.debug_logging)
            .set_tags(Some(to_tags(&owner.tags)))
            .send()
            .await?;
        Ok(Created::unfinished(name))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        const MODIFIABLE: [&str; 7] = [
            "auth",
            "default_auth_scheme",
            "role_arn",
            "vpc_security_group_ids",
            "require_tls",
            "idle_client_timeout",
            "debug_logging",
        ];
        if change.has_any(&MODIFIABLE) {
            self.modify(cx, id, change).await?;
        }
        if let Some(pool) = self.connection_pool.as_ref().filter(|_| change.has("connection_pool"))
        {
            cx.clients
                .rds()
                .modify_db_proxy_target_group()
                .db_proxy_name(id.as_str())
                .target_group_name(TARGET_GROUP)
                .connection_pool_config(pool.to_aws())
                .send()
                .await?;
        }
        if change.has("db_cluster_identifier") {
            self.set_target(cx, id, change.before.db_cluster_identifier.as_deref()).await?;
        }
        if change.tags.is_empty() {
            return Ok(());
        }
        // A proxy's ARN ends in an id of its own, not in its name.
        let proxy = describe(cx, Some(id.to_string())).await?.pop();
        let arn = proxy.and_then(|proxy| proxy.db_proxy_arn).unwrap_or_default();
        let object = arn.splitn(6, ':').nth(5).unwrap_or_default();
        sync_tags(cx, object, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let answer = cx.clients.rds().delete_db_proxy().db_proxy_name(id.as_str()).send().await;
        match answer.map_err(Error::from) {
            Ok(_) => Ok(Deleted::Pending),
            Err(error) if error.is_not_found() => Ok(Deleted::Gone),
            // Perhaps because it is being deleted already.
            Err(error) if error.is_busy() => {
                let proxies = Error::optional(describe(cx, Some(id.to_string())).await)?;
                match proxies.unwrap_or_default().pop() {
                    None => Ok(Deleted::Gone),
                    Some(proxy) if proxy.status() == Some(&DbProxyStatus::Deleting) => {
                        Ok(Deleted::Pending)
                    }
                    Some(_) => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }
}

impl Proxy {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(63))
    }

    fn auth(&self) -> Option<Vec<UserAuthConfig>> {
        let auth = self.auth.as_ref()?;
        Some(auth.iter().map(Auth::to_aws).collect())
    }

    fn default_auth_scheme(&self) -> Option<rds::DefaultAuthScheme> {
        self.default_auth_scheme.map(|scheme| word(&scheme).as_str().into())
    }

    fn security_groups(&self) -> Option<Vec<String>> {
        self.vpc_security_group_ids.as_ref().map(|groups| groups.iter().cloned().collect())
    }

    async fn modify(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        cx.clients
            .rds()
            .modify_db_proxy()
            .db_proxy_name(id.as_str())
            .set_auth(self.auth().filter(|_| change.has("auth")))
            .set_default_auth_scheme(
                self.default_auth_scheme().filter(|_| change.has("default_auth_scheme")),
            )
            .set_role_arn(change.has("role_arn").then(|| self.role_arn.clone()))
            .set_security_groups(
                self.security_groups().filter(|_| change.has("vpc_security_group_ids")),
            )
            .set_require_tls(self.require_tls.filter(|_| change.has("require_tls")))
            .set_idle_client_timeout(
                self.idle_client_timeout.filter(|_| change.has("idle_client_timeout")),
            )
            .set_debug_logging(self.debug_logging.filter(|_| change.has("debug_logging")))
            .send()
            .await?;
        Ok(())
    }

    /// A proxy has one target: the old one goes before the new one comes.
    async fn set_target(&self, cx: &Context, id: &Id, live: Option<&str>) -> Result<()> {
        let rds = cx.clients.rds();
        if let Some(cluster) = live {
            rds.deregister_db_proxy_targets()
                .db_proxy_name(id.as_str())
                .target_group_name(TARGET_GROUP)
                .db_cluster_identifiers(cluster)
                .send()
                .await?;
        }
        if let Some(cluster) = &self.db_cluster_identifier {
            rds.register_db_proxy_targets()
                .db_proxy_name(id.as_str())
                .target_group_name(TARGET_GROUP)
                .db_cluster_identifiers(cluster)
                .send()
                .await?;
        }
        Ok(())
    }
}

impl Auth {
    fn to_aws(&self) -> UserAuthConfig {
        let client = self.client_password_auth_type;
        UserAuthConfig::builder()
            .auth_scheme(rds::AuthScheme::Secrets)
            .secret_arn(&self.secret_arn)
            .set_iam_auth(self.iam_auth.map(|mode| word(&mode).as_str().into()))
            .set_client_password_auth_type(client.map(|kind| word(&kind).as_str().into()))
            .set_description(self.description.clone())
            .build()
    }

    fn from_aws(auth: &UserAuthConfigInfo) -> Option<Self> {
        Some(Self {
            secret_arn: owned(auth.secret_arn())?,
            iam_auth: auth.iam_auth().and_then(|mode| from_word(mode.as_str())),
            client_password_auth_type: auth
                .client_password_auth_type()
                .and_then(|kind| from_word(kind.as_str())),
            description: owned(auth.description()),
        })
    }
}

impl ConnectionPool {
    fn to_aws(&self) -> ConnectionPoolConfiguration {
        let filters = self.session_pinning_filters.as_ref();
        ConnectionPoolConfiguration::builder()
            .set_max_connections_percent(self.max_connections_percent)
            .set_max_idle_connections_percent(self.max_idle_connections_percent)
            .set_connection_borrow_timeout(self.connection_borrow_timeout)
            .set_session_pinning_filters(filters.map(|set| set.iter().cloned().collect()))
            .set_init_query(self.init_query.clone())
            .build()
    }

    fn from_aws(pool: &rds::ConnectionPoolConfigurationInfo) -> Self {
        Self {
            max_connections_percent: pool.max_connections_percent(),
            max_idle_connections_percent: pool.max_idle_connections_percent(),
            connection_borrow_timeout: pool.connection_borrow_timeout(),
            session_pinning_filters: Some(pool.session_pinning_filters().iter().cloned().collect()),
            init_query: owned(pool.init_query()),
        }
    }
}

async fn describe(cx: &Context, name: Option<String>) -> Result<Vec<rds::DbProxy>> {
    let request = cx.clients.rds().describe_db_proxies().set_db_proxy_name(name);
    Ok(request.into_paginator().items().send().collect::<Result<_, _>>().await?)
}

async fn live(cx: &Context, proxy: rds::DbProxy) -> Result<Live<Proxy>> {
    let outputs = outputs(&proxy);
    let (tags, pool, cluster) = futures::try_join!(
        list_tags(cx, &outputs.arn),
        connection_pool(cx, &outputs.name),
        target_cluster(cx, &outputs.name),
    )?;
    let status = status(&proxy);
    let family = proxy.engine_family().and_then(from_word);
    let spec = Proxy {
        name: Some(outputs.name.clone()),
        engine_family: family.unwrap_or(EngineFamily::Postgresql),
        auth: Some(proxy.auth().iter().filter_map(Auth::from_aws).collect()),
        default_auth_scheme: proxy.default_auth_scheme().and_then(from_word),
        role_arn: owned(proxy.role_arn()).unwrap_or_default(),
        vpc_subnet_ids: proxy.vpc_subnet_ids().iter().cloned().collect(),
        vpc_security_group_ids: Some(proxy.vpc_security_group_ids().iter().cloned().collect()),
        require_tls: proxy.require_tls(),
        idle_client_timeout: proxy.idle_client_timeout(),
        debug_logging: proxy.debug_logging(),
        db_cluster_identifier: cluster,
        connection_pool: pool,
    };
    Ok(Live { spec, outputs, tags: Some(tags), status })
}

async fn connection_pool(cx: &Context, proxy: &str) -> Result<Option<ConnectionPool>> {
    let request = cx.clients.rds().describe_db_proxy_target_groups().db_proxy_name(proxy);
    let answer = request.target_group_name(TARGET_GROUP).send().await?;
    let group = answer.target_groups().first();
    let pool = group.and_then(rds::DbProxyTargetGroup::connection_pool_config);
    Ok(pool.map(ConnectionPool::from_aws))
}

async fn target_cluster(cx: &Context, proxy: &str) -> Result<Option<String>> {
    let request = cx.clients.rds().describe_db_proxy_targets().db_proxy_name(proxy);
    let answer = request.target_group_name(TARGET_GROUP).send().await?;
    let cluster = answer.targets().iter().find_map(|target| match target.r#type() {
        Some(TargetType::TrackedCluster) => target.rds_resource_id(),
        _ => target.tracked_cluster_id(),
    });
    Ok(owned(cluster))
}

fn status(proxy: &rds::DbProxy) -> Status {
    match proxy.status() {
        Some(DbProxyStatus::Available) => Status::Ready,
        Some(
            failed @ (DbProxyStatus::IncompatibleNetwork
            | DbProxyStatus::InsufficientResourceLimits
            | DbProxyStatus::Suspended),
        ) => Status::Failed(failed.as_str().to_owned()),
        status => Status::Working(status.map_or("creating", DbProxyStatus::as_str).to_owned()),
    }
}

fn outputs(proxy: &rds::DbProxy) -> Outputs {
    Outputs {
        name: owned(proxy.db_proxy_name()).unwrap_or_default(),
        arn: owned(proxy.db_proxy_arn()).unwrap_or_default(),
        endpoint: owned(proxy.endpoint()).unwrap_or_default(),
    }
}
