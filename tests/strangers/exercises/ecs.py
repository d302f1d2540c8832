"""ECS: Express services, and the clusters, deployments and tasks that belong to them."""

import json

from . import ACCOUNT, refused, trust

IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/ecs"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
TAGS = [{"key": "owner", "value": "strangers"}]
ROLES = {"ecs-execution": "ecs-tasks", "ecs-task": "ecs-tasks", "ecs-infrastructure": "ecs"}


def run(aws):
    ecs, ec2, iam, ecr = aws("ecs"), aws("ec2"), aws("iam"), aws("ecr")
    for name, principal in ROLES.items():
        iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=trust({"Service": f"{principal}.amazonaws.com"}),
        )
    ecr.create_repository(repositoryName="ecs")
    manifest = json.dumps({"schemaVersion": 2, "layers": []})
    ecr.put_image(repositoryName="ecs", imageManifest=manifest, imageTag="v1")
    vpc, subnets = network(ec2)
    clusters(ecs)
    arn = service(ecs, subnets)
    parts(ecs, arn)
    tags(ecs, arn)
    update(ecs, arn)
    clean(ecs, arn)
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    ecr.delete_repository(repositoryName="ecs", force=True)
    for name in ROLES:
        iam.delete_role(RoleName=name)


def network(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.11.0.0/16")["Vpc"]["VpcId"]
    zones = [("10.11.0.0/24", "us-east-1a"), ("10.11.1.0/24", "us-east-1b")]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)
        for block, zone in zones
    ]
    return vpc, [subnet["Subnet"]["SubnetId"] for subnet in made]


def clusters(ecs):
    ecs.create_cluster(clusterName="strangers", tags=TAGS)
    with refused("InvalidParameterException"):
        ecs.create_cluster(clusterName="no spaces")
    ecs.describe_clusters(clusters=["strangers", "none"], include=["TAGS", "SETTINGS"])
    assert len(ecs.list_clusters(maxResults=1)["clusterArns"]) == 1


def service(ecs, subnets):
    container = {
        "image": f"{IMAGE}:v1",
        "containerPort": 8080,
        "environment": [{"name": "GREETING", "value": "hello"}],
        "command": ["serve"],
    }
    request = {
        "serviceName": "shop",
        "cluster": "strangers",
        "executionRoleArn": f"{ROLE}/ecs-execution",
        "infrastructureRoleArn": f"{ROLE}/ecs-infrastructure",
        "taskRoleArn": f"{ROLE}/ecs-task",
        "primaryContainer": container,
        "networkConfiguration": {"subnets": subnets},
        "healthCheckPath": "/health",
        "scalingTarget": {"minTaskCount": 1, "maxTaskCount": 2},
        "tags": TAGS,
    }
    with refused("ClientException"):
        ecs.create_express_gateway_service(**request, cpu="1024", memory="512")
    with refused("ClusterNotFoundException"):
        ecs.create_express_gateway_service(**{**request, "cluster": "none"})
    arn = ecs.create_express_gateway_service(**request)["service"]["serviceArn"]
    with refused("InvalidParameterException"):
        ecs.create_express_gateway_service(**request)
    shown = ecs.describe_express_gateway_service(serviceArn=arn, include=["TAGS"])["service"]
    assert shown["tags"] == TAGS
    assert shown["activeConfigurations"][0]["ingressPaths"][0]["endpoint"].startswith("shop-")
    with refused("ResourceNotFoundException"):
        ecs.describe_express_gateway_service(serviceArn=f"{arn}-none")
    return arn


def parts(ecs, arn):
    assert ecs.list_services(cluster="strangers")["serviceArns"] == [arn]
    described = ecs.describe_services(cluster="strangers", services=[arn, "none"], include=["TAGS"])
    assert described["failures"][0]["reason"] == "MISSING"
    current = described["services"][0]
    definition = ecs.describe_task_definition(taskDefinition=current["taskDefinition"])
    assert definition["taskDefinition"]["containerDefinitions"][0]["name"] == "Main"
    with refused("ClientException"):
        ecs.describe_task_definition(taskDefinition="none")
    ecs.list_service_deployments(service=arn, cluster="strangers")
    ecs.describe_service_deployments(serviceDeploymentArns=[current["currentServiceDeployment"]])
    revision = current["currentServiceRevisions"][0]["arn"]
    ecs.describe_service_revisions(serviceRevisionArns=[revision])
    tasks = ecs.list_tasks(cluster="strangers", serviceName="shop")["taskArns"]
    assert ecs.describe_tasks(cluster="strangers", tasks=tasks)["tasks"][0]["lastStatus"] == "RUNNING"


def tags(ecs, arn):
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "team", "value": "shop"}])
    ecs.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == TAGS
    with refused("InvalidParameterException"):
        ecs.list_tags_for_resource(resourceArn=f"{arn}-none")
    with refused("ResourceNotFoundException"):
        ecs.untag_resource(resourceArn=f"{arn}-none", tagKeys=["team"])


def update(ecs, arn):
    changed = ecs.update_express_gateway_service(serviceArn=arn, cpu="512", memory="1024")
    assert changed["service"]["targetConfiguration"]["healthCheckPath"] == "/health"
    ecs.update_express_gateway_service(
        serviceArn=arn, primaryContainer={"image": f"{IMAGE}:none", "containerPort": 8080}
    )
    shown = ecs.describe_express_gateway_service(serviceArn=arn)["service"]
    assert shown["activeConfigurations"][0]["primaryContainer"]["image"] == f"{IMAGE}:v1"
    deployment = ecs.describe_service_deployments(
        serviceDeploymentArns=[shown["currentDeployment"]]
    )["serviceDeployments"][0]
    assert deployment["status"] == "ROLLBACK_SUCCESSFUL"


def clean(ecs, arn):
    with refused("ClusterContainsServicesException"):
        ecs.delete_cluster(cluster="strangers")
    ecs.delete_express_gateway_service(serviceArn=arn)
    with refused("ServiceNotActiveException"):
        ecs.delete_express_gateway_service(serviceArn=arn)
    ecs.delete_cluster(cluster="strangers")
