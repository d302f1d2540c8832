//! A proxy in AWS's description.

use jiff::Timestamp;
use serde::Serialize;

use super::super::lifecycle::Phase;
use super::{Auth, Proxy};

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct View {
    #[serde(rename = "DBProxyName")]
    name: String,
    #[serde(rename = "DBProxyArn")]
    arn: String,
    status: Phase,
    engine_family: &'static str,
    vpc_id: String,
    vpc_security_group_ids: Vec<String>,
    vpc_subnet_ids: Vec<String>,
    default_auth_scheme: String,
    auth: Vec<Auth>,
    role_arn: String,
    endpoint: String,
    #[serde(rename = "RequireTLS")]
    require_tls: bool,
    idle_client_timeout: i64,
    debug_logging: bool,
    created_date: Timestamp,
    updated_date: Timestamp,
    endpoint_network_type: &'static str,
    target_connection_network_type: &'static str,
}

impl From<&Proxy> for View {
    fn from(proxy: &Proxy) -> Self {
        let endpoint = proxy.endpoint();
        let proxy = proxy.clone();
        Self {
            name: proxy.name,
            arn: proxy.arn,
            status: proxy.lifecycle.phase(),
            engine_family: "POSTGRESQL",
            vpc_id: proxy.vpc,
            vpc_security_group_ids: proxy.security_groups,
            vpc_subnet_ids: proxy.subnets,
            default_auth_scheme: proxy.default_auth_scheme,
            auth: proxy.auth,
            role_arn: proxy.role,
            endpoint,
            require_tls: proxy.require_tls,
            idle_client_timeout: proxy.idle_client_timeout,
            debug_logging: proxy.debug_logging,
            created_date: proxy.created,
            updated_date: proxy.updated,
            endpoint_network_type: "IPV4",
            target_connection_network_type: "IPV4",
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Single {
    #[serde(rename = "DBProxy")]
    proxy: View,
}

impl Single {
    pub(crate) fn new(proxy: View) -> Self {
        Self { proxy }
    }
}
