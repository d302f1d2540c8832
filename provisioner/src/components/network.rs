//! `network`: a VPC in three tiers over several availability zones.

use ipnet::Ipv4Net;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Component, Expansion};
use crate::resource::Problem;

mod layout;
mod perimeter;
#[cfg(test)]
mod tests;

use layout::{Layout, Tier, Zone};

/// A VPC with public, private and isolated subnets in each availability zone: public ones lead to
/// the internet, private ones out through NAT, isolated ones nowhere.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The VPC's IPv4 range, `/16` to `/22`. A change replaces.
    pub cidr_block: String,
    /// In how many availability zones, 1 to 6; a database needs two. Default 2. The zones are the
    /// environment's `availability_zones`.
    #[schemars(range(min = 1, max = 6))]
    #[serde(default)]
    pub zones: Option<usize>,
    /// The prefix length of the public subnets. Default: the VPC's and 8.
    #[schemars(range(min = 17, max = 28))]
    #[serde(default)]
    pub public_prefix: Option<u8>,
    /// The prefix length of the private subnets. Default: the VPC's and 4.
    #[schemars(range(min = 17, max = 28))]
    #[serde(default)]
    pub private_prefix: Option<u8>,
    /// The prefix length of the isolated subnets. Default: the VPC's and 8.
    #[schemars(range(min = 17, max = 28))]
    #[serde(default)]
    pub isolated_prefix: Option<u8>,
    /// The private subnets' way out: `none`, a `single` NAT gateway (cheaper; a zone that fails
    /// may take the way out with it), or one `per_zone`. Default `single`.
    #[serde(default)]
    pub nat_gateways: NatGateways,
    /// AWS services to be reached without leaving the VPC, by interface endpoints, e.g.
    /// `secretsmanager`, `ecr.api`, `ecr.dkr`, `logs`. S3 has an endpoint always: it is free.
    #[serde(default)]
    pub interface_endpoints: Vec<String>,
    /// The port on which databases listen. Default 5432.
    #[schemars(range(min = 1, max = 65535))]
    #[serde(default)]
    pub database_port: Option<u16>,
    /// For how many days flow logs are kept; 0 records none. Default 30.
    #[serde(default)]
    pub flow_log_retention_days: Option<i32>,
    /// The ARN of the key that encrypts the flow logs. Default: CloudWatch Logs' own.
    #[serde(default)]
    pub flow_log_kms_key: Option<super::Input<String>>,
}

/// How private subnets reach the internet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NatGateways {
    /// Not at all.
    None,
    /// Through one NAT gateway.
    #[default]
    Single,
    /// Through one in each zone.
    PerZone,
}

impl Component for Network {
    const TYPE: &'static str = "network";
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("vpc_id", "The VPC."),
        ("vpc_cidr_block", "The VPC's IPv4 range."),
        ("public_subnets", "The subnets that lead to the internet, one a zone."),
        ("private_subnets", "The subnets that lead out through NAT, one a zone."),
        ("isolated_subnets", "The subnets that lead nowhere, one a zone."),
        ("service_sg", "The security group of services: nothing comes in, everything may go out."),
        ("database_sg", "The security group of databases: services come in, nothing goes out."),
        ("nat_public_ips", "The addresses from which private subnets reach the internet."),
    ];

    fn validate(&self) -> Vec<Problem> {
        match self.cidr_block.parse::<Ipv4Net>() {
            Err(_) => vec![
                Problem::at("cidr_block", format!("`{}` is not an IPv4 range.", self.cidr_block))
                    .hint("write an address and a prefix length, e.g. 10.0.0.0/16"),
            ],
            Ok(range) if !(16..=22).contains(&range.prefix_len()) => vec![Problem::at(
                "cidr_block",
                format!(
                    "The range is between /16 and /22, so that three tiers fit, not /{}.",
                    range.prefix_len()
                ),
            )],
            Ok(range) if range != range.trunc() => vec![
                Problem::at("cidr_block", format!("{range} has host bits set."))
                    .hint(format!("write {}", range.trunc())),
            ],
            Ok(_) => Vec::new(),
        }
    }

    fn expand(&self, scope: &mut Expansion<'_>) {
        let layout = match Layout::new(self, &scope.environment().availability_zones()) {
            Ok(layout) => layout,
            Err(problem) => return scope.problem(problem),
        };
        scope.resource(
            "vpc",
            "ec2.vpc",
            json!({ "cidr_block": self.cidr_block, "enable_dns_support": true, "enable_dns_hostnames": true }),
        );
        scope.resource("internet", "ec2.internet_gateway", json!({ "vpc_id": "${self.vpc.id}" }));
        subnets(scope, &layout);
        self.public_routes(scope, &layout);
        self.private_routes(scope, &layout);
        isolated_routes(scope, &layout);
        self.endpoints(scope, &layout);
        self.security_groups(scope);
        self.flow_log(scope);
        self.outputs(scope, &layout);
    }
}

fn subnets(scope: &mut Expansion<'_>, layout: &Layout) {
    for Zone { name, key, ranges } in &layout.zones {
        for (tier, range) in Tier::ALL.iter().zip(ranges) {
            let properties = json!({
                "vpc_id": "${self.vpc.id}",
                "cidr_block": range.to_string(),
                "availability_zone": name,
            });
            let label = tier.label();
            let child = scope.resource(format!("{label}:{key}"), "ec2.subnet", properties);
            child.tag("Name", format!("{label}-{name}"));
        }
    }
}

impl Network {
    /// One table for all zones: an internet gateway is not bound to one.
    fn public_routes(&self, scope: &mut Expansion<'_>, layout: &Layout) {
        table(scope, "public_routes");
        scope.resource(
            "public_way_out",
            "ec2.route",
            json!({
                "route_table_id": "${self.public_routes.id}",
                "destination_cidr_block": "0.0.0.0/0",
                "gateway_id": "${self.internet.id}",
            }),
        );
        for zone in &layout.zones {
            associate(scope, "public", &zone.key, "${self.public_routes.id}");
        }
    }

    /// A table for each zone where zones have their own way out, else one.
    fn private_routes(&self, scope: &mut Expansion<'_>, layout: &Layout) {
        let per_zone = self.nat_gateways == NatGateways::PerZone;
        let ways = if per_zone { layout.zones.len() } else { 1 };
        for Zone { key, .. } in layout.zones.iter().take(ways) {
            table(scope, format!("private_routes:{key}"));
            if self.nat_gateways != NatGateways::None {
                way_out(scope, key);
            }
        }
        for (index, zone) in layout.zones.iter().enumerate() {
            let way = &layout.zones[index.min(ways - 1)].key;
            let table = format!("${{self.private_routes[\"{way}\"].id}}");
            associate(scope, "private", &zone.key, &table);
        }
    }

    fn outputs(&self, scope: &mut Expansion<'_>, layout: &Layout) {
        scope.output("vpc_id", json!("${self.vpc.id}"));
        scope.output("vpc_cidr_block", json!("${self.vpc.cidr_block}"));
        for tier in Tier::ALL {
            let label = tier.label();
            let ids = layout.zones.iter().map(|zone| id_of(label, &zone.key));
            scope.output(format!("{label}_subnets"), ids.collect());
        }
        scope.output("service_sg", json!("${self.service.id}"));
        scope.output("database_sg", json!("${self.database.id}"));
        let addresses = match self.nat_gateways {
            NatGateways::None => json!([]),
            _ => json!("${self.nat_address.*.public_ip}"),
        };
        scope.output("nat_public_ips", addresses);
    }
}

/// A NAT gateway of a zone, with its address, and the route that leads to it.
fn way_out(scope: &mut Expansion<'_>, key: &str) {
    scope.resource(format!("nat_address:{key}"), "ec2.eip", json!({}));
    scope
        .resource(
            format!("nat:{key}"),
            "ec2.nat_gateway",
            json!({
                "subnet_id": id_of("public", key),
                "allocation_id": id_of("nat_address", key),
            }),
        )
        // Without its own way out it would be made, and fail.
        .depends_on(["public_way_out"]);
    scope.resource(
        format!("private_way_out:{key}"),
        "ec2.route",
        json!({
            "route_table_id": id_of("private_routes", key),
            "destination_cidr_block": "0.0.0.0/0",
            "nat_gateway_id": id_of("nat", key),
        }),
    );
}

/// The isolated subnets' table has no route but the VPC's own.
fn isolated_routes(scope: &mut Expansion<'_>, layout: &Layout) {
    table(scope, "isolated_routes");
    for zone in &layout.zones {
        associate(scope, "isolated", &zone.key, "${self.isolated_routes.id}");
    }
}

fn table(scope: &mut Expansion<'_>, name: impl Into<String>) {
    scope.resource(name, "ec2.route_table", json!({ "vpc_id": "${self.vpc.id}" }));
}

fn associate(scope: &mut Expansion<'_>, tier: &str, key: &str, table: &str) {
    scope.resource(
        format!("{tier}_association:{key}"),
        "ec2.route_table_association",
        json!({ "route_table_id": table, "subnet_id": id_of(tier, key) }),
    );
}

/// A reference to the id of one of several children.
fn id_of(name: &str, key: &str) -> Json {
    json!(format!("${{self.{name}[\"{key}\"].id}}"))
}
