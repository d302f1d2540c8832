//! The running server, as clients see it over HTTP.
#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![allow(dead_code, reason = "not every test needs all of the support")]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Method;
use sandbox::fault::Fault;
use sandbox::gateway::faults::Faults;
use sandbox::gateway::hook::{Hook, Phase, Verdict};
use sandbox::{Handle, Options, Sandbox};
use support::{Answer, Client, Fixture, eventually};

const IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

async fn identity(client: &Client) -> Answer {
    client.form("sts", IDENTITY).await.unwrap()
}

#[tokio::test]
async fn a_signed_call_is_answered_with_an_id_and_logged() {
    let fixture = Fixture::start().await;
    let answer = identity(&fixture.client()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.element("Arn"), "arn:aws:iam::123456789012:user/sandbox");
    assert_eq!(answer.element("RequestId"), answer.request_id());
    let calls = fixture.sandbox.calls();
    assert_eq!(calls.by_operation["sts:GetCallerIdentity"], 1);
    let entry = &calls.entries[0];
    assert_eq!((entry.number, entry.region.as_str(), entry.status), (1, "eu-west-1", Some(200)));
    assert!(entry.executed);
}

#[tokio::test]
async fn who_does_not_sign_rightly_is_turned_away_in_the_services_words() {
    let fixture = Fixture::start().await;
    let right = fixture.client();
    let unknown = Client { access_key: "AKIAUNKNOWN".to_owned(), ..right.clone() };
    let wrong = Client { secret: "wrong".to_owned(), ..right.clone() };
    let old = right.now.checked_sub(Duration::from_secs(301)).unwrap();
    let late = Client { now: old, ..right.clone() };
    for (client, query, json, ec2) in [
        (unknown, "InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"),
        (wrong, "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure"),
        (late, "SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired"),
    ] {
        let answer = identity(&client).await;
        assert_eq!((answer.status.as_u16(), answer.element("Code")), (403, query));
        let answer = client.json("kms", "TrentService.ListKeys", "{}").await.unwrap();
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains(&format!("\"__type\":\"{json}\"")), "{answer:?}");
        let answer = client.form("ec2", "Action=DescribeVpcs&Version=2016-11-15").await.unwrap();
        assert_eq!(answer.element("Code"), ec2);
    }
    let headers = [("host".to_owned(), right.authority.clone())];
    let answer = right.send(Method::POST, &format!("/?{IDENTITY}"), &headers, "").await.unwrap();
    assert_eq!(
        (answer.status.as_u16(), answer.element("Code")),
        (403, "MissingAuthenticationToken")
    );
}

#[tokio::test]
async fn temporary_keys_work_until_they_end() {
    let fixture = Fixture::start().await;
    let body = "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=900";
    let answer = fixture.client().form("sts", body).await.unwrap();
    let session = Client {
        access_key: answer.element("AccessKeyId").to_owned(),
        secret: answer.element("SecretAccessKey").to_owned(),
        token: Some(answer.element("SessionToken").to_owned()),
        ..fixture.client()
    };
    assert_eq!(identity(&session).await.status, 200);
    let tokenless = Client { token: None, ..session.clone() };
    assert_eq!(identity(&tokenless).await.element("Code"), "InvalidClientTokenId");
    fixture.sandbox.world(|world| world.global.sts.expire(&session.access_key));
    let answer = identity(&session).await;
    assert_eq!((answer.status.as_u16(), answer.element("Code")), (403, "ExpiredToken"));
    let answer = session.json("kms", "TrentService.ListKeys", "{}").await.unwrap();
    assert!(answer.body.contains("ExpiredTokenException"), "{answer:?}");
}

#[tokio::test]
async fn an_assumed_role_is_somebody_else() {
    let fixture = Fixture::start().await;
    let client = fixture.client();
    let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22\
                 Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22123456789012%22%7D%2C%22Action%22\
                 %3A%22sts%3AAssumeRole%22%7D%5D%7D";
    let create = format!("Action=CreateRole&RoleName=ci&AssumeRolePolicyDocument={trust}");
    let role = client.form("iam", &create).await.unwrap().element("Arn").to_owned();
    let assume = format!("Action=AssumeRole&RoleArn={role}&RoleSessionName=run");
    let answer = client.form("sts", &assume).await.unwrap();
    let assumed = Client {
        access_key: answer.element("AccessKeyId").to_owned(),
        secret: answer.element("SecretAccessKey").to_owned(),
        token: Some(answer.element("SessionToken").to_owned()),
        ..client
    };
    let answer = identity(&assumed).await;
    assert_eq!(answer.element("Arn"), "arn:aws:sts::123456789012:assumed-role/ci/run");
}

#[tokio::test]
async fn a_foreign_host_is_refused_even_when_it_is_signed() {
    let fixture = Fixture::start().await;
    let rebound = Client { host: Some("evil.example".to_owned()), ..fixture.client() };
    assert_eq!(identity(&rebound).await.status, 421);
    assert_eq!(fixture.sandbox.calls().total, 0);
}

#[tokio::test]
async fn what_is_not_built_says_so() {
    let fixture = Fixture::start().await;
    let client = fixture.client();
    let answer = client.form("sts", "Action=DecodeAuthorizationMessage").await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.element("Code")), (501, "NotImplemented"));
    let answer = client.json("braket", "BraketV20190901.Fly", "{}").await.unwrap();
    assert_eq!(answer.status, 501);
    assert!(answer.body.contains("The sandbox does not implement braket:Fly."), "{answer:?}");
    let answer = client.form("sts", "Version=1").await.unwrap();
    assert_eq!(answer.element("Code"), "MissingAction");
    let answer = client.form("glacier", "").await.unwrap();
    assert_eq!(answer.element("Message"), "The sandbox does not implement the service glacier.");
}

#[tokio::test]
async fn throttling_and_failures_speak_each_services_language() {
    let faults = Faults { throttle: 1.0, ..Faults::default() };
    let fixture = Fixture::with(|options| Options { faults, ..options }).await;
    let client = fixture.client();
    let sts = identity(&client).await;
    assert_eq!((sts.status.as_u16(), sts.element("Code")), (400, "Throttling"));
    let kms = client.json("kms", "TrentService.ListKeys", "{}").await.unwrap();
    assert!(kms.body.contains("ThrottlingException"), "{kms:?}");
    assert!(fixture.sandbox.calls().entries.iter().all(|entry| !entry.executed));
    fixture.sandbox.set_faults(Faults { server_error: 1.0, ..Faults::default() }).unwrap();
    assert!(identity(&client).await.status.is_server_error());
    fixture.sandbox.set_faults(Faults::default()).unwrap();
    assert_eq!(identity(&client).await.status, 200);
}

#[tokio::test]
async fn a_dropped_connection_gives_no_answer_and_the_log_tells_what_was_done() {
    let faults = Faults { drop_before: 1.0, ..Faults::default() };
    let fixture = Fixture::with(|options| Options { faults, ..options }).await;
    let client = fixture.client();
    client.form("sts", IDENTITY).await.unwrap_err();
    fixture.sandbox.set_faults(Faults { drop_after: 1.0, ..Faults::default() }).unwrap();
    client.form("sts", IDENTITY).await.unwrap_err();
    let entries = fixture.sandbox.calls().entries;
    let told: Vec<_> = entries.iter().map(|entry| (entry.status, entry.executed)).collect();
    assert_eq!(told, [(None, false), (None, true)]);
}

#[tokio::test]
async fn a_call_that_hangs_ends_when_the_client_gives_up() {
    let faults = Faults { timeout: 1.0, ..Faults::default() };
    let fixture = Fixture::with(|options| Options { faults, ..options }).await;
    let client = fixture.client();
    let hanging = tokio::time::timeout(Duration::from_millis(200), client.form("sts", IDENTITY));
    assert!(hanging.await.is_err());
    eventually(|| fixture.sandbox.calls().entries.len() == 1).await;
    assert_eq!(fixture.sandbox.calls().entries[0].status, None);
    fixture.sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn the_hook_sees_every_call_twice_and_decides() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let witness = seen.clone();
    let hook = Hook::new(move |call, phase| {
        witness.lock().unwrap().push((call.number, call.operation.clone(), phase));
        Box::pin(async move {
            match (call.number, phase) {
                (2, Phase::Before) => Verdict::Drop,
                (3, Phase::After) => Verdict::Fail(Fault::new("Odd", "An odd failure.")),
                _ => Verdict::Continue,
            }
        })
    });
    let fixture = Fixture::with(|options| Options { hook: Some(hook), ..options }).await;
    let client = fixture.client();
    assert_eq!(identity(&client).await.status, 200);
    client.form("sts", IDENTITY).await.unwrap_err();
    assert_eq!(identity(&client).await.element("Code"), "Odd");
    let phases: Vec<(u64, Phase)> =
        seen.lock().unwrap().iter().map(|(number, _, phase)| (*number, *phase)).collect();
    let (before, after) = (Phase::Before, Phase::After);
    assert_eq!(phases, [(1, before), (1, after), (2, before), (3, before), (3, after)]);
    let executed: Vec<bool> =
        fixture.sandbox.calls().entries.iter().map(|entry| entry.executed).collect();
    assert_eq!(executed, [true, false, true]);
}

#[tokio::test]
async fn latency_is_added() {
    let latency = Duration::from_millis(80);
    let fixture = Fixture::with(|options| Options { latency, ..options }).await;
    identity(&fixture.client()).await;
    assert!(fixture.sandbox.calls().entries[0].milliseconds >= 80.0);
}

#[tokio::test]
async fn what_exists_survives_a_restart() {
    let fixture = Fixture::start().await;
    let body = "Action=GetSessionToken&Version=2011-06-15";
    let answer = fixture.client().form("sts", body).await.unwrap();
    let key = answer.element("AccessKeyId").to_owned();
    let before = fixture.sandbox.credentials().secret_access_key.clone();
    fixture.sandbox.stop().await.unwrap();
    let again = Sandbox::start(Options::new(fixture.directory.path())).await.unwrap();
    assert_eq!(again.credentials().secret_access_key, before);
    assert!(again.world(|world| world.global.sts.session(&key).is_some()));
    again.stop().await.unwrap();
}

#[tokio::test]
async fn changes_are_on_disk_soon_and_before_the_sandbox_stops() {
    let fixture = Fixture::start().await;
    let body = "Action=GetSessionToken&Version=2011-06-15";
    let answer = fixture.client().form("sts", body).await.unwrap();
    let key = answer.element("AccessKeyId");
    let file = fixture.directory.path().join("world.json");
    eventually(|| std::fs::read_to_string(&file).is_ok_and(|text| text.contains(key))).await;
}

#[tokio::test]
async fn a_handle_finds_asks_changes_and_stops_a_sandbox() {
    let fixture = Fixture::start().await;
    let path = fixture.directory.path();
    let handle = Handle::discover(path).await.unwrap().unwrap();
    assert_eq!(handle.endpoint.url, fixture.sandbox.url());
    fixture.client().form("sts", "Action=GetSessionToken&Version=2011-06-15").await.unwrap();
    let status = handle.status().await.unwrap();
    assert_eq!(status["objects"]["global/sts/sessions"], 1);
    assert_eq!(status["calls"]["total"], 1);
    assert_eq!(handle.calls(10).await.unwrap()[0].operation, "GetSessionToken");
    handle.set_time_scale(0.5).await.unwrap();
    handle.set_faults(&Faults { throttle: 1.0, ..Faults::default() }).await.unwrap();
    assert_eq!(identity(&fixture.client()).await.element("Code"), "Throttling");
    let impossible = Faults { throttle: 2.0, ..Faults::default() };
    assert!(handle.set_faults(&impossible).await.is_err());
    handle.reset().await.unwrap();
    let status = handle.status().await.unwrap();
    assert_eq!((&status["objects"], &status["time_scale"]), (&serde_json::json!({}), &0.5.into()));
    handle.stop().await.unwrap();
    fixture.sandbox.wait().await.unwrap();
    assert!(Handle::discover(path).await.unwrap().is_none());
}

#[tokio::test]
async fn the_admin_paths_need_the_token() {
    let fixture = Fixture::start().await;
    let client = fixture.client();
    let host = ("host".to_owned(), client.authority.clone());
    let health = client
        .send(Method::GET, "/_sandbox/health", std::slice::from_ref(&host), "")
        .await
        .unwrap();
    assert_eq!(health.status, 200);
    let wrong = ("authorization".to_owned(), "Bearer wrong".to_owned());
    for headers in [vec![host.clone()], vec![host, wrong]] {
        for (method, path) in [
            (Method::GET, "/_sandbox/status"),
            (Method::GET, "/_sandbox/calls"),
            (Method::PUT, "/_sandbox/faults"),
            (Method::POST, "/_sandbox/reset"),
            (Method::POST, "/_sandbox/stop"),
        ] {
            let answer = client.send(method, path, &headers, "{}").await.unwrap();
            assert_eq!(answer.status, 401, "{path}");
        }
    }
}

#[tokio::test]
async fn stopping_does_not_wait_for_idle_connections() {
    let fixture = Fixture::start().await;
    let idle = tokio::net::TcpStream::connect(&fixture.client().authority).await.unwrap();
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = stopped.clone();
    let stopping = async {
        fixture.sandbox.stop().await.unwrap();
        flag.store(true, Ordering::SeqCst);
    };
    tokio::time::timeout(Duration::from_secs(5), stopping).await.unwrap();
    assert!(stopped.load(Ordering::SeqCst));
    drop(idle);
}
