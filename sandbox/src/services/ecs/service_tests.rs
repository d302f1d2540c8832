use std::time::Duration;

use serde_json::{Value, json};

use super::testing::{IMAGE, World};

#[test]
fn a_service_gets_defaults_an_endpoint_and_a_cluster() {
    let mut world = World::new();
    let arn = world.create("v1");
    let service = world.show(&arn);
    assert_eq!(service["status"]["statusCode"], "ACTIVE");
    assert_eq!(service["cluster"], "default");
    let configuration = &service["activeConfigurations"][0];
    assert_eq!(configuration["cpu"], "256");
    assert_eq!(configuration["memory"], "512");
    assert_eq!(configuration["healthCheckPath"], "/ping");
    assert_eq!(configuration["scalingTarget"]["maxTaskCount"], 20);
    let path = &configuration["ingressPaths"][0];
    assert_eq!(path["accessType"], "PRIVATE");
    let endpoint = path["endpoint"].as_str().unwrap();
    assert!(endpoint.starts_with("shop-"), "{endpoint}");
    assert!(endpoint.ends_with(".ecs.us-east-1.on-aws.localhost:4566"), "{endpoint}");
    assert_eq!(world.deployment(&arn)["status"], "SUCCESSFUL");
    let clusters = world.call("DescribeClusters", json!({}));
    assert_eq!(clusters["clusters"][0]["activeServicesCount"], 1);
    assert_eq!(clusters["clusters"][0]["runningTasksCount"], 1);
}

#[test]
fn public_subnets_make_a_public_service() {
    let mut world = World::new();
    let vpc = world.vpc.clone();
    let mut ec2 = |operation, request: Value| world.fixture.call("ec2", operation, request);
    let gateway = ec2("CreateInternetGateway", json!({})).unwrap();
    let gateway = gateway["InternetGateway"]["InternetGatewayId"].clone();
    ec2("AttachInternetGateway", json!({"VpcId": vpc, "InternetGatewayId": gateway})).unwrap();
    let tables = ec2("DescribeRouteTables", json!({})).unwrap();
    let table = &tables["RouteTables"][0]["RouteTableId"];
    let route = json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0",
                       "GatewayId": gateway});
    ec2("CreateRoute", route).unwrap();
    let arn = world.create("v1");
    let service = world.show(&arn);
    let revision = &service["activeConfigurations"][0];
    assert_eq!(revision["ingressPaths"][0]["accessType"], "PUBLIC");
    let request = json!({"serviceRevisionArns": [revision["serviceRevisionArn"]]});
    let revisions = world.call("DescribeServiceRevisions", request);
    let made = &revisions["serviceRevisions"][0]["ecsManagedResources"];
    assert_eq!(made["ingressPaths"][0]["loadBalancer"]["scheme"], "internet-facing");
    assert_eq!(made["ingressPaths"][0]["targetGroups"][0]["port"], 8080);
    assert_eq!(made["logGroups"].as_array().unwrap().len(), 1);
}

#[test]
fn an_update_is_deployed_and_keeps_what_it_does_not_name() {
    let mut world = World::with_scale(1.0);
    let arn = world.create("v1");
    assert_eq!(world.deployment(&arn)["status"], "IN_PROGRESS");
    world.fixture.pass(Duration::from_secs(300));
    let first = world.show(&arn)["activeConfigurations"][0].clone();
    world.push("other");
    let updated = world.update_image(&arn, "other");
    assert_eq!(updated["targetConfiguration"]["healthCheckPath"], "/ping");
    let during = world.show(&arn);
    assert_eq!(during["activeConfigurations"].as_array().unwrap().len(), 2);
    let deployment = world.deployment(&arn);
    assert_eq!(deployment["sourceServiceRevisions"][0]["arn"], first["serviceRevisionArn"]);
    world.fixture.pass(Duration::from_secs(300));
    let after = world.show(&arn);
    assert_eq!(after["activeConfigurations"].as_array().unwrap().len(), 1);
    let image = &after["activeConfigurations"][0]["primaryContainer"]["image"];
    assert_eq!(image, &json!(format!("{IMAGE}:other")));
    let tasks = world.call("ListTasks", json!({"serviceName": "shop"}))["taskArns"].clone();
    let tasks = world.call("DescribeTasks", json!({"tasks": tasks}))["tasks"].clone();
    assert_eq!(tasks.as_array().unwrap().len(), 1);
    assert_eq!(tasks[0]["lastStatus"], "RUNNING");
    let definition = json!({"taskDefinition": tasks[0]["taskDefinitionArn"]});
    let definition = world.call("DescribeTaskDefinition", definition);
    assert_eq!(definition["taskDefinition"]["revision"], 2);
}

#[test]
fn an_image_that_is_not_there_is_taken_back() {
    let mut world = World::new();
    let arn = world.create("v1");
    world.show(&arn);
    world.update_image(&arn, "none");
    let deployment = world.deployment(&arn);
    assert_eq!(deployment["status"], "ROLLBACK_SUCCESSFUL");
    assert!(deployment["statusReason"].as_str().unwrap().contains("CannotPullContainerError"));
    let service = world.show(&arn);
    let image = &service["activeConfigurations"][0]["primaryContainer"]["image"];
    assert_eq!(image, &json!(format!("{IMAGE}:v1")));
    let listed = world.call("ListServiceDeployments", json!({"service": "shop"}));
    let states: Vec<&Value> = listed["serviceDeployments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|deployment| &deployment["status"])
        .collect();
    assert_eq!(states, ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]);
}

#[test]
fn a_first_deployment_that_fails_leaves_a_service_that_can_be_deleted() {
    let mut world = World::new();
    let arn = world.create("none");
    assert_eq!(world.deployment(&arn)["status"], "ROLLBACK_FAILED");
    assert_eq!(world.show(&arn)["status"]["statusCode"], "ACTIVE");
    world.call("DeleteExpressGatewayService", json!({"serviceArn": arn}));
    assert_eq!(world.show(&arn)["status"]["statusCode"], "INACTIVE");
}

#[test]
fn deletion_takes_away_what_was_made_around_it() {
    let mut world = World::with_scale(1.0);
    let arn = world.create("v1");
    world.fixture.pass(Duration::from_secs(300));
    let before = world.fixture.call("ec2", "DescribeNetworkInterfaces", json!({})).unwrap();
    assert_eq!(before["NetworkInterfaces"].as_array().unwrap().len(), 3);
    world.call("DeleteExpressGatewayService", json!({"serviceArn": arn}));
    assert_eq!(world.show(&arn)["status"]["statusCode"], "DRAINING");
    let subnet = json!({"SubnetId": world.subnets[0]});
    assert_eq!(world.fixture.fault("ec2", "DeleteSubnet", subnet.clone()), "DependencyViolation");
    let create = world.request("v1");
    assert_eq!(world.fault("CreateExpressGatewayService", create), "InvalidParameterException");
    let cluster = json!({"cluster": "default"});
    assert_eq!(world.fault("DeleteCluster", cluster.clone()), "ClusterContainsServicesException");
    world.fixture.pass(Duration::from_secs(200));
    assert_eq!(world.show(&arn)["status"]["statusCode"], "INACTIVE");
    world.fixture.call("ec2", "DeleteSubnet", subnet).unwrap();
    let groups = world.fixture.call("ec2", "DescribeSecurityGroups", json!({})).unwrap();
    assert_eq!(groups["SecurityGroups"].as_array().unwrap().len(), 1);
    world.call("DeleteCluster", cluster);
    let request = json!({"serviceArn": arn});
    assert_eq!(
        world.fault("DeleteExpressGatewayService", request.clone()),
        "ServiceNotActiveException"
    );
    world.fixture.pass(Duration::from_secs(3700));
    assert_eq!(world.fault("DescribeExpressGatewayService", request), "ResourceNotFoundException");
}

#[test]
fn what_ecs_refuses_is_refused() {
    let mut world = World::new();
    let other = |value| world.request_with("v1", value);
    for (request, code) in [
        (other(json!({"cpu": "1024", "memory": "512"})), "ClientException"),
        (other(json!({"cluster": "none"})), "ClusterNotFoundException"),
        (
            other(json!({"infrastructureRoleArn": "arn:aws:iam::123456789012:role/task"})),
            "InvalidParameterException",
        ),
        (
            other(json!({"networkConfiguration": {"subnets": [world.subnets[0]]}})),
            "InvalidParameterException",
        ),
        (
            other(json!({"scalingTarget": {"minTaskCount": 3, "maxTaskCount": 2}})),
            "InvalidParameterException",
        ),
        (other(json!({"networkConfiguration": null})), "InvalidParameterException"),
    ] {
        assert_eq!(world.fault("CreateExpressGatewayService", request.clone()), code, "{request}");
    }
    world.create("v1");
    let again = world.request("v1");
    assert_eq!(world.fault("CreateExpressGatewayService", again), "InvalidParameterException");
}

#[test]
fn what_really_runs_is_waited_for_and_may_fail() {
    let mut world = World::new();
    world.fixture.live = true;
    let arn = world.create("v1");
    assert_eq!(world.deployment(&arn)["status"], "IN_PROGRESS");
    let text = arn.as_str().unwrap().to_owned();
    let ecs = |world: &mut World| std::mem::take(&mut world.fixture.world.region("us-east-1").ecs);
    let mut state = ecs(&mut world);
    assert_eq!(state.services().next().unwrap().deploying().unwrap().generation, 1);
    state.deployed(&text, 1);
    world.fixture.world.region("us-east-1").ecs = state;
    assert_eq!(world.deployment(&arn)["status"], "SUCCESSFUL");
    world.push("other");
    world.update_image(&arn, "other");
    let mut state = ecs(&mut world);
    state.deployment_failed(&text, 2, "it fails its health check");
    let service = state.services().next().unwrap();
    assert!(service.deploying().is_none());
    assert_eq!(service.serving().unwrap().generation, 1);
    world.fixture.world.region("us-east-1").ecs = state;
    assert_eq!(world.deployment(&arn)["status"], "ROLLBACK_SUCCESSFUL");
}

#[test]
fn tags_and_lists_know_a_service() {
    let mut world = World::new();
    let arn = world.create("v1");
    let tags = json!({"resourceArn": arn, "tags": [{"key": "team", "value": "shop"}]});
    world.call("TagResource", tags);
    let listed = world.call("ListTagsForResource", json!({"resourceArn": arn}));
    assert_eq!(listed["tags"], json!([{"key": "team", "value": "shop"}]));
    assert_eq!(world.call("ListServices", json!({}))["serviceArns"], json!([arn]));
    let described = world.call("DescribeServices", json!({"services": ["shop", "none"]}));
    assert_eq!(described["services"][0]["deployments"][0]["rolloutState"], "COMPLETED");
    assert_eq!(described["services"][0]["resourceManagementType"], "ECS");
    assert_eq!(described["failures"][0]["reason"], "MISSING");
    world.call("UntagResource", json!({"resourceArn": arn, "tagKeys": ["team"]}));
    let include = json!({"serviceArn": arn, "include": ["TAGS"]});
    let service = world.call("DescribeExpressGatewayService", include);
    assert_eq!(service["service"]["tags"], json!([]));
}
