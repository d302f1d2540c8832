//! The services that a VPC endpoint can lead to.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tag;

use super::availability_zone;
use super::filters::{self, Described, Filters, Listing};
use super::vpc_endpoint::EndpointType;
use super::{Here, Scope, errors, here};

/// AWS's services with an interface endpoint.
const INTERFACE: [&str; 32] = [
    "apprunner",
    "apprunner.requests",
    "autoscaling",
    "cloudformation",
    "cloudtrail",
    "config",
    "dynamodb",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "ecs-agent",
    "ecs-telemetry",
    "elasticloadbalancing",
    "events",
    "execute-api",
    "kinesis-firehose",
    "kinesis-streams",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "rds",
    "rds-data",
    "s3",
    "secretsmanager",
    "securityhub",
    "sns",
    "sqs",
    "ssm",
    "sts",
];

/// AWS's services with a gateway endpoint.
const GATEWAY: [&str; 2] = ["dynamodb", "s3"];

/// A service, behind one type of endpoint.
#[derive(Debug, Clone)]
pub struct EndpointService {
    /// `com.amazonaws.us-east-1.s3`
    pub name: String,
    /// How it is reached.
    pub endpoint_type: EndpointType,
    /// The public name that private DNS redirects; a gateway endpoint redirects none.
    pub private_name: Option<String>,
}

/// The services of a region, by name.
pub fn services(region: &str) -> Vec<EndpointService> {
    let mut services: Vec<EndpointService> = INTERFACE
        .iter()
        .map(|service| EndpointService {
            name: format!("com.amazonaws.{region}.{service}"),
            endpoint_type: EndpointType::Interface,
            private_name: Some(private_name(service, region)),
        })
        .chain(GATEWAY.iter().map(|service| EndpointService {
            name: format!("com.amazonaws.{region}.{service}"),
            endpoint_type: EndpointType::Gateway,
            private_name: None,
        }))
        .collect();
    services.sort_by_cached_key(|service| (service.name.clone(), service.endpoint_type.word()));
    services
}

/// The service's public host name: `ecr.dkr` is `dkr.ecr`, and every registry has one below it.
fn private_name(service: &str, region: &str) -> String {
    match service {
        "ecr.api" => format!("api.ecr.{region}.amazonaws.com"),
        "ecr.dkr" => format!("*.dkr.ecr.{region}.amazonaws.com"),
        "apprunner.requests" => format!("*.{region}.awsapprunner.com"),
        "kinesis-firehose" => format!("firehose.{region}.amazonaws.com"),
        "kinesis-streams" => format!("kinesis.{region}.amazonaws.com"),
        "execute-api" => format!("*.execute-api.{region}.amazonaws.com"),
        "ecs-agent" => format!("ecs-a.{region}.amazonaws.com"),
        "ecs-telemetry" => format!("ecs-t.{region}.amazonaws.com"),
        plain => format!("{plain}.{region}.amazonaws.com"),
    }
}

/// The service of this name behind this type of endpoint.
///
/// # Errors
/// `InvalidServiceName` when there is none.
pub fn find(
    name: &str,
    endpoint_type: EndpointType,
    region: &str,
) -> Result<EndpointService, Fault> {
    services(region)
        .into_iter()
        .find(|service| service.name == name && service.endpoint_type == endpoint_type)
        .ok_or_else(|| errors::service_not_found(name))
}

/// Asks for services.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeVpcEndpointServicesRequest {
    #[serde(default)]
    service_names: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of services: their names, and then all about them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeVpcEndpointServicesResponse {
    service_names: Vec<String>,
    service_details: Vec<ServiceDetail>,
    next_token: Option<String>,
}

/// Lists services.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeVpcEndpointServicesRequest,
) -> Result<DescribeVpcEndpointServicesResponse, Fault> {
    let Here { scope, .. } = here(call);
    let services = services(scope.region);
    let known = |name: &String| services.iter().any(|service| service.name == *name);
    if let Some(unknown) = request.service_names.iter().find(|name| !known(name)) {
        return Err(errors::service_not_found(unknown));
    }
    let asked = |service: &EndpointService| {
        request.service_names.is_empty() || request.service_names.contains(&service.name)
    };
    let details = services.into_iter().filter(asked);
    let details = details.map(|service| ServiceDetail::of(service, scope)).collect();
    let page = filters::list(details, &request.listing)?;
    let mut service_names: Vec<String> =
        page.items.iter().map(|service| service.service_name.clone()).collect();
    service_names.dedup();
    Ok(DescribeVpcEndpointServicesResponse {
        service_names,
        service_details: page.items,
        next_token: page.next,
    })
}

/// A service as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceDetail {
    service_name: String,
    service_id: String,
    service_type: [ServiceType; 1],
    service_region: String,
    availability_zones: Vec<String>,
    availability_zone_ids: Vec<String>,
    owner: &'static str,
    base_endpoint_dns_names: Vec<String>,
    private_dns_name: Option<String>,
    private_dns_names: Vec<PrivateDnsName>,
    private_dns_name_verification_state: Option<&'static str>,
    vpc_endpoint_policy_supported: bool,
    acceptance_required: bool,
    manages_vpc_endpoints: bool,
    supported_ip_address_types: [&'static str; 1],
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceType {
    service_type: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PrivateDnsName {
    private_dns_name: String,
}

impl ServiceDetail {
    fn of(service: EndpointService, scope: Scope<'_>) -> Self {
        let zones = availability_zone::zones(scope.region);
        let (names, ids) = zones.into_iter().map(|zone| (zone.name, zone.id)).unzip();
        let short = service.name.rsplit_once(&format!("{}.", scope.region)).map_or("", |own| own.1);
        let base = match service.endpoint_type {
            EndpointType::Gateway => format!("{short}.{}.amazonaws.com", scope.region),
            EndpointType::Interface => format!("{short}.{}.vpce.amazonaws.com", scope.region),
        };
        let private_names = service.private_name.iter();
        Self {
            service_id: service_id(&service),
            service_type: [ServiceType { service_type: service.endpoint_type.word() }],
            service_region: scope.region.to_owned(),
            availability_zones: names,
            availability_zone_ids: ids,
            owner: "amazon",
            base_endpoint_dns_names: vec![base],
            private_dns_names: private_names
                .map(|name| PrivateDnsName { private_dns_name: name.clone() })
                .collect(),
            private_dns_name_verification_state: service.private_name.as_ref().map(|_| "verified"),
            private_dns_name: service.private_name,
            service_name: service.name,
            vpc_endpoint_policy_supported: true,
            acceptance_required: false,
            manages_vpc_endpoints: false,
            supported_ip_address_types: ["ipv4"],
            tags: Vec::new(),
        }
    }
}

/// AWS's identifiers follow no rule; these follow from the name.
fn service_id(service: &EndpointService) -> String {
    let digest = Sha256::digest(format!("{} {}", service.name, service.endpoint_type.word()));
    let digits: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("vpce-svc-0{digits}")
}

impl Described for ServiceDetail {
    const FILTERS: Filters<Self> = &[
        ("owner", |service| vec![service.owner.to_owned()]),
        ("service-name", |service| vec![service.service_name.clone()]),
        ("service-region", |service| vec![service.service_region.clone()]),
        ("service-type", |service| {
            service.service_type.iter().map(|own| own.service_type.to_owned()).collect()
        }),
        ("supported-ip-address-types", |service| {
            service.supported_ip_address_types.iter().map(|&own| own.to_owned()).collect()
        }),
    ];

    fn key(&self) -> String {
        let [ServiceType { service_type }] = &self.service_type;
        format!("{} {service_type}", self.service_name)
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn a_service_can_have_both_types_of_endpoint() {
        let mut fixture = Fixture::new();
        let names = json!(["com.amazonaws.us-east-1.s3"]);
        let request = json!({"ServiceNames": names});
        let found = fixture.call("ec2", "DescribeVpcEndpointServices", request).unwrap();
        assert_eq!(found["ServiceNames"], names);
        assert_eq!(found["ServiceDetails"].as_array().unwrap().len(), 2);
        let filters = json!([{"Name": "service-type", "Values": ["Gateway"]}]);
        let request = json!({"ServiceNames": names, "Filters": filters});
        let found = fixture.call("ec2", "DescribeVpcEndpointServices", request).unwrap();
        assert_eq!(found["ServiceDetails"].as_array().unwrap().len(), 1);
        let unknown = json!({"ServiceNames": ["com.amazonaws.us-east-1.s4"]});
        let code = fixture.fault("ec2", "DescribeVpcEndpointServices", unknown);
        assert_eq!(code, "InvalidServiceName");
    }
}
