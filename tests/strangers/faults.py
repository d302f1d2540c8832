"""Makes settings bad by hand, each in a way that one control is there for.

`faults.py lab` does it to the objects of tests/tests/pains/every_kind*.yaml, `faults.py moto` to those
of the repository's own stacks. Prints what an audit has to find then, as `control address`.
"""

import json
import sys

import boto3

EVERYBODY = "0.0.0.0/0"


def aws(service):
    return boto3.client(service)


def policy(**statement):
    statement = {"Effect": "Allow", "Principal": "*", "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def named(describe, plural, key, address):
    """The id of the EC2 object of this address, by the tag that every object has."""
    filters = [{"Name": "tag:provision:address", "Values": [address]}]
    # Flow logs alone spell it otherwise.
    argument = "Filter" if describe == "describe_flow_logs" else "Filters"
    return getattr(aws("ec2"), describe)(**{argument: filters})[plural][0][key]


def public_subnet(address):
    subnet = named("describe_subnets", "Subnets", "SubnetId", address)
    aws("ec2").modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    return [f"ec2.subnet_gives_no_public_addresses {address}"]


def no_flow_log(log, vpc):
    flow_log = named("describe_flow_logs", "FlowLogs", "FlowLogId", log)
    aws("ec2").delete_flow_logs(FlowLogIds=[flow_log])
    return [f"ec2.vpc_flow_logs {vpc}"]


def open_port(address, port, *controls):
    permission = {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": EVERYBODY, "Description": "by hand"}],
    }
    group = named("describe_security_groups", "SecurityGroups", "GroupId", address)
    aws("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return [f"{control} {address}" for control in controls]


def ssh_for_everybody(address):
    return open_port(
        address,
        22,
        "ec2.no_ssh_from_everywhere",
        "ec2.no_high_risk_ports_to_everybody",
        "ec2.only_web_ports_to_everybody",
    )


def endpoint_without_its_name(address):
    endpoint = named("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", address)
    aws("ec2").modify_vpc_endpoint(VpcEndpointId=endpoint, PrivateDnsEnabled=False)
    return [f"ec2.endpoint_answers_to_the_usual_name {address}"]


def cluster(name, address, control, **change):
    aws("rds").modify_db_cluster(DBClusterIdentifier=name, ApplyImmediately=True, **change)
    return [f"{control} {address}"]


def instance(name, address, control, **change):
    aws("rds").modify_db_instance(DBInstanceIdentifier=name, ApplyImmediately=True, **change)
    return [f"{control} {address}"]


def connections_in_the_clear(group, address):
    parameter = {
        "ParameterName": "rds.force_ssl",
        "ParameterValue": "0",
        "ApplyMethod": "immediate",
    }
    aws("rds").modify_db_cluster_parameter_group(
        DBClusterParameterGroupName=group, Parameters=[parameter]
    )
    return [f"rds.connections_encrypted {address}"]


def proxy_in_the_clear(name, address):
    aws("rds").modify_db_proxy(DBProxyName=name, RequireTLS=False)
    return [f"rds.proxy_requires_tls {address}"]


def key_that_never_changes(alias, address):
    key = aws("kms").describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
    aws("kms").disable_key_rotation(KeyId=key)
    return [f"kms.keys_change {address}"]


def administrator(role, address):
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    aws("iam").put_role_policy(
        RoleName=role, PolicyName="by-hand", PolicyDocument=json.dumps(document)
    )
    controls = ["iam.no_administrators", "iam.no_decryption_with_every_key"]
    return [f"{control} {address}" for control in controls]


def secret_for_everybody(name, address):
    document = policy(Action="secretsmanager:GetSecretValue")
    aws("secretsmanager").put_resource_policy(SecretId=name, ResourcePolicy=document)
    return [f"secretsmanager.not_for_everybody {address}"]


def unscanned_images(name, address):
    aws("ecr").put_image_scanning_configuration(
        repositoryName=name, imageScanningConfiguration={"scanOnPush": False}
    )
    return [f"ecr.scanned_on_push {address}"]


def tags_that_move(name, address):
    aws("ecr").put_image_tag_mutability(repositoryName=name, imageTagMutability="MUTABLE")
    return [f"ecr.tags_stay {address}"]


def images_for_everybody(name, address):
    statement = {"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws("ecr").set_repository_policy(repositoryName=name, policyText=document)
    return [f"ecr.not_for_everybody {address}"]


def images_for_ever(name, address):
    aws("ecr").delete_lifecycle_policy(repositoryName=name)
    return [f"ecr.old_images_go {address}"]


def public_bucket(name, address):
    aws("s3").delete_public_access_block(Bucket=name)
    return [f"s3.not_public {address}"]


def bucket_in_the_clear(name, address):
    aws("s3").delete_bucket_policy(Bucket=name)
    return [f"s3.tls_only {address}"]


def no_versions(name, address):
    aws("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    return [f"s3.versions_kept {address}"]


def unlogged_bucket(name, address):
    aws("s3").put_bucket_logging(Bucket=name, BucketLoggingStatus={})
    return [f"s3.access_logged {address}"]


def distribution(address, control, change):
    cloudfront = aws("cloudfront")
    found = cloudfront.list_distributions()["DistributionList"]["Items"][0]["Id"]
    answer = cloudfront.get_distribution_config(Id=found)
    config = answer["DistributionConfig"]
    change(config)
    cloudfront.update_distribution(Id=found, IfMatch=answer["ETag"], DistributionConfig=config)
    return [f"{control} {address}"]


def plain_http(config):
    config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] = "allow-all"


def no_firewall(config):
    config["WebACLId"] = ""


def old_tls(config):
    config["ViewerCertificate"]["MinimumProtocolVersion"] = "TLSv1.1_2016"


def no_root(config):
    config["DefaultRootObject"] = ""


def unlogged_firewall(name, address):
    waf = aws("wafv2")
    found = waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    arn = next(acl["ARN"] for acl in found if acl["Name"] == name)
    waf.delete_logging_configuration(ResourceArn=arn)
    return [f"wafv2.logged {address}"]


LAB = "lab-every-kind"


def lab():
    yield public_subnet("app.subnet_b")
    yield no_flow_log("app.flow_log", "app.vpc")
    yield ssh_for_everybody("app.neighbour")
    yield endpoint_without_its_name("app.secrets")
    for control, change in [
        ("rds.deletion_protection", {"DeletionProtection": False}),
        ("rds.backups_for_a_week", {"BackupRetentionPeriod": 1}),
        ("rds.iam_authentication", {"EnableIAMDatabaseAuthentication": False}),
        ("rds.tags_on_snapshots", {"CopyTagsToSnapshot": False}),
        (
            "rds.logs_exported",
            {"CloudwatchLogsExportConfiguration": {"DisableLogTypes": ["postgresql"]}},
        ),
    ]:
        yield cluster(LAB, "app.cluster", control, **change)
    for control, change in [
        ("rds.instance_not_public", {"PubliclyAccessible": True}),
        ("rds.minor_upgrades", {"AutoMinorVersionUpgrade": False}),
        ("rds.enhanced_monitoring", {"MonitoringInterval": 0}),
    ]:
        yield instance(LAB, "app.instance", control, **change)
    yield connections_in_the_clear(LAB, "app.cluster")
    yield proxy_in_the_clear(LAB, "app.proxy")
    yield key_that_never_changes(f"alias/{LAB}", "app.key")
    yield administrator(LAB, "app.role")
    yield secret_for_everybody("lab/every-kind", "app.secret")
    yield unscanned_images("lab/every-kind", "app.images")
    yield images_for_everybody("lab/every-kind", "app.images")
    yield images_for_ever("lab/every-kind", "app.images")
    yield public_bucket(f"{LAB}-files", "site.files")
    yield bucket_in_the_clear(f"{LAB}-files", "site.files")
    yield no_versions(f"{LAB}-files", "site.files")
    yield unlogged_bucket(f"{LAB}-files", "site.files")
    for control, change in [
        ("cloudfront.https_only", plain_http),
        ("cloudfront.behind_a_firewall", no_firewall),
        ("cloudfront.modern_tls", old_tls),
        ("cloudfront.root_object", no_root),
    ]:
        yield distribution("site.distribution", control, change)
    yield unlogged_firewall(LAB, "site.firewall")


def moto():
    prefix = "vitality-moto"
    yield public_subnet("network.main.private:a")
    yield ssh_for_everybody("network.main.database") + [
        "rds.reached_from_groups_only db.cluster.cluster"
    ]
    yield cluster(
        f"{prefix}-db-cluster",
        "db.cluster.cluster",
        "rds.tags_on_snapshots",
        CopyTagsToSnapshot=False,
    )
    yield unscanned_images(f"{prefix}/api", "registry.api")
    yield tags_that_move(f"{prefix}/api", "registry.api")
    yield images_for_everybody(f"{prefix}/api", "registry.api")
    yield images_for_ever(f"{prefix}/api", "registry.api")


for findings in {"lab": lab, "moto": moto}[sys.argv[1]]():
    print(json.dumps(findings))
