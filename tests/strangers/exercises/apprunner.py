"""App Runner: services from an image of ECR, and what they share."""

import json

from . import ACCOUNT, refused, trust

IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/apprunner"
TAGS = [{"Key": "owner", "Value": "strangers"}]


def run(aws):
    apprunner, ec2 = aws("apprunner"), aws("ec2")
    roles(aws("iam"))
    images(aws("ecr"))
    vpc, subnet, group = network(ec2)
    scaling = auto_scaling(apprunner)
    connector = vpc_connector(apprunner, subnet, group)
    tracing = observability(apprunner)
    service(apprunner, scaling, connector, tracing)
    clean(apprunner, scaling, connector, tracing)
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    aws("ecr").delete_repository(repositoryName="apprunner", force=True)
    for name in ("apprunner-access", "apprunner-instance"):
        aws("iam").delete_role(RoleName=name)


def roles(iam):
    for name, service in (("access", "build"), ("instance", "tasks")):
        iam.create_role(
            RoleName=f"apprunner-{name}",
            AssumeRolePolicyDocument=trust({"Service": f"{service}.apprunner.amazonaws.com"}),
        )


def images(ecr):
    ecr.create_repository(repositoryName="apprunner")
    manifest = json.dumps({"schemaVersion": 2, "layers": []})
    ecr.put_image(repositoryName="apprunner", imageManifest=manifest, imageTag="v1")


def network(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.10.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc)["GroupId"]
    return vpc, subnet, group


def auto_scaling(apprunner):
    made = apprunner.create_auto_scaling_configuration(
        AutoScalingConfigurationName="stranger", MinSize=1, MaxSize=2, Tags=TAGS
    )
    arn = made["AutoScalingConfiguration"]["AutoScalingConfigurationArn"]
    with refused("InvalidRequestException"):
        apprunner.create_auto_scaling_configuration(
            AutoScalingConfigurationName="stranger", MinSize=2, MaxSize=1
        )
    apprunner.describe_auto_scaling_configuration(AutoScalingConfigurationArn=arn)
    listed = apprunner.list_auto_scaling_configurations()["AutoScalingConfigurationSummaryList"]
    default = next(it for it in listed if it["IsDefault"])["AutoScalingConfigurationArn"]
    apprunner.update_default_auto_scaling_configuration(AutoScalingConfigurationArn=arn)
    with refused("InvalidRequestException"):
        apprunner.delete_auto_scaling_configuration(AutoScalingConfigurationArn=arn)
    apprunner.update_default_auto_scaling_configuration(AutoScalingConfigurationArn=default)
    return arn


def vpc_connector(apprunner, subnet, group):
    with refused("InvalidRequestException"):
        apprunner.create_vpc_connector(VpcConnectorName="stranger", Subnets=["subnet-0"])
    made = apprunner.create_vpc_connector(
        VpcConnectorName="stranger", Subnets=[subnet], SecurityGroups=[group], Tags=TAGS
    )
    arn = made["VpcConnector"]["VpcConnectorArn"]
    apprunner.describe_vpc_connector(VpcConnectorArn=arn)
    apprunner.list_vpc_connectors(MaxResults=1)
    return arn


def observability(apprunner):
    made = apprunner.create_observability_configuration(
        ObservabilityConfigurationName="stranger",
        TraceConfiguration={"Vendor": "AWSXRAY"},
        Tags=TAGS,
    )
    arn = made["ObservabilityConfiguration"]["ObservabilityConfigurationArn"]
    apprunner.describe_observability_configuration(ObservabilityConfigurationArn=arn)
    apprunner.list_observability_configurations()
    return arn


def source(image):
    return {
        "ImageRepository": {
            "ImageIdentifier": image,
            "ImageRepositoryType": "ECR",
            "ImageConfiguration": {
                "Port": "8080",
                "RuntimeEnvironmentVariables": {"GREETING": "hello"},
            },
        },
        "AutoDeploymentsEnabled": False,
        "AuthenticationConfiguration": {
            "AccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/apprunner-access"
        },
    }


def service(apprunner, scaling, connector, tracing):
    made = apprunner.create_service(
        ServiceName="stranger",
        SourceConfiguration=source(f"{IMAGE}:v1"),
        InstanceConfiguration={
            "Cpu": "0.25 vCPU",
            "Memory": "0.5 GB",
            "InstanceRoleArn": f"arn:aws:iam::{ACCOUNT}:role/apprunner-instance",
        },
        HealthCheckConfiguration={"Protocol": "HTTP", "Path": "/health"},
        AutoScalingConfigurationArn=scaling,
        NetworkConfiguration={
            "EgressConfiguration": {"EgressType": "VPC", "VpcConnectorArn": connector}
        },
        ObservabilityConfiguration={
            "ObservabilityEnabled": True,
            "ObservabilityConfigurationArn": tracing,
        },
        Tags=TAGS,
    )
    arn = made["Service"]["ServiceArn"]
    apprunner.describe_service(ServiceArn=arn)
    apprunner.list_services()
    apprunner.list_services_for_auto_scaling_configuration(AutoScalingConfigurationArn=scaling)
    with refused("InvalidRequestException"):
        apprunner.create_service(
            ServiceName="stranger", SourceConfiguration=source(f"{IMAGE}:v1")
        )
    with refused("InvalidRequestException"):
        apprunner.delete_vpc_connector(VpcConnectorArn=connector)
    tags(apprunner, arn)
    domains(apprunner, arn)
    apprunner.update_service(ServiceArn=arn, SourceConfiguration=source(f"{IMAGE}:missing"))
    apprunner.start_deployment(ServiceArn=arn)
    apprunner.pause_service(ServiceArn=arn)
    with refused("InvalidStateException"):
        apprunner.pause_service(ServiceArn=arn)
    apprunner.resume_service(ServiceArn=arn)
    apprunner.list_operations(ServiceArn=arn)
    apprunner.delete_service(ServiceArn=arn)
    with refused("ResourceNotFoundException"):
        apprunner.delete_service(ServiceArn=arn)


def tags(apprunner, arn):
    apprunner.tag_resource(ResourceArn=arn, Tags=[{"Key": "more", "Value": "1"}])
    apprunner.list_tags_for_resource(ResourceArn=arn)
    apprunner.untag_resource(ResourceArn=arn, TagKeys=["more"])


def domains(apprunner, arn):
    name = "stranger.example"
    apprunner.associate_custom_domain(ServiceArn=arn, DomainName=name)
    with refused("InvalidRequestException"):
        apprunner.associate_custom_domain(ServiceArn=arn, DomainName=name)
    apprunner.describe_custom_domains(ServiceArn=arn)
    apprunner.disassociate_custom_domain(ServiceArn=arn, DomainName=name)


def clean(apprunner, scaling, connector, tracing):
    apprunner.delete_auto_scaling_configuration(AutoScalingConfigurationArn=scaling)
    apprunner.delete_vpc_connector(VpcConnectorArn=connector)
    apprunner.delete_observability_configuration(ObservabilityConfigurationArn=tracing)
    with refused("ResourceNotFoundException"):
        apprunner.delete_observability_configuration(ObservabilityConfigurationArn=tracing)
