#!/usr/bin/env python3
"""Drives the sandbox with the AWS CLI. Usage: cli.py SCENARIO

Starting `aws` takes half a second, so most calls go through its driver in this process, which is
what `aws` itself runs; the scenario `program` starts the real one.
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from awscli.clidriver import create_clidriver

ACCOUNT = "123456789012"
# Version 1 sends `rds` in us-east-1 to AWS, whatever AWS_ENDPOINT_URL says.
ENDPOINT = ["--endpoint-url", os.environ["AWS_ENDPOINT_URL"]]
SERVICE_ERROR = 254  # the CLI's exit status when AWS answers an error
CLI_V1_SERVICE_ERROR = 255  # the same in version 1


def run(command, *more):
    """The exit status, output and complaint of one command."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    arguments = [*command.split(), *more, *ENDPOINT]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = create_clidriver().main(arguments)
        except SystemExit as exit_:
            status = exit_.code
    out.flush()
    return status, out.buffer.getvalue().decode(), err.getvalue()


def aws(command, *more):
    """The parsed output of a command that must succeed."""
    status, out, err = run(command, *more)
    assert status == 0, f"aws {command}: {status}\n{out}{err}"
    try:
        return json.loads(out) if out.strip() else None
    except json.JSONDecodeError:
        return out


def refused(code, command, *more):
    """A command that must fail with AWS's code and the CLI's exit status for it."""
    status, out, err = run(command, *more)
    assert status in (SERVICE_ERROR, CLI_V1_SERVICE_ERROR), f"aws {command}: {status}\n{out}{err}"
    assert f"({code})" in err, f"aws {command}: {code} was expected, not\n{err}"


def policy(principal, action):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(service):
    return policy({"Service": service}, "sts:AssumeRole")


def ec2():
    made = [
        aws(
            f"ec2 create-vpc --cidr-block 10.{n}.0.0/16 --tag-specifications",
            f"ResourceType=vpc,Tags=[{{Key=number,Value={n}}},{{Key=Name,Value=net-{n}}}]",
        )["Vpc"]["VpcId"]
        for n in range(1, 8)
    ]
    pages_of("ec2 describe-vpcs", "Vpcs[].VpcId", set(made))
    found = aws("ec2 describe-vpcs --filters Name=tag:number,Values=2,3 --query Vpcs[].VpcId")
    assert sorted(found) == sorted(made[1:3])
    found = aws("ec2 describe-vpcs --filters Name=tag:Name,Values=net-* --query Vpcs[].VpcId")
    assert sorted(found) == sorted(made)
    found = aws("ec2 describe-vpcs --filters Name=cidr,Values=10.4.0.0/16 --query Vpcs[].VpcId")
    assert found == [made[3]]
    vpc, *rest = made
    for each in rest:
        aws(f"ec2 delete-vpc --vpc-id {each}")
    refused("InvalidVpcID.NotFound", f"ec2 describe-vpcs --vpc-ids {rest[0]}")
    ec2_life(vpc)


def ec2_life(vpc):
    aws(f"ec2 modify-vpc-attribute --vpc-id {vpc} --enable-dns-hostnames")
    attribute = aws(f"ec2 describe-vpc-attribute --vpc-id {vpc} --attribute enableDnsHostnames")
    assert attribute["EnableDnsHostnames"] == {"Value": True}
    subnet = aws(f"ec2 create-subnet --vpc-id {vpc} --cidr-block 10.1.0.0/24")["Subnet"]["SubnetId"]
    refused("InvalidSubnet.Conflict", f"ec2 create-subnet --vpc-id {vpc} --cidr-block 10.1.0.0/25")
    refused("InvalidSubnet.Range", f"ec2 create-subnet --vpc-id {vpc} --cidr-block 10.2.0.0/24")
    gateway = aws("ec2 create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
    aws(f"ec2 attach-internet-gateway --vpc-id {vpc} --internet-gateway-id {gateway}")
    table = aws(f"ec2 create-route-table --vpc-id {vpc}")["RouteTable"]["RouteTableId"]
    route = f"--route-table-id {table} --destination-cidr-block 0.0.0.0/0"
    aws(f"ec2 create-route {route} --gateway-id {gateway}")
    aws(f"ec2 associate-route-table --route-table-id {table} --subnet-id {subnet}")
    refused("DependencyViolation", f"ec2 delete-route-table --route-table-id {table}")
    group = aws(
        f"ec2 create-security-group --vpc-id {vpc} --group-name web --description web"
    )["GroupId"]
    rule = f"--group-id {group} --protocol tcp --port 443 --cidr 0.0.0.0/0"
    aws(f"ec2 authorize-security-group-ingress {rule}")
    refused("InvalidPermission.Duplicate", f"ec2 authorize-security-group-ingress {rule}")
    rules = f"ec2 describe-security-group-rules --filters Name=group-id,Values={group}"
    assert len(aws(rules)["SecurityGroupRules"]) == 2
    address = aws("ec2 allocate-address")["AllocationId"]
    nat = aws(f"ec2 create-nat-gateway --subnet-id {subnet} --allocation-id {address}")
    nat = nat["NatGateway"]["NatGatewayId"]
    aws(f"ec2 wait nat-gateway-available --nat-gateway-ids {nat}")
    refused("DependencyViolation", f"ec2 delete-vpc --vpc-id {vpc}")
    aws(f"ec2 delete-nat-gateway --nat-gateway-id {nat}")
    aws(f"ec2 wait nat-gateway-deleted --nat-gateway-ids {nat}")
    aws(f"ec2 release-address --allocation-id {address}")
    aws(f"ec2 create-tags --resources {subnet} {table} --tags Key=team,Value=core")
    tags = aws("ec2 describe-tags --filters Name=key,Values=team")["Tags"]
    assert sorted(tag["ResourceId"] for tag in tags) == sorted([subnet, table])
    aws(f"ec2 delete-tags --resources {subnet} --tags Key=team")
    assert len(aws("ec2 describe-tags --filters Name=key,Values=team")["Tags"]) == 1
    association = aws(f"ec2 describe-route-tables --route-table-ids {table}")["RouteTables"][0]
    association = association["Associations"][0]["RouteTableAssociationId"]
    aws(f"ec2 disassociate-route-table --association-id {association}")
    aws(f"ec2 delete-security-group --group-id {group}")
    aws(f"ec2 delete-route-table --route-table-id {table}")
    aws(f"ec2 detach-internet-gateway --vpc-id {vpc} --internet-gateway-id {gateway}")
    aws(f"ec2 delete-internet-gateway --internet-gateway-id {gateway}")
    aws(f"ec2 delete-subnet --subnet-id {subnet}")
    aws(f"ec2 delete-vpc --vpc-id {vpc}")


def pages_of(command, query, expected):
    """What pages of any size hold is the same, and `--max-items` can be continued."""
    sizes = ["", "--page-size 5", "--page-size 50"]
    for size in sizes:
        found = aws(f"{command} {size} --query {query}")
        assert expected <= set(found) and len(found) == len(set(found)), (command, size, found)
    seen, token = [], ""
    while token is not None:
        start = f"--starting-token {token}" if token else ""
        page = aws(f"{command} --page-size 5 --max-items 2 {start}")
        items = page[query.split("[")[0]]
        assert len(items) <= 2
        seen += [item[query.rsplit(".", 1)[1]] if "." in query else item for item in items]
        token = page.get("NextToken")
    assert expected <= set(seen) and len(seen) == len(set(seen)), (command, seen)


def rds():
    vpc = aws("ec2 create-vpc --cidr-block 10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        aws(
            f"ec2 create-subnet --vpc-id {vpc} --cidr-block 10.0.{n}.0/24"
            f" --availability-zone us-east-1{zone}"
        )["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")
    ]
    aws(
        "rds create-db-subnet-group --db-subnet-group-name group --subnet-ids",
        *subnets,
        "--db-subnet-group-description",
        "two zones",
    )
    aws(
        "rds create-db-cluster --db-cluster-identifier cluster --engine aurora-postgresql"
        " --master-username admin1 --manage-master-user-password --db-subnet-group-name group"
        " --serverless-v2-scaling-configuration MinCapacity=0.5,MaxCapacity=2"
        " --deletion-protection --tags Key=owner,Value=cli"
    )
    for n in (1, 2):
        aws(
            f"rds create-db-instance --db-instance-identifier one-{n} --engine aurora-postgresql"
            " --db-cluster-identifier cluster --db-instance-class db.serverless"
        )
        aws(f"rds wait db-instance-available --db-instance-identifier one-{n}")
    described = aws("rds describe-db-clusters --db-cluster-identifier cluster")["DBClusters"][0]
    assert described["Status"] == "available" and len(described["DBClusterMembers"]) == 2
    writers = [it for it in described["DBClusterMembers"] if it["IsClusterWriter"]]
    assert [it["DBInstanceIdentifier"] for it in writers] == ["one-1"]
    names = "DBInstances[].DBInstanceIdentifier"
    page = aws(f"rds describe-db-instances --max-items 1 --query {names}")
    assert page == ["one-1"], page
    found = aws(
        f"rds describe-db-instances --filters Name=db-cluster-id,Values=cluster --query {names}"
    )
    assert found == ["one-1", "one-2"]
    arn = described["DBClusterArn"]
    aws(f"rds add-tags-to-resource --resource-name {arn} --tags Key=more,Value=1")
    tags = aws(f"rds list-tags-for-resource --resource-name {arn}")["TagList"]
    assert {tag["Key"] for tag in tags} == {"owner", "more"}
    rds_proxy(subnets)
    refused(
        "InvalidParameterCombination",
        "rds delete-db-cluster --db-cluster-identifier cluster --skip-final-snapshot",
    )
    aws(
        "rds modify-db-cluster --db-cluster-identifier cluster --no-deletion-protection"
        " --apply-immediately"
    )
    for n in (2, 1):
        aws(f"rds delete-db-instance --db-instance-identifier one-{n}")
        aws(f"rds wait db-instance-deleted --db-instance-identifier one-{n}")
    aws("rds delete-db-cluster --db-cluster-identifier cluster --skip-final-snapshot")
    refused("DBClusterNotFoundFault", "rds describe-db-clusters --db-cluster-identifier cluster")
    aws("rds delete-db-subnet-group --db-subnet-group-name group")


def rds_proxy(subnets):
    secret = aws(
        "secretsmanager create-secret --name login --secret-string",
        json.dumps({"username": "admin1", "password": "secret"}),
    )["ARN"]
    role = aws(
        "iam create-role --role-name proxy --assume-role-policy-document",
        trust("rds.amazonaws.com"),
    )["Role"]["Arn"]
    aws(
        "rds create-db-proxy --db-proxy-name proxy --engine-family POSTGRESQL --require-tls"
        f" --role-arn {role} --auth AuthScheme=SECRETS,SecretArn={secret},IAMAuth=DISABLED"
        " --vpc-subnet-ids",
        *subnets,
    )
    aws("rds register-db-proxy-targets --db-proxy-name proxy --db-cluster-identifiers cluster")
    targets = aws("rds describe-db-proxy-targets --db-proxy-name proxy")["Targets"]
    assert targets, "a cluster's instances are targets"
    refused(
        "DBProxyAlreadyExistsFault",
        "rds create-db-proxy --db-proxy-name proxy --engine-family POSTGRESQL"
        f" --role-arn {role} --auth AuthScheme=SECRETS,SecretArn={secret},IAMAuth=DISABLED"
        " --vpc-subnet-ids",
        *subnets,
    )
    aws("rds delete-db-proxy --db-proxy-name proxy")
    refused("DBProxyNotFoundFault", "rds describe-db-proxies --db-proxy-name proxy")


def ecr():
    names = [f"app/{n}" for n in range(5)]
    for name in names:
        aws(f"ecr create-repository --repository-name {name} --tags Key=owner,Value=cli")
    pages_of("ecr describe-repositories", "repositories[].repositoryName", set(names))
    refused("RepositoryAlreadyExistsException", "ecr create-repository --repository-name app/0")
    aws("ecr put-image-tag-mutability --repository-name app/0 --image-tag-mutability IMMUTABLE")
    described = aws("ecr describe-repositories --repository-names app/0")["repositories"][0]
    assert described["imageTagMutability"] == "IMMUTABLE"
    arn = described["repositoryArn"]
    aws(f"ecr tag-resource --resource-arn {arn} --tags Key=more,Value=1")
    assert len(aws(f"ecr list-tags-for-resource --resource-arn {arn}")["tags"]) == 2
    aws(f"ecr untag-resource --resource-arn {arn} --tag-keys more")
    for name in names:
        aws(f"ecr delete-repository --repository-name {name}")
    refused("RepositoryNotFoundException", "ecr describe-repositories --repository-names app/0")
    assert len(aws("ecr get-login-password").strip()) > 20


def ecs():
    vpc = aws("ec2 create-vpc --cidr-block 10.5.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        aws(
            f"ec2 create-subnet --vpc-id {vpc} --cidr-block 10.5.{number}.0/24"
            f" --availability-zone us-east-1{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    roles = {
        name: aws(
            f"iam create-role --role-name {name} --assume-role-policy-document",
            trust(f"{principal}.amazonaws.com"),
        )["Role"]["Arn"]
        for name, principal in (("execution", "ecs-tasks"), ("infrastructure", "ecs"))
    }
    create = (
        f"ecs create-express-gateway-service --execution-role-arn {roles['execution']}"
        f" --infrastructure-role-arn {roles['infrastructure']}"
        f" --network-configuration subnets={','.join(subnets)}"
        " --primary-container image=public.ecr.aws/nginx/nginx:latest --service-name"
    )
    names = [f"app-{n}" for n in range(3)]
    for name in names:
        aws(f"{create} {name}")
    refused("InvalidParameterException", f"{create} app-0")
    arns = {aws("ecs describe-services --services app-0")["services"][0]["serviceArn"]}
    arns |= {arn for arn in aws("ecs list-services")["serviceArns"]}
    assert len(arns) == len(names)
    pages_of("ecs list-services", "serviceArns[]", arns)
    for arn in arns:
        aws(f"ecs tag-resource --resource-arn {arn} --tags key=owner,value=cli")
        shown = aws(f"ecs describe-express-gateway-service --service-arn {arn} --include TAGS")
        assert shown["service"]["tags"] == [{"key": "owner", "value": "cli"}]
        aws(f"ecs delete-express-gateway-service --service-arn {arn}")
    refused("ServiceNotActiveException", f"ecs delete-express-gateway-service --service-arn {arn}")
    refused("ClusterNotFoundException", "ecs list-services --cluster none")


def iam():
    names = [f"role-{n}" for n in range(7)]
    for name in names:
        aws(
            f"iam create-role --role-name {name} --assume-role-policy-document",
            trust("ec2.amazonaws.com"),
        )
    pages_of("iam list-roles", "Roles[].RoleName", set(names))
    refused(
        "EntityAlreadyExists",
        "iam create-role --role-name role-0 --assume-role-policy-document",
        trust("ec2.amazonaws.com"),
    )
    refused(
        "MalformedPolicyDocument",
        "iam create-role --role-name bad --assume-role-policy-document",
        "{}",
    )
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
        }
    )
    aws("iam put-role-policy --role-name role-0 --policy-name inline --policy-document", document)
    read = aws("iam get-role-policy --role-name role-0 --policy-name inline")
    assert read["PolicyDocument"] == json.loads(document)
    made = aws("iam create-policy --policy-name shared --policy-document", document)
    arn = made["Policy"]["Arn"]
    aws(f"iam attach-role-policy --role-name role-0 --policy-arn {arn}")
    refused("DeleteConflict", "iam delete-role --role-name role-0")
    refused("DeleteConflict", f"iam delete-policy --policy-arn {arn}")
    aws("iam tag-role --role-name role-0 --tags Key=owner,Value=cli")
    assert aws("iam list-role-tags --role-name role-0")["Tags"][0]["Value"] == "cli"
    aws("iam untag-role --role-name role-0 --tag-keys owner")
    aws(f"iam detach-role-policy --role-name role-0 --policy-arn {arn}")
    aws("iam delete-role-policy --role-name role-0 --policy-name inline")
    aws(f"iam delete-policy --policy-arn {arn}")
    for name in names:
        aws(f"iam delete-role --role-name {name}")
    refused("NoSuchEntity", "iam get-role --role-name role-0")


def secretsmanager():
    names = [f"secret-{n}" for n in range(7)]
    for name in names:
        aws(
            f"secretsmanager create-secret --name {name} --secret-string value-of-{name}"
            f" --tags Key=name,Value={name}"
        )
    pages_of("secretsmanager list-secrets", "SecretList[].Name", set(names))
    found = aws(
        "secretsmanager list-secrets --filters Key=tag-value,Values=secret-3"
        " --query SecretList[].Name"
    )
    assert found == ["secret-3"], found
    value = aws("secretsmanager get-secret-value --secret-id secret-3")
    assert value["SecretString"] == "value-of-secret-3"
    aws("secretsmanager put-secret-value --secret-id secret-3 --secret-string new")
    previous = aws(
        "secretsmanager get-secret-value --secret-id secret-3 --version-stage AWSPREVIOUS"
    )
    assert previous["SecretString"] == "value-of-secret-3"
    refused(
        "ResourceExistsException",
        "secretsmanager create-secret --name secret-3 --secret-string again",
    )
    aws("secretsmanager delete-secret --secret-id secret-3 --recovery-window-in-days 7")
    refused("InvalidRequestException", "secretsmanager get-secret-value --secret-id secret-3")
    aws("secretsmanager restore-secret --secret-id secret-3")
    for name in names:
        aws(f"secretsmanager delete-secret --secret-id {name} --force-delete-without-recovery")
    refused("ResourceNotFoundException", "secretsmanager describe-secret --secret-id secret-3")


def kms():
    keys = [aws("kms create-key --tags TagKey=owner,TagValue=cli")["KeyMetadata"] for _ in range(7)]
    pages_of("kms list-keys", "Keys[].KeyId", {key["KeyId"] for key in keys})
    key = keys[0]["KeyId"]
    aws(f"kms create-alias --alias-name alias/main --target-key-id {key}")
    assert aws("kms describe-key --key-id alias/main")["KeyMetadata"]["KeyId"] == key
    aws(f"kms enable-key-rotation --key-id {key}")
    assert aws(f"kms get-key-rotation-status --key-id {key}")["KeyRotationEnabled"] is True
    refused("NotFoundException", "kms describe-key --key-id alias/missing")
    aws("kms delete-alias --alias-name alias/main")
    aws(f"kms schedule-key-deletion --key-id {key} --pending-window-in-days 7")
    refused("KMSInvalidStateException", f"kms disable-key --key-id {key}")


def logs():
    names = [f"/app/{n}" for n in range(7)]
    for name in names:
        aws(f"logs create-log-group --log-group-name {name} --tags owner=cli")
    pages_of("logs describe-log-groups", "logGroups[].logGroupName", set(names))
    found = aws(
        "logs describe-log-groups --log-group-name-prefix /app/3 --query logGroups[].logGroupName"
    )
    assert found == ["/app/3"]
    refused(
        "ResourceAlreadyExistsException", "logs create-log-group --log-group-name /app/3"
    )
    aws("logs put-retention-policy --log-group-name /app/3 --retention-in-days 30")
    aws("logs create-log-stream --log-group-name /app/3 --log-stream-name main")
    now = int(time.time() * 1000)
    aws(
        "logs put-log-events --log-group-name /app/3 --log-stream-name main --log-events",
        f"timestamp={now},message=hello",
    )
    events = aws("logs get-log-events --log-group-name /app/3 --log-stream-name main")["events"]
    assert [event["message"] for event in events] == ["hello"]
    for name in names:
        aws(f"logs delete-log-group --log-group-name {name}")
    refused("ResourceNotFoundException", "logs delete-log-group --log-group-name /app/3")


def sts():
    identity = aws("sts get-caller-identity")
    assert identity["Account"] == ACCOUNT and identity["Arn"].startswith("arn:aws:")
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    role = aws(
        "iam create-role --role-name admin --assume-role-policy-document",
        policy(root, "sts:AssumeRole"),
    )["Role"]["Arn"]
    session = aws(f"sts assume-role --role-arn {role} --role-session-name cli")["Credentials"]
    with environment(
        AWS_ACCESS_KEY_ID=session["AccessKeyId"],
        AWS_SECRET_ACCESS_KEY=session["SecretAccessKey"],
        AWS_SESSION_TOKEN=session["SessionToken"],
    ):
        assumed = aws("sts get-caller-identity")["Arn"]
        assert assumed == f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/cli", assumed
        assert aws("s3api list-buckets")["Buckets"] == []


@contextlib.contextmanager
def environment(**variables):
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def s3():
    aws("s3 mb s3://cli-bucket")
    with tempfile.TemporaryDirectory() as directory:
        for n in range(7):
            with open(f"{directory}/file-{n}.txt", "w", encoding="utf-8") as file:
                file.write(f"content of {n}")
        with open(f"{directory}/large.bin", "wb") as file:
            file.write(os.urandom(9 << 20))
        aws(f"s3 sync {directory} s3://cli-bucket/site")
        os.makedirs(f"{directory}/back")
        aws(f"s3 sync s3://cli-bucket/site {directory}/back")
        for name in ["file-3.txt", "large.bin"]:
            assert content(f"{directory}/{name}") == content(f"{directory}/back/{name}"), name
        os.remove(f"{directory}/file-0.txt")
        shutil.rmtree(f"{directory}/back")
        out = aws(f"s3 sync --delete {directory} s3://cli-bucket/site")
        assert out.count("delete:") == 1 and "upload:" not in out, out
    keys = {f"site/file-{n}.txt" for n in range(1, 7)} | {"site/large.bin"}
    pages_of("s3api list-objects-v2 --bucket cli-bucket", "Contents[].Key", keys)
    assert "PRE site/" in aws("s3 ls s3://cli-bucket/")
    refused("NoSuchKey", "s3api get-object --bucket cli-bucket --key nothing /dev/null")
    refused("BucketNotEmpty", "s3api delete-bucket --bucket cli-bucket")
    refused("NoSuchBucket", "s3api list-objects-v2 --bucket missing-bucket")
    tags = "TagSet=[{Key=owner,Value=cli}]"
    aws("s3api put-bucket-tagging --bucket cli-bucket --tagging", tags)
    assert aws("s3api get-bucket-tagging --bucket cli-bucket")["TagSet"][0]["Value"] == "cli"
    aws("s3 mv s3://cli-bucket/site/file-1.txt s3://cli-bucket/moved.txt")
    assert aws("s3 cp s3://cli-bucket/moved.txt -") == "content of 1"
    aws("s3 rb s3://cli-bucket --force")
    refused("NoSuchBucket", "s3api list-objects-v2 --bucket cli-bucket")


def content(path):
    with open(path, "rb") as file:
        return file.read()


def errors():
    with environment(AWS_SECRET_ACCESS_KEY="wrong"):
        refused("AuthFailure", "ec2 describe-vpcs")
        refused("SignatureDoesNotMatch", "iam list-roles")
        refused("SignatureDoesNotMatch", "rds describe-db-clusters")
        refused("InvalidSignatureException", "logs describe-log-groups")
        refused("SignatureDoesNotMatch", "s3api list-buckets")
    with environment(AWS_ACCESS_KEY_ID="AKIANOBODY"):
        refused("AuthFailure", "ec2 describe-vpcs")
        refused("InvalidClientTokenId", "sts get-caller-identity")
        refused("UnrecognizedClientException", "kms list-keys")
        refused("InvalidAccessKeyId", "s3api list-buckets")
    refused("InvalidParameterValue", "ec2 describe-vpcs --filters Name=nothing,Values=x")
    refused("InvalidVpcID.Malformed", "ec2 delete-vpc --vpc-id nonsense")


def program():
    """The program itself, as a person starts it."""
    found = shutil.which("aws")
    if found is None:
        print("skipped: the AWS CLI is not on the path")
        return

    def start(*arguments):
        command = [found, *arguments, *ENDPOINT]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = start("sts", "get-caller-identity", "--output", "text", "--query", "Account")
    assert (done.returncode, done.stdout.strip()) == (0, ACCOUNT), done
    done = start("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16", "--output", "table")
    assert done.returncode == 0 and "10.0.0.0/16" in done.stdout, done
    done = start("ec2", "delete-vpc", "--vpc-id", "vpc-0123456789abcdef0")
    assert done.returncode in (SERVICE_ERROR, CLI_V1_SERVICE_ERROR), done
    assert "InvalidVpcID.NotFound" in done.stderr, done
    done = start("s3", "mb", "s3://program-bucket")
    assert done.returncode == 0 and done.stdout.strip() == "make_bucket: program-bucket", done


if __name__ == "__main__":
    globals()[sys.argv[1]]()
