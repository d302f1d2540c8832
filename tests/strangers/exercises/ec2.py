"""EC2 networking: VPCs and all that lies in them."""

from . import refused, trust

ALL = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}]}
TAGS = [{"Key": "owner", "Value": "strangers"}]


def tagged(kind):
    return [{"ResourceType": kind, "Tags": TAGS}]


def ebs_encryption(ec2):
    ec2.enable_ebs_encryption_by_default()
    ec2.get_ebs_encryption_by_default()
    ec2.disable_ebs_encryption_by_default()


def run(aws):
    ec2 = aws("ec2")
    ebs_encryption(ec2)
    world(ec2)
    vpc = vpcs(ec2)
    first, second = subnets(ec2, vpc)
    group = security_groups(ec2, vpc)
    gateway = internet_gateways(ec2, vpc)
    table = route_tables(ec2, vpc, first, gateway)
    nat_gateways(ec2, first, table)
    interfaces(ec2, first, group)
    endpoints(ec2, vpc, second, group, table)
    flow_logs(ec2, aws("logs"), aws("iam"), vpc)
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=vpc)
    ec2.delete_route_table(RouteTableId=table)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    ec2.delete_security_group(GroupId=group)
    for subnet in (first, second):
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    with refused("InvalidVpcID.NotFound"):
        ec2.describe_vpcs(VpcIds=[vpc])


def world(ec2):
    ec2.describe_availability_zones()
    ec2.describe_account_attributes()
    ec2.describe_managed_prefix_lists()
    ec2.describe_prefix_lists()
    ec2.describe_vpc_endpoint_services()


def vpcs(ec2):
    with refused("InvalidVpc.Range"):
        ec2.create_vpc(CidrBlock="10.0.0.0/8")
    made = ec2.create_vpc(CidrBlock="10.7.0.0/16", TagSpecifications=tagged("vpc"))
    vpc = made["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    for attribute in ("enableDnsHostnames", "enableDnsSupport"):
        ec2.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)
    more = ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.8.0.0/16")
    ec2.describe_vpcs(VpcIds=[vpc])
    ec2.disassociate_vpc_cidr_block(
        AssociationId=more["CidrBlockAssociation"]["AssociationId"]
    )
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "more", "Value": "1"}])
    ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [vpc]}])
    ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "more"}])
    ec2.describe_dhcp_options()
    ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    return vpc


def subnets(ec2, vpc):
    first = ec2.create_subnet(
        VpcId=vpc,
        CidrBlock="10.7.0.0/24",
        AvailabilityZone="us-east-1a",
        TagSpecifications=tagged("subnet"),
    )["Subnet"]["SubnetId"]
    with refused("InvalidSubnet.Conflict"):
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.0.128/25")
    second = ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.7.1.0/24", AvailabilityZone="us-east-1b"
    )["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=first, MapPublicIpOnLaunch={"Value": True})
    ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    return first, second


def security_groups(ec2, vpc):
    made = ec2.create_security_group(
        GroupName="stranger",
        Description="strangers",
        VpcId=vpc,
        TagSpecifications=tagged("security-group"),
    )
    group = made["GroupId"]
    with refused("InvalidGroup.Duplicate"):
        ec2.create_security_group(GroupName="stranger", Description="again", VpcId=vpc)
    web = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "web"}],
    }
    rules = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[web])
    rule = rules["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    with refused("InvalidPermission.Duplicate"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[web])
    ec2.revoke_security_group_egress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[ALL])
    ec2.describe_security_groups(GroupIds=[group])
    ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    described = {**web, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "https"}]}
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=[described])
    ec2.update_security_group_rule_descriptions_egress(GroupId=group, IpPermissions=[ALL])
    changed = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": "10.0.0.0/8"}
    ec2.modify_security_group_rules(
        GroupId=group,
        SecurityGroupRules=[{"SecurityGroupRuleId": rule, "SecurityGroupRule": changed}],
    )
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
    return group


def internet_gateways(ec2, vpc):
    made = ec2.create_internet_gateway(TagSpecifications=tagged("internet-gateway"))
    gateway = made["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.describe_internet_gateways(InternetGatewayIds=[gateway])
    return gateway


def route_tables(ec2, vpc, subnet, gateway):
    made = ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table"))
    table = made["RouteTable"]["RouteTableId"]
    other = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    everywhere = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    ec2.create_route(**everywhere, GatewayId=gateway)
    with refused("RouteAlreadyExists"):
        ec2.create_route(**everywhere, GatewayId=gateway)
    association = ec2.associate_route_table(RouteTableId=other, SubnetId=subnet)["AssociationId"]
    association = ec2.replace_route_table_association(
        AssociationId=association, RouteTableId=table
    )["NewAssociationId"]
    ec2.describe_route_tables(RouteTableIds=[table])
    ec2.replace_route(**everywhere, GatewayId=gateway)
    ec2.delete_route(**everywhere)
    ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_route_table(RouteTableId=other)
    return table


def nat_gateways(ec2, subnet, table):
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip"))
    made = ec2.create_nat_gateway(
        SubnetId=subnet,
        AllocationId=address["AllocationId"],
        TagSpecifications=tagged("natgateway"),
    )
    gateway = made["NatGateway"]["NatGatewayId"]
    ec2.describe_nat_gateways(NatGatewayIds=[gateway])
    ec2.create_route(
        RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway
    )
    ec2.describe_addresses(AllocationIds=[address["AllocationId"]])
    ec2.describe_addresses_attribute(
        AllocationIds=[address["AllocationId"]], Attribute="domain-name"
    )
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    ec2.describe_nat_gateways(NatGatewayIds=[gateway])
    ec2.release_address(AllocationId=address["AllocationId"])


def interfaces(ec2, subnet, group):
    made = ec2.create_network_interface(
        SubnetId=subnet,
        Groups=[group],
        Description="strangers",
        TagSpecifications=tagged("network-interface"),
    )
    interface = made["NetworkInterface"]["NetworkInterfaceId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    association = ec2.associate_address(AllocationId=address, NetworkInterfaceId=interface)
    ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])
    ec2.describe_addresses(AllocationIds=[address])
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=group)
    ec2.disassociate_address(AssociationId=association["AssociationId"])
    ec2.release_address(AllocationId=address)
    ec2.delete_network_interface(NetworkInterfaceId=interface)


def endpoints(ec2, vpc, subnet, group, table):
    to_s3 = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.s3",
        RouteTableIds=[table],
        TagSpecifications=tagged("vpc-endpoint"),
    )["VpcEndpoint"]["VpcEndpointId"]
    to_ecr = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.ecr.api",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]["VpcEndpointId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=to_s3, RemoveRouteTableIds=[table])
    ec2.describe_vpc_endpoints(VpcEndpointIds=[to_s3, to_ecr])
    ec2.delete_vpc_endpoints(VpcEndpointIds=[to_s3, to_ecr, "vpce-0123456789abcdef0"])


def flow_logs(ec2, logs, iam, vpc):
    logs.create_log_group(logGroupName="/stranger/flow")
    document = trust({"Service": "vpc-flow-logs.amazonaws.com"})
    role = iam.create_role(RoleName="flow", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    made = ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName="/stranger/flow",
        DeliverLogsPermissionArn=role,
        TagSpecifications=tagged("vpc-flow-log"),
    )
    ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])
    ec2.delete_flow_logs(FlowLogIds=made["FlowLogIds"])
    iam.delete_role(RoleName="flow")
    logs.delete_log_group(logGroupName="/stranger/flow")
