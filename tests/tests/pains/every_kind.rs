//! Endless diffs: an `up` is followed by an empty plan, for every kind with whatever it can be
//! told, and again after much of that was changed.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tests::{DOWN, Lab};

use crate::stack;

/// Objects of every kind, by stack.
const EVERYTHING: &[(&str, &str)] = &[
    ("app", include_str!("every_kind.yaml")),
    ("service", include_str!("every_kind_service.yaml")),
    ("site", include_str!("every_kind_site.yaml")),
    ("observability", include_str!("every_kind_observability.yaml")),
    ("account", include_str!("every_kind_account.yaml")),
];

/// What can be changed of the other stacks without a replacement.
const OTHER_CHANGES: &[(&str, &str, &str)] = &[
    ("service", "LOG: info", "LOG: debug"),
    ("service", "cpu: 512\n    memory: 1024", "cpu: 1024\n    memory: 2048"),
    ("service", "path: /health, interval: 10", "path: /, interval: 5"),
    ("service", "health_check_path: /health", "health_check_path: /"),
    ("service", "max: 3, metric", "max: 5, metric"),
    ("service", "start_command: serve --all", ""),
    ("service", "observability_configuration_arn: ${tracing.arn}", ""),
    ("site", "versioning: true", "versioning: false"),
    ("site", "noncurrent_version_expiration_days: 30", "noncurrent_version_expiration_days: 60"),
    ("site", "max_age_seconds: 60", "max_age_seconds: 90"),
    ("site", "Action: s3:*", "Action: s3:GetObject"),
    ("site", "limit: 2000", "limit: 500"),
    ("site", "default_action: allow", "default_action: { block: { response_code: 404 } }"),
    ("site", "redacted_fields: [query_string]", "redacted_fields: [uri_path]"),
    ("site", "signing_behavior: always", "signing_behavior: no-override"),
    ("site", "frame_option: DENY", "frame_option: SAMEORIGIN"),
    ("site", "remove_headers: [Server]", "remove_headers: [X-Powered-By]"),
    ("site", "api.example.com", "green.example.com"),
    ("site", "redirect-to-https", "https-only"),
    ("site", "PriceClass_100", "PriceClass_200"),
    ("site", "response_page_path: /404.html", "response_page_path: /index.html"),
    ("observability", "display_name: every kind", ""),
    ("observability", "numRetries: 4", "numRetries: 5"),
    ("observability", "severity: [high]", "severity: [low]"),
    ("observability", "pattern: ERROR", "pattern: FATAL"),
    ("observability", "statistic: Average", "statistic: Maximum"),
    ("observability", "datapoints_to_alarm: 3", ""),
    ("observability", "threshold: 900", "threshold: 500"),
    ("observability", "BAND(errors, 2)", "BAND(errors, 4)"),
    ("observability", "AND ALARM", "OR ALARM"),
    ("observability", "# every kind", "# all kinds"),
    ("observability", "maximum_retries: 5", "maximum_retries: 3"),
    ("account", "s3_key_prefix: events", ""),
    ("account", "sns_topic_name: ${topic.arn}", ""),
    (
        "account",
        "is_multi_region_trail: true\n    enable",
        "is_multi_region_trail: false\n    enable",
    ),
    ("account", "cloud_watch_logs_log_group_arn: ${group.arn}:*", ""),
    ("account", "cloud_watch_logs_role_arn: ${role.arn}", ""),
    ("account", "kms_key_id: ${key.arn} # trail", ""),
    ("account", "arn:aws:s3:::b/", "arn:aws:s3:::c/"),
    ("account", "equals: [\"false\"]", "equals: [\"true\"]"),
    ("account", "recording_frequency: CONTINUOUS", "recording_frequency: DAILY"),
    ("account", "delivery_frequency: Six_Hours", "delivery_frequency: One_Hour"),
    ("account", "recording: true", "recording: false"),
    ("account", "FIFTEEN_MINUTES", "ONE_HOUR"),
    ("account", "EKS_AUDIT_LOGS: DISABLED", "EKS_AUDIT_LOGS: ENABLED"),
    ("account", "auto_enable_controls: true", "auto_enable_controls: false"),
    ("account", "ingress: []", "ingress: [{ protocol: '-1', self: true }]"),
    ("account", "block_public_policy: true", "block_public_policy: false"),
    ("account", "max_password_age: 90", ""),
];

/// What can be changed of the rest without a replacement, from and to.
const CHANGES: &[(&str, &str)] = &[
    ("enable_network_address_usage_metrics: true", "enable_network_address_usage_metrics: false"),
    ("map_public_ip_on_launch: true", "map_public_ip_on_launch: false"),
    (
        "private_dns_hostname_type_on_launch: ip-name",
        "private_dns_hostname_type_on_launch: resource-name",
    ),
    ("nat_gateway_id: ${nat.id}", "gateway_id: ${gateway.id}"),
    ("cidr_blocks: [10.1.0.0/16, 10.2.0.0/16]", "cidr_blocks: [10.3.0.0/16]"),
    ("description: neighbours", "description: those next door"),
    ("subnet_ids: ['${subnet_a.id}'] #", "subnet_ids: ['${subnet_b.id}', '${subnet_a.id}'] #"),
    ("Action: s3:GetObject", "Action: s3:PutObject"),
    ("retention_in_days: 30", "retention_in_days: 90"),
    ("kms_key_id: ${key.arn} # logs", ""),
    ("description: of every kind", "description: of all kinds"),
    ("alias: alias/lab-every-kind", "alias: alias/lab-all-kinds"),
    ("rotation_period_in_days: 180", "rotation_period_in_days: 360"),
    ("max_session_duration: 7200", "max_session_duration: 3600"),
    ("permissions_boundary: arn:aws:iam::aws:policy/PowerUserAccess", ""),
    ("read: { Version", "write: { Version"),
    ("ReadOnlyAccess", "job-function/ViewOnlyAccess"),
    ("length: 40", "length: 30"),
    (
        "image_tag_mutability: IMMUTABLE_WITH_EXCLUSION",
        "image_tag_mutability: MUTABLE_WITH_EXCLUSION",
    ),
    ("scan_on_push: true", "scan_on_push: false"),
    ("countNumber: 5", "countNumber: 9"),
    ("log_min_duration_statement: 500", "log_min_duration_statement: 250"),
    ("rds.force_ssl: true", "log_connections: true"),
    ("description: of subnets", "description: of two subnets"),
    ("max_capacity: 4", "max_capacity: 8"),
    ("backup_retention_period: 7", "backup_retention_period: 14"),
    ("preferred_backup_window: 03:00-04:00", "preferred_backup_window: 02:00-03:00"),
    (
        "enabled_cloudwatch_logs_exports: [postgresql]",
        "enabled_cloudwatch_logs_exports: [instance, postgresql]",
    ),
    ("storage_type: aurora", "storage_type: aurora-iopt1"),
    ("deletion_protection: true", "deletion_protection: false"),
    ("iam_database_authentication_enabled: true", "iam_database_authentication_enabled: false"),
    ("promotion_tier: 1", "promotion_tier: 2"),
    ("auto_minor_version_upgrade: true", "auto_minor_version_upgrade: false"),
    ("idle_client_timeout: 600", "idle_client_timeout: 900"),
    ("max_connections_percent: 80", "max_connections_percent: 70"),
    ("tier: all", "layer: all"),
];

/// What the stack can't say: contradicts something else in it, is of a product that the sandbox
/// has not, or is AWS's own choice where it is not said.
const UNSAID: &[&str] = &[
    "cloudfront.distribution.geo_restriction",
    "ecs.express_service.cpu_architecture",
    "ec2.eip.address",
    "ec2.eip.ipam_pool_id",
    "ec2.eip.network_border_group",
    "ec2.eip.public_ipv4_pool",
    "ec2.flow_log.deliver_cross_account_role",
    "ec2.flow_log.destination_options",
    "ec2.nat_gateway.secondary_allocation_ids",
    "ec2.nat_gateway.secondary_private_ip_addresses",
    "ec2.route.carrier_gateway_id",
    "ec2.route.core_network_arn",
    "ec2.route.destination_prefix_list_id",
    "ec2.route.egress_only_internet_gateway_id",
    "ec2.route.local_gateway_id",
    "ec2.route.network_interface_id",
    "ec2.route.transit_gateway_id",
    "ec2.route.vpc_endpoint_id",
    "ec2.route.vpc_peering_connection_id",
    "ec2.route_table_association.gateway_id",
    "ec2.subnet.availability_zone_id",
    "ec2.subnet.ipv6_cidr_block",
    "ec2.subnet.ipv6_native",
    "ec2.subnet.outpost_arn",
    "events.rule.schedule_expression",
    "rds.cluster.snapshot_identifier",
    "s3.content.folder",
];

/// The properties that no object of the lab has, of every kind that there is.
fn missing(lab: &Lab) -> BTreeSet<String> {
    let state = std::fs::read(stack::state(lab)).unwrap();
    let state: Json = serde_json::from_slice(&state).unwrap();
    let mut missing = BTreeSet::new();
    for kind in provisioner::aws::kinds().iter() {
        let properties = kind.schema()["properties"].as_object().unwrap().keys();
        missing.extend(properties.map(|property| format!("{}.{property}", kind.name())));
    }
    for object in state["objects"].as_array().unwrap() {
        let kind = object["kind"].as_str().unwrap();
        for (property, value) in object["inputs"].as_object().unwrap() {
            if !value.is_null() {
                missing.remove(&format!("{kind}.{property}"));
            }
        }
    }
    missing
}

#[tokio::test(flavor = "multi_thread")]
async fn up_is_followed_by_an_empty_plan() {
    let lab = stack::lab("").await;
    for (stack, resources) in EVERYTHING {
        lab.stack(stack, resources);
    }
    lab.write("program", "a program");
    lab.write("migrations/1_cars.sql", "CREATE TABLE cars ();\n");
    lab.write("site/index.html", "<h1>every kind</h1>");
    let before = stack::made(&lab).await;
    stack::converged(&lab, &[]).await;
    let unsaid: BTreeSet<String> = UNSAID.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(missing(&lab), unsaid, "say it in every_kind.yaml");

    let ids = |lab: &Lab| ["app.vpc", "app.cluster", "app.key"].map(|it| stack::id(lab, it));
    let first = ids(&lab);
    for (from, to) in CHANGES {
        lab.replace(stack::FILE, from, to);
    }
    for (stack, from, to) in OTHER_CHANGES {
        lab.replace(&format!("stacks/{stack}.yaml"), from, to);
    }
    stack::converged(&lab, &[]).await;
    assert_eq!(ids(&lab), first);

    lab.run(&DOWN).await.expect(0);
    let mut left = stack::made(&lab).await;
    // AWS keeps what a service on App Runner has written: two log groups.
    assert_eq!(left.remove("us-east-1/logs/groups"), Some(2));
    // IAM answers for the deletion of a service-linked role afterwards too.
    assert_eq!(left.remove("global/iam/deletions"), Some(1));
    assert_eq!(left, before);
}
