//! What may talk to what, and the record of who did.

use serde_json::json;

use super::layout::Layout;
use super::{NatGateways, Network, id_of};
use crate::components::Expansion;

impl Network {
    /// Services talk to databases; databases talk to nobody.
    pub(super) fn security_groups(&self, scope: &mut Expansion<'_>) {
        let port = self.database_port.unwrap_or(5432);
        scope.resource(
            "service",
            "ec2.security_group",
            json!({
                "vpc_id": "${self.vpc.id}",
                "description": "Services: nothing comes in, everything may go out",
                "ingress": [],
            }),
        );
        scope.resource(
            "database",
            "ec2.security_group",
            json!({
                "vpc_id": "${self.vpc.id}",
                "description": "Databases: services come in, nothing goes out",
                "ingress": [
                    {
                        "from_port": port,
                        "security_groups": ["${self.service.id}"],
                        "description": "services",
                    },
                    { "from_port": port, "self": true, "description": "a proxy in front" },
                ],
                "egress": [{ "from_port": port, "self": true, "description": "a proxy to its database" }],
            }),
        );
    }

    /// A gateway endpoint for S3, which costs nothing and keeps image layers off the NAT gateway,
    /// and interface endpoints for what is asked for.
    pub(super) fn endpoints(&self, scope: &mut Expansion<'_>, layout: &Layout) {
        let region = scope.environment().region.clone();
        let private = match self.nat_gateways {
            NatGateways::PerZone => layout.zones.as_slice(),
            NatGateways::None | NatGateways::Single => &layout.zones[..1],
        };
        let private = private.iter().map(|zone| id_of("private_routes", &zone.key));
        let shared = [json!("${self.public_routes.id}"), json!("${self.isolated_routes.id}")];
        let tables: Vec<_> = private.chain(shared).collect();
        scope.resource(
            "s3",
            "ec2.vpc_endpoint",
            json!({
                "vpc_id": "${self.vpc.id}",
                "service_name": format!("com.amazonaws.{region}.s3"),
                "vpc_endpoint_type": "Gateway",
                "route_table_ids": tables,
            }),
        );
        if self.interface_endpoints.is_empty() {
            return;
        }
        scope.resource(
            "endpoint",
            "ec2.security_group",
            json!({
                "vpc_id": "${self.vpc.id}",
                "description": "Interface endpoints: the VPC comes in",
                "ingress": [{ "from_port": 443, "cidr_blocks": ["${self.vpc.cidr_block}"] }],
                "egress": [],
            }),
        );
        let subnets: Vec<_> = layout.zones.iter().map(|zone| id_of("private", &zone.key)).collect();
        for service in &self.interface_endpoints {
            let properties = json!({
                "vpc_id": "${self.vpc.id}",
                "service_name": format!("com.amazonaws.{region}.{service}"),
                "vpc_endpoint_type": "Interface",
                "subnet_ids": subnets,
                "security_group_ids": ["${self.endpoint.id}"],
                "private_dns_enabled": true,
            });
            let name = format!("interface:{}", service.replace('.', "-"));
            scope.resource(name, "ec2.vpc_endpoint", properties).from("interface_endpoints");
        }
    }

    /// A record of every connection, for the one who has to find out what happened.
    pub(super) fn flow_log(&self, scope: &mut Expansion<'_>) {
        let days = self.flow_log_retention_days.unwrap_or(30);
        if days == 0 {
            return;
        }
        scope
            .resource(
                "flow_log_group",
                "logs.log_group",
                json!({ "retention_in_days": days, "kms_key_id": self.flow_log_kms_key }),
            )
            .from("flow_log_retention_days");
        scope.resource(
            "flow_log_role",
            "iam.role",
            json!({
                "description": "Lets VPC flow logs write to their log group",
                "assume_role_policy": {
                    "Version": "2012-10-17",
                    "Statement": [{
                        "Effect": "Allow",
                        "Principal": { "Service": "vpc-flow-logs.amazonaws.com" },
                        "Action": "sts:AssumeRole",
                    }],
                },
                "inline_policies": {
                    "write": {
                        "Version": "2012-10-17",
                        "Statement": [{
                            "Effect": "Allow",
                            "Action": [
                                "logs:CreateLogStream",
                                "logs:PutLogEvents",
                                "logs:DescribeLogGroups",
                                "logs:DescribeLogStreams",
                            ],
                            "Resource": ["${self.flow_log_group.arn}", "${self.flow_log_group.arn}:*"],
                        }],
                    },
                },
            }),
        );
        scope.resource(
            "flow_log",
            "ec2.flow_log",
            json!({
                "resource_id": "${self.vpc.id}",
                "traffic_type": "ALL",
                "log_destination": "${self.flow_log_group.arn}",
                "iam_role_arn": "${self.flow_log_role.arn}",
            }),
        );
    }
}
