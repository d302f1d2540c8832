#!/usr/bin/env python3
"""Lists what an endpoint holds, one object a line: its kind, its id, and what tells it apart.

What AWS shows for a while after its deletion, and what it makes by itself, is left out; so are
network interfaces, because moto keeps those of the NAT gateways that are gone.
"""

import boto3

GONE = {"deleting", "deleted", "PendingDeletion"}


def pages(client, operation, key, **arguments):
    paginator = boto3.client(client).get_paginator(operation)
    for page in paginator.paginate(**arguments):
        yield from page[key]


def ec2(operation, key, identifier, *more):
    for item in pages("ec2", operation, key):
        if item.get("State") not in GONE:
            yield operation, item[identifier], *(item.get(name) for name in more)


def rds(operation, key, identifier, *more):
    for item in pages("rds", operation, key):
        if not item[identifier].startswith("default"):
            yield operation, item[identifier], *(item.get(name) for name in more)


def held():
    yield from ec2("describe_vpcs", "Vpcs", "VpcId", "CidrBlock")
    yield from ec2("describe_subnets", "Subnets", "SubnetId", "CidrBlock")
    yield from ec2("describe_security_groups", "SecurityGroups", "GroupId", "IpPermissions")
    yield from ec2("describe_route_tables", "RouteTables", "RouteTableId", "Routes")
    yield from ec2("describe_internet_gateways", "InternetGateways", "InternetGatewayId")
    yield from ec2("describe_nat_gateways", "NatGateways", "NatGatewayId")
    yield from ec2("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId")
    yield from ec2("describe_flow_logs", "FlowLogs", "FlowLogId")
    for address in boto3.client("ec2").describe_addresses()["Addresses"]:
        yield "describe_addresses", address["AllocationId"]
    yield from rds("describe_db_clusters", "DBClusters", "DBClusterIdentifier", "EngineVersion")
    yield from rds("describe_db_instances", "DBInstances", "DBInstanceIdentifier")
    yield from rds("describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName")
    yield from rds(
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups",
        "DBClusterParameterGroupName",
    )
    manual = {"SnapshotType": "manual"}
    for snapshot in pages("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", **manual):
        yield "snapshot", snapshot["DBClusterSnapshotIdentifier"]
    for repository in pages("ecr", "describe_repositories", "repositories"):
        yield "repository", repository["repositoryName"], repository["imageTagMutability"]
    for role in pages("iam", "list_roles", "Roles"):
        if not role["Path"].startswith("/aws-service-role/"):
            yield "role", role["RoleName"]
    for secret in pages("secretsmanager", "list_secrets", "SecretList"):
        yield "secret", secret["Name"].split("-")[0]
    for group in pages("logs", "describe_log_groups", "logGroups"):
        yield "log group", group["logGroupName"], group.get("retentionInDays")
    for alias in pages("kms", "list_aliases", "Aliases"):
        if not alias["AliasName"].startswith("alias/aws/"):
            yield "key", alias["AliasName"]


if __name__ == "__main__":
    print("\n".join(sorted(str(item) for item in held())))
