"""RDS: an Aurora PostgreSQL cluster with what it needs and what stands before it."""

import json

from . import ACCOUNT, allow, policy, refused, trust

TAGS = [{"Key": "owner", "Value": "strangers"}]
CLUSTER = f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:stranger"


def run(aws):
    rds = aws("rds")
    catalogue(rds)
    vpc, subnets, group = network(aws("ec2"))
    subnet_groups(rds, subnets)
    parameter_groups(rds)
    cluster(rds, group)
    instances(rds)
    tags(rds)
    proxy(rds, aws("secretsmanager"), aws("iam"), subnets, group)
    snapshots(rds)
    clean(rds, aws("ec2"), vpc, subnets, group)


def catalogue(rds):
    rds.describe_db_engine_versions(Engine="aurora-postgresql", MaxRecords=20)
    rds.describe_orderable_db_instance_options(Engine="aurora-postgresql")
    rds.describe_global_clusters()
    rds.describe_pending_maintenance_actions()


def network(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=zone)["Subnet"][
            "SubnetId"
        ]
        for n, zone in enumerate(["us-east-1a", "us-east-1b"])
    ]
    group = ec2.create_security_group(GroupName="db", Description="db", VpcId=vpc)["GroupId"]
    return vpc, subnets, group


def subnet_groups(rds, subnets):
    with refused("DBSubnetGroupDoesNotCoverEnoughAZs"):
        rds.create_db_subnet_group(
            DBSubnetGroupName="stranger",
            DBSubnetGroupDescription="one zone",
            SubnetIds=subnets[:1],
        )
    rds.create_db_subnet_group(
        DBSubnetGroupName="stranger",
        DBSubnetGroupDescription="two zones",
        SubnetIds=subnets,
        Tags=TAGS,
    )
    rds.modify_db_subnet_group(
        DBSubnetGroupName="stranger", DBSubnetGroupDescription="both", SubnetIds=subnets
    )
    rds.describe_db_subnet_groups(DBSubnetGroupName="stranger")


def parameter_groups(rds):
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="stranger",
        DBParameterGroupFamily="aurora-postgresql16",
        Description="strangers",
        Tags=TAGS,
    )
    parameter = {
        "ParameterName": "log_min_duration_statement",
        "ParameterValue": "500",
        "ApplyMethod": "immediate",
    }
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="stranger", Parameters=[parameter]
    )
    rds.describe_db_cluster_parameters(DBClusterParameterGroupName="stranger", Source="user")
    rds.describe_db_cluster_parameters(DBClusterParameterGroupName="stranger")
    rds.reset_db_cluster_parameter_group(
        DBClusterParameterGroupName="stranger", ResetAllParameters=True
    )
    rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName="stranger")


def cluster(rds, group):
    with refused("DBClusterNotFoundFault"):
        rds.describe_db_clusters(DBClusterIdentifier="stranger")
    rds.create_db_cluster(
        DBClusterIdentifier="stranger",
        Engine="aurora-postgresql",
        EngineVersion="16.6",
        DatabaseName="stranger",
        MasterUsername="stranger",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="stranger",
        DBClusterParameterGroupName="stranger",
        VpcSecurityGroupIds=[group],
        StorageEncrypted=True,
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql"],
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4},
        DeletionProtection=True,
        Tags=TAGS,
    )
    with refused("DBClusterAlreadyExistsFault"):
        rds.create_db_cluster(
            DBClusterIdentifier="stranger",
            Engine="aurora-postgresql",
            MasterUsername="stranger",
            MasterUserPassword="a-long-password",
        )
    rds.describe_db_clusters(DBClusterIdentifier="stranger")
    rds.describe_db_clusters(Filters=[{"Name": "db-cluster-id", "Values": ["stranger"]}])
    rds.modify_db_cluster(
        DBClusterIdentifier="stranger", BackupRetentionPeriod=7, ApplyImmediately=True
    )
    rds.describe_db_clusters()


def instances(rds):
    for name in ("stranger-1", "stranger-2"):
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBClusterIdentifier="stranger",
            DBInstanceClass="db.serverless",
            Engine="aurora-postgresql",
            EnablePerformanceInsights=True,
            Tags=TAGS,
        )
    rds.describe_db_instances(DBInstanceIdentifier="stranger-1")
    rds.modify_db_instance(
        DBInstanceIdentifier="stranger-2", PromotionTier=2, ApplyImmediately=True
    )
    rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": ["stranger"]}])
    rds.reboot_db_instance(DBInstanceIdentifier="stranger-2")
    rds.describe_db_instances()
    rds.describe_db_clusters(DBClusterIdentifier="stranger")


def tags(rds):
    rds.add_tags_to_resource(ResourceName=CLUSTER, Tags=[{"Key": "more", "Value": "1"}])
    rds.list_tags_for_resource(ResourceName=CLUSTER)
    rds.remove_tags_from_resource(ResourceName=CLUSTER, TagKeys=["more"])


def proxy(rds, secrets, iam, subnets, group):
    login = json.dumps({"username": "stranger", "password": "secret"})
    secret = secrets.create_secret(Name="proxy", SecretString=login)["ARN"]
    document = trust({"Service": "rds.amazonaws.com"})
    role = iam.create_role(RoleName="proxy", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.put_role_policy(
        RoleName="proxy",
        PolicyName="read",
        PolicyDocument=policy(allow("secretsmanager:GetSecretValue", secret)),
    )
    rds.create_db_proxy(
        DBProxyName="stranger",
        EngineFamily="POSTGRESQL",
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": secret, "IAMAuth": "DISABLED"}],
        RoleArn=role,
        VpcSubnetIds=subnets,
        VpcSecurityGroupIds=[group],
        RequireTLS=True,
        Tags=TAGS,
    )
    rds.describe_db_proxies(DBProxyName="stranger")
    rds.modify_db_proxy(DBProxyName="stranger", IdleClientTimeout=900)
    rds.describe_db_proxy_target_groups(DBProxyName="stranger")
    rds.modify_db_proxy_target_group(
        DBProxyName="stranger",
        TargetGroupName="default",
        ConnectionPoolConfig={"MaxConnectionsPercent": 90},
    )
    rds.register_db_proxy_targets(DBProxyName="stranger", DBClusterIdentifiers=["stranger"])
    rds.describe_db_proxy_targets(DBProxyName="stranger")
    rds.deregister_db_proxy_targets(DBProxyName="stranger", DBClusterIdentifiers=["stranger"])
    rds.delete_db_proxy(DBProxyName="stranger")
    secrets.delete_secret(SecretId="proxy", ForceDeleteWithoutRecovery=True)
    iam.delete_role_policy(RoleName="proxy", PolicyName="read")
    iam.delete_role(RoleName="proxy")


def snapshots(rds):
    rds.create_db_cluster_snapshot(
        DBClusterSnapshotIdentifier="stranger", DBClusterIdentifier="stranger", Tags=TAGS
    )
    rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="stranger")
    rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="restored",
        SnapshotIdentifier="stranger",
        Engine="aurora-postgresql",
        DBSubnetGroupName="stranger",
    )
    rds.describe_db_clusters(DBClusterIdentifier="restored")
    rds.delete_db_cluster(DBClusterIdentifier="restored", SkipFinalSnapshot=True)
    rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="stranger")


def clean(rds, ec2, vpc, subnets, group):
    for name in ("stranger-2", "stranger-1"):
        rds.delete_db_instance(DBInstanceIdentifier=name)
    with refused("InvalidParameterCombination"):
        rds.delete_db_cluster(DBClusterIdentifier="stranger", SkipFinalSnapshot=True)
    rds.modify_db_cluster(
        DBClusterIdentifier="stranger", DeletionProtection=False, ApplyImmediately=True
    )
    rds.delete_db_cluster(DBClusterIdentifier="stranger", SkipFinalSnapshot=True)
    rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName="stranger")
    rds.delete_db_subnet_group(DBSubnetGroupName="stranger")
    ec2.delete_security_group(GroupId=group)
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
