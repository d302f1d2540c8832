//! Live Aurora: what a program finds at the endpoints that the API names.
#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![allow(dead_code, clippy::print_stderr, reason = "the support is for other tests as well")]

mod support;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sandbox::{Options, Sandbox};
use serde_json::Value;
use support::{Client, Fixture};
use tokio_postgres::{Config, NoTls};

const PATIENCE: Duration = Duration::from_secs(60);

/// A live sandbox, or none where this machine has no PostgreSQL.
async fn live() -> Option<Fixture> {
    let fixture = Fixture::with(|options| Options { live: true, ..options }).await;
    match fixture.sandbox.missing() {
        Some(missing) => {
            eprintln!("skipped: {missing}");
            None
        }
        None => Some(fixture),
    }
}

/// A call of RDS's that succeeds.
async fn rds(client: &Client, operation: &str, parameters: &[(&str, &str)]) -> String {
    let parameters = parameters.iter().map(|(name, value)| format!("&{name}={}", encoded(value)));
    let body = format!("Action={operation}&Version=2014-10-31{}", parameters.collect::<String>());
    let answer = client.form("rds", &body).await.unwrap();
    assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
    answer.body
}

fn encoded(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The text of the first element of that name.
fn text<'a>(xml: &'a str, element: &str) -> &'a str {
    let from = xml.find(&format!("<{element}>")).unwrap() + element.len() + 2;
    &xml[from..from + xml[from..].find('<').unwrap()]
}

/// A network for a cluster: two subnets in two zones.
async fn subnet_group(client: &Client) {
    let ec2 = async |body: &str| {
        let answer = client.form("ec2", &format!("{body}&Version=2016-11-15")).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    };
    let vpc = ec2("Action=CreateVpc&CidrBlock=10.0.0.0%2F16").await;
    let vpc = text(&vpc, "vpcId");
    let mut subnets = Vec::new();
    for (number, zone) in ["eu-west-1a", "eu-west-1b"].iter().enumerate() {
        let block = format!("10.0.{number}.0%2F24");
        let body =
            format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock={block}&AvailabilityZone={zone}");
        subnets.push(text(&ec2(&body).await, "subnetId").to_owned());
    }
    let parameters = [
        ("DBSubnetGroupName", "isolated"),
        ("DBSubnetGroupDescription", "isolated"),
        ("SubnetIds.SubnetIdentifier.1", subnets[0].as_str()),
        ("SubnetIds.SubnetIdentifier.2", subnets[1].as_str()),
    ];
    rds(client, "CreateDBSubnetGroup", &parameters).await;
}

async fn cluster(client: &Client) {
    let parameters = [
        ("DBClusterIdentifier", "main"),
        ("Engine", "aurora-postgresql"),
        ("DBSubnetGroupName", "isolated"),
        ("DatabaseName", "shop"),
        ("MasterUsername", "owner"),
        ("ManageMasterUserPassword", "true"),
        ("ServerlessV2ScalingConfiguration.MinCapacity", "0.5"),
        ("ServerlessV2ScalingConfiguration.MaxCapacity", "1"),
    ];
    rds(client, "CreateDBCluster", &parameters).await;
}

/// Makes an instance, and waits until it is available.
async fn instance(client: &Client, name: &str) {
    let parameters = [
        ("DBInstanceIdentifier", name),
        ("DBClusterIdentifier", "main"),
        ("DBInstanceClass", "db.serverless"),
        ("Engine", "aurora-postgresql"),
    ];
    rds(client, "CreateDBInstance", &parameters).await;
    available(client, name).await;
}

async fn available(client: &Client, name: &str) {
    let began = Instant::now();
    loop {
        let described = rds(client, "DescribeDBInstances", &[("DBInstanceIdentifier", name)]).await;
        match text(&described, "DBInstanceStatus") {
            "available" => return,
            "failed" => panic!("{name} has failed"),
            _ if began.elapsed() > PATIENCE => panic!("{name} is not available: {described}"),
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn describe(client: &Client) -> String {
    rds(client, "DescribeDBClusters", &[("DBClusterIdentifier", "main")]).await
}

/// The master user's password, as Secrets Manager hands it out.
async fn password(client: &Client, cluster: &str) -> String {
    let request = serde_json::json!({ "SecretId": text(cluster, "SecretArn") }).to_string();
    let answer =
        client.json("secretsmanager", "secretsmanager.GetSecretValue", &request).await.unwrap();
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    let secret: Value = serde_json::from_str(answer["SecretString"].as_str().unwrap()).unwrap();
    assert_eq!(secret["username"], "owner");
    secret["password"].as_str().unwrap().to_owned()
}

async fn connect(
    host: &str,
    password: &str,
) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    let (client, connection) = Config::new()
        .host(host)
        .port(5432)
        .user("owner")
        .password(password)
        .dbname("shop")
        .connect_timeout(Duration::from_secs(5))
        .connect(NoTls)
        .await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Connects as soon as that is possible.
async fn connected(host: &str, password: &str) -> tokio_postgres::Client {
    let began = Instant::now();
    loop {
        match connect(host, password).await {
            Ok(client) => return client,
            Err(error) if began.elapsed() > PATIENCE => panic!("{error:?}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn notes(client: &tokio_postgres::Client) -> Vec<String> {
    let rows = client.query("SELECT text FROM notes ORDER BY text", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The process of an instance's server.
fn server(resource_id: &str) -> Option<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.find(|pid| {
        let line = std::fs::read(Path::new("/proc").join(format!("{pid}")).join("cmdline"));
        let line = String::from_utf8_lossy(&line.unwrap_or_default()).into_owned();
        line.contains("-D") && line.trim_end_matches('\0').ends_with(resource_id)
    })
}

#[tokio::test]
async fn the_managed_secret_logs_in_and_nothing_is_lost_by_a_restart() {
    let Some(Fixture { directory, sandbox }) = live().await else { return };
    let fixture = Fixture { directory, sandbox };
    let client = fixture.client();
    subnet_group(&client).await;
    cluster(&client).await;
    instance(&client, "one").await;
    let described = describe(&client).await;
    let (host, secret) =
        (text(&described, "Endpoint").to_owned(), password(&client, &described).await);
    let database = connect(&host, &secret).await.unwrap();
    database
        .batch_execute("CREATE TABLE notes (text text); INSERT INTO notes VALUES ('one')")
        .await
        .unwrap();
    let instance = r#"{"Name": "DBInstanceIdentifier", "Value": "one"}"#;
    let count = "DatabaseConnections";
    assert!(client.metric("eu-west-1", "AWS/RDS", count, instance).await >= 1.0);
    assert!(connect(&host, "wrong").await.is_err());
    let denied = database.batch_execute("COPY notes FROM PROGRAM 'id'").await.unwrap_err();
    assert_eq!(denied.code().unwrap().code(), "42501", "a master user is no superuser");

    let Fixture { directory, sandbox } = fixture;
    sandbox.stop().await.unwrap();
    assert!(connect(&host, &secret).await.is_err(), "its databases stop with the sandbox");
    let options = Options { live: true, ..Options::new(directory.path()) };
    let sandbox = Sandbox::start(options).await.unwrap();
    let database = connected(&host, &secret).await;
    assert_eq!(notes(&database).await, ["one"]);

    let fixture = Fixture { directory, sandbox };
    let rotate = [
        ("DBClusterIdentifier", "main"),
        ("RotateMasterUserPassword", "true"),
        ("ApplyImmediately", "true"),
    ];
    rds(&fixture.client(), "ModifyDBCluster", &rotate).await;
    let rotated = password(&fixture.client(), &described).await;
    assert_ne!(rotated, secret);
    connected(&host, &rotated).await;
    assert!(connect(&host, &secret).await.is_err());
    fixture.sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_killed_comes_back() {
    let Some(fixture) = live().await else { return };
    let client = fixture.client();
    subnet_group(&client).await;
    cluster(&client).await;
    instance(&client, "one").await;
    let described = describe(&client).await;
    let (host, secret) =
        (text(&described, "Endpoint").to_owned(), password(&client, &described).await);
    let database = connect(&host, &secret).await.unwrap();
    database
        .batch_execute("CREATE TABLE notes (text text); INSERT INTO notes VALUES ('one')")
        .await
        .unwrap();
    let instances = rds(&client, "DescribeDBInstances", &[]).await;
    let pid = server(text(&instances, "DbiResourceId")).unwrap();
    kill(pid);
    let began = Instant::now();
    while server(text(&instances, "DbiResourceId")).is_none_or(|new| new == pid) {
        assert!(began.elapsed() < PATIENCE, "it does not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let database = connected(&host, &secret).await;
    assert_eq!(notes(&database).await, ["one"]);
    fixture.sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn metrics_tell_of_deadlocks_and_of_load() {
    let Some(fixture) = live().await else { return };
    let client = fixture.client();
    subnet_group(&client).await;
    cluster(&client).await;
    instance(&client, "one").await;
    let described = describe(&client).await;
    let (host, secret) =
        (text(&described, "Endpoint").to_owned(), password(&client, &described).await);
    let idle = above(&client, "CPUUtilization", 0.0).await;
    let unit = above(&client, "ServerlessDatabaseCapacity", 0.0).await;
    assert!((0.5..=1.0).contains(&unit), "{unit}");
    let free = above(&client, "FreeableMemory", 0.0).await;
    assert!(free < 2_147_483_648.0, "{free}");
    assert!(above(&client, "ACUUtilization", 49.0).await <= 100.0);

    deadlock(&host, &secret).await;
    let database = connect(&host, &secret).await.unwrap();
    let load = tokio::spawn(async move {
        while database
            .query_one("SELECT count(*) FROM generate_series(1, 500000)", &[])
            .await
            .is_ok()
        {}
    });
    above(&client, "Deadlocks", 0.0).await;
    above(&client, "CommitThroughput", 0.0).await;
    above(&client, "CommitLatency", 0.0).await;
    // A unit has a quarter of a processor, which one backend is more than busy enough for.
    assert!(above(&client, "CPUUtilization", idle + 30.0).await > idle);
    load.abort();
    fixture.sandbox.stop().await.unwrap();
}

/// The greatest value of a metric of the cluster's writer, once it is above a limit.
async fn above(client: &Client, name: &str, limit: f64) -> f64 {
    let began = Instant::now();
    loop {
        let now = jiff::Timestamp::now().as_second();
        let request = serde_json::json!({
            "Namespace": "AWS/RDS", "MetricName": name, "Statistics": ["Maximum"], "Period": 60,
            "StartTime": now - 600, "EndTime": now + 60,
            "Dimensions": [{ "Name": "DBClusterIdentifier", "Value": "main" },
                { "Name": "Role", "Value": "WRITER" }],
        });
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "GraniteServiceVersion20100801.GetMetricStatistics"),
        ];
        let (method, service) = (http::Method::POST, "monitoring");
        let target = support::Target { method, path: "/", region: "eu-west-1", service };
        let answer = client.signed_for(target, &headers, &request.to_string()).await.unwrap();
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        let points = answer["Datapoints"].as_array().unwrap().iter();
        let values = points.filter_map(|point| point["Maximum"].as_f64());
        match values.reduce(f64::max) {
            Some(value) if value > limit => return value,
            value => assert!(began.elapsed() < PATIENCE, "{name} is {value:?}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Two transactions that wait for each other, until PostgreSQL ends one of them.
async fn deadlock(host: &str, password: &str) {
    let (one, two) =
        (connect(host, password).await.unwrap(), connect(host, password).await.unwrap());
    one.batch_execute("CREATE TABLE rows (id int); INSERT INTO rows VALUES (1), (2)")
        .await
        .unwrap();
    one.batch_execute("BEGIN; UPDATE rows SET id = id WHERE id = 1").await.unwrap();
    two.batch_execute("BEGIN; UPDATE rows SET id = id WHERE id = 2").await.unwrap();
    let (first, second) = tokio::join!(
        one.batch_execute("UPDATE rows SET id = id WHERE id = 2"),
        two.batch_execute("UPDATE rows SET id = id WHERE id = 1"),
    );
    let ended = first.err().or(second.err()).unwrap();
    assert_eq!(ended.code().unwrap().code(), "40P01");
}

#[tokio::test]
async fn readers_follow_the_writer_and_one_takes_its_place() {
    let Some(fixture) = live().await else { return };
    let client = fixture.client();
    subnet_group(&client).await;
    cluster(&client).await;
    instance(&client, "one").await;
    let described = describe(&client).await;
    let (host, secret) =
        (text(&described, "Endpoint").to_owned(), password(&client, &described).await);
    let readers = text(&described, "ReaderEndpoint").to_owned();
    let database = connect(&host, &secret).await.unwrap();
    database.batch_execute("CREATE TABLE notes (text text)").await.unwrap();
    let alone = connect(&readers, &secret).await.unwrap();
    alone.batch_execute("INSERT INTO notes VALUES ('one')").await.unwrap();

    instance(&client, "two").await;
    let reader = connected(&readers, &secret).await;
    assert_eq!(notes(&reader).await, ["one"]);
    let refused = reader.batch_execute("INSERT INTO notes VALUES ('two')").await.unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "25006", "a reader is read-only");
    database.batch_execute("INSERT INTO notes VALUES ('three')").await.unwrap();

    rds(&client, "DeleteDBInstance", &[("DBInstanceIdentifier", "one")]).await;
    let began = Instant::now();
    let database = loop {
        let database = connected(&host, &secret).await;
        match database.batch_execute("INSERT INTO notes VALUES ('four')").await {
            Ok(()) => break database,
            Err(error) => assert!(began.elapsed() < PATIENCE, "{error:?}"),
        }
    };
    assert_eq!(notes(&database).await, ["four", "one", "three"]);
    fixture.sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_snapshot_outlives_its_cluster_and_nothing_else_does() {
    let Some(fixture) = live().await else { return };
    let client = fixture.client();
    subnet_group(&client).await;
    cluster(&client).await;
    instance(&client, "one").await;
    let described = describe(&client).await;
    let (host, secret) =
        (text(&described, "Endpoint").to_owned(), password(&client, &described).await);
    let database = connect(&host, &secret).await.unwrap();
    database
        .batch_execute("CREATE TABLE notes (text text); INSERT INTO notes VALUES ('one')")
        .await
        .unwrap();
    let instances = rds(&client, "DescribeDBInstances", &[]).await;

    rds(&client, "DeleteDBInstance", &[("DBInstanceIdentifier", "one")]).await;
    let last = [("DBClusterIdentifier", "main"), ("FinalDBSnapshotIdentifier", "last")];
    rds(&client, "DeleteDBCluster", &last).await;
    let began = Instant::now();
    loop {
        let snapshots = rds(&client, "DescribeDBClusterSnapshots", &[]).await;
        if text(&snapshots, "Status") == "available" {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{snapshots}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(server(text(&instances, "DbiResourceId")).is_none());

    let restore = [
        ("DBClusterIdentifier", "main"),
        ("SnapshotIdentifier", "last"),
        ("Engine", "aurora-postgresql"),
        ("DBSubnetGroupName", "isolated"),
        ("ServerlessV2ScalingConfiguration.MinCapacity", "0.5"),
        ("ServerlessV2ScalingConfiguration.MaxCapacity", "1"),
    ];
    rds(&client, "RestoreDBClusterFromSnapshot", &restore).await;
    instance(&client, "one").await;
    let restored = describe(&client).await;
    let database = connect(text(&restored, "Endpoint"), &secret).await.unwrap();
    assert_eq!(notes(&database).await, ["one"]);

    let instances = rds(&client, "DescribeDBInstances", &[]).await;
    let folder = databases(server(text(&instances, "DbiResourceId")).unwrap());
    assert!(folder.join("snapshots").exists());
    rds(&client, "DeleteDBInstance", &[("DBInstanceIdentifier", "one")]).await;
    let gone = [("DBClusterIdentifier", "main"), ("SkipFinalSnapshot", "true")];
    rds(&client, "DeleteDBCluster", &gone).await;
    let snapshot = [("DBClusterSnapshotIdentifier", "last")];
    rds(&client, "DeleteDBClusterSnapshot", &snapshot).await;
    let began = Instant::now();
    while folder.exists() {
        assert!(began.elapsed() < PATIENCE, "its data stay");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    fixture.sandbox.stop().await.unwrap();
}

/// The folder of all databases of the sandbox to which a server belongs.
fn databases(pid: u32) -> PathBuf {
    let line = std::fs::read(Path::new("/proc").join(format!("{pid}")).join("cmdline")).unwrap();
    let line = String::from_utf8(line).unwrap();
    let data = line.split('\0').skip_while(|argument| *argument != "-D").nth(1).unwrap();
    Path::new(data).ancestors().nth(2).unwrap().to_owned()
}

fn kill(pid: u32) {
    let killed = std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status();
    assert!(killed.unwrap().success());
}
