//! The kinds of AWS objects: one folder a service, one file a kind.

mod adopted;
mod budget;
mod client;
pub mod container;
mod error;
mod meter;
mod policy;
mod read;
pub mod rollout;
mod traffic;
mod url;
mod word;

pub mod acm;
pub mod apprunner;
pub mod cloudfront;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod config;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod events;
pub mod guardduty;
pub mod iam;
pub mod kms;
pub mod logs;
pub mod rds;
pub mod s3;
pub mod secretsmanager;
pub mod securityhub;
pub mod sns;
pub mod wafv2;

pub use client::{Clients, ConnectError, Connection, Credentials};
pub use error::Error;
pub use meter::{Calls, Meter, noted};
pub use policy::Document;

use std::path::PathBuf;

use crate::resource::Kinds;

/// What every call of a kind is given.
#[derive(Debug, Clone)]
pub struct Context {
    /// One SDK client for each service, made on first use.
    pub clients: Clients,
    /// The account that is converged, twelve digits.
    pub account: String,
    /// Its region.
    pub region: String,
    /// The project's directory, where what is shipped is built.
    pub project: PathBuf,
}

impl Context {
    /// The ARN of an object of this account and region: `cx.arn("rds", "cluster:main")`.
    pub fn arn(&self, service: &str, object: &str) -> String {
        let partition = partition(&self.region);
        format!("arn:{partition}:{service}:{}:{}:{object}", self.region, self.account)
    }
}

/// The part of AWS that a region belongs to, as ARNs name it.
pub fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// Every kind that YAML may name.
pub fn kinds() -> Kinds {
    Kinds::default()
        .with_resource::<acm::certificate::Certificate>()
        .with_resource::<apprunner::auto_scaling_configuration::AutoScalingConfiguration>()
        .with_resource::<apprunner::custom_domain::CustomDomain>()
        .with_resource::<apprunner::observability_configuration::ObservabilityConfiguration>()
        .with_resource::<apprunner::service::Service>()
        .with_resource::<apprunner::vpc_connector::VpcConnector>()
        .with_resource::<cloudfront::distribution::Distribution>()
        .with_resource::<cloudfront::origin_access_control::OriginAccessControl>()
        .with_resource::<cloudfront::response_headers_policy::ResponseHeadersPolicy>()
        .with_resource::<cloudtrail::trail::Trail>()
        .with_resource::<cloudwatch::alarm::Alarm>()
        .with_resource::<cloudwatch::composite_alarm::CompositeAlarm>()
        .with_resource::<cloudwatch::dashboard::Dashboard>()
        .with_resource::<config::delivery_channel::DeliveryChannel>()
        .with_resource::<config::recorder::Recorder>()
        .with_resource::<config::recorder_status::RecorderStatus>()
        .with_resource::<ec2::default_security_group::DefaultSecurityGroup>()
        .with_resource::<ec2::ebs_encryption_by_default::EbsEncryptionByDefault>()
        .with_resource::<ec2::eip::Eip>()
        .with_resource::<ec2::flow_log::FlowLog>()
        .with_resource::<ec2::internet_gateway::InternetGateway>()
        .with_resource::<ec2::nat_gateway::NatGateway>()
        .with_resource::<ec2::route::Route>()
        .with_resource::<ec2::route_table::RouteTable>()
        .with_resource::<ec2::route_table_association::RouteTableAssociation>()
        .with_resource::<ec2::security_group::SecurityGroup>()
        .with_resource::<ec2::subnet::Subnet>()
        .with_resource::<ec2::vpc_endpoint::VpcEndpoint>()
        .with_resource::<ec2::vpc::Vpc>()
        .with_resource::<ecr::image::Image>()
        .with_resource::<ecr::repository::Repository>()
        .with_resource::<ecs::express_service::ExpressService>()
        .with_resource::<events::rule::Rule>()
        .with_resource::<guardduty::detector::Detector>()
        .with_resource::<iam::account_password_policy::AccountPasswordPolicy>()
        .with_resource::<iam::role::Role>()
        .with_resource::<iam::service_linked_role::ServiceLinkedRole>()
        .with_resource::<kms::key::Key>()
        .with_resource::<logs::log_group::LogGroup>()
        .with_resource::<logs::metric_filter::MetricFilter>()
        .with_resource::<rds::cluster::Cluster>()
        .with_resource::<rds::cluster_parameter_group::ClusterParameterGroup>()
        .with_resource::<rds::instance::Instance>()
        .with_resource::<rds::proxy::Proxy>()
        .with_resource::<rds::subnet_group::SubnetGroup>()
        .with_resource::<s3::account_public_access_block::AccountPublicAccessBlock>()
        .with_resource::<s3::bucket::Bucket>()
        .with_resource::<s3::bucket_policy::BucketPolicy>()
        .with_resource::<s3::content::Content>()
        .with_resource::<secretsmanager::secret::Secret>()
        .with_resource::<securityhub::hub::Hub>()
        .with_resource::<securityhub::standard::Standard>()
        .with_resource::<sns::subscription::Subscription>()
        .with_resource::<sns::topic::Topic>()
        .with_resource::<wafv2::web_acl::WebAcl>()
}
