//! Blindness: what the program tells of itself, in logs, metrics and traces.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::support::{Lab, Postgres, Service, car, until};

#[tokio::test]
async fn each_request_is_a_line_of_json() {
    let lab = Lab::new().await;
    let car = lab.add(&car("Kia", "EV6", "1")).await;
    let answer = lab.service.get(&format!("/api/cars/{}", car["id"])).await;
    let id = answer.header("x-request-id").to_owned();
    let entry = lab.service.entries().find(|entry| entry["span"]["request_id"] == id.as_str());
    let entry = entry.expect("no line for the request");
    assert_eq!(entry["status"], 200);
    assert_eq!(entry["span"]["http.route"], "/cars/{id}");
    assert_eq!(entry["span"]["url.path"], format!("/api/cars/{}", car["id"]));
    assert!(entry["milliseconds"].as_f64().unwrap() > 0.0);
    assert!(lab.service.log().lines().all(|line| line.starts_with('{')), "{}", lab.service.log());
}

#[tokio::test]
async fn rate_errors_and_duration_are_counted_by_route() {
    let lab = Lab::new().await;
    for _ in 0..3 {
        lab.service.get("/cars").await;
        lab.service.get("/api/cars/77").await;
    }
    lab.service.get("/nowhere/at/all").await;
    let count = async |labels: &str| lab.service.metric("http_requests_total", labels).await;
    assert_eq!(count(r#"method="GET",route="/cars",status="200""#).await, 3.0);
    assert_eq!(count(r#"method="GET",route="/cars/{id}",status="404""#).await, 3.0);
    assert_eq!(count(r#"route="unmatched",status="404""#).await, 1.0);
    let timed = lab.service.metric("http_request_duration_seconds_count", r#"route="/cars""#).await;
    assert_eq!(timed, 3.0);
    // The request for the metrics itself is under way.
    assert_eq!(lab.service.metric("http_requests_in_flight", "").await, 1.0);
    assert!(lab.service.metric("process_resident_memory_bytes", "").await > 1e6);
    assert_eq!(lab.service.metric("app_build_info", "version=").await, 1.0);
    assert!(lab.service.metric("db_pool_connections", r#"state="idle""#).await >= 1.0);
    assert!(lab.service.metric("db_pool_acquire_seconds_count", "writer").await >= 6.0);
}

#[tokio::test]
async fn a_flood_of_addresses_makes_no_flood_of_metrics() {
    let lab = Lab::new().await;
    let size = async || lab.service.get("/metrics").await.body.len();
    lab.service.get("/cars/1").await;
    lab.service.send(Method::from_bytes(b"FIRST").unwrap(), "/first", &[], "").await;
    let before = size().await;
    for number in 0..200 {
        lab.service.get(&format!("/cars/{number}")).await;
        let method = Method::from_bytes(format!("M{number}").as_bytes()).unwrap();
        lab.service.send(method, &format!("/path/{number}"), &[], "").await;
    }
    let grown = size().await - before;
    assert!(grown < 2000, "{grown} bytes more");
}

#[tokio::test]
async fn metrics_are_written_for_cloudwatch_when_asked_for() {
    let postgres = Postgres::start().await;
    let service = Service::start(&[
        ("DATABASE_URL", &*postgres.url()),
        ("EMF_NAMESPACE", "Vitality"),
        ("EMF_INTERVAL", "300ms"),
    ])
    .await;
    service.ready().await;
    for _ in 0..5 {
        service.get("/cars").await;
    }
    let documents = || service.entries().filter(|entry| entry["_aws"].is_object());
    until("metrics are written", async || {
        documents().filter_map(|entry| entry["Requests"].as_f64()).sum::<f64>() >= 5.0
    })
    .await;
    let document = documents().last().unwrap();
    let directive = &document["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "Vitality");
    assert!(document["_aws"]["Timestamp"].as_i64().unwrap() > 1_700_000_000_000);
    for dimension in directive["Dimensions"][0].as_array().unwrap() {
        assert!(document[dimension.as_str().unwrap()].is_string(), "{document}");
    }
    let metrics = directive["Metrics"].as_array().unwrap();
    assert!(metrics.len() >= 8);
    for metric in metrics {
        let value = &document[metric["Name"].as_str().unwrap()];
        assert!(value.is_number() || value["Values"].is_array(), "{metric}: {value}");
    }
}

/// A collector of traces that keeps what it is sent.
async fn collector() -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            let service = service_fn(move |request: http::Request<Incoming>| {
                let kept = Arc::clone(&kept);
                async move {
                    assert_eq!(request.uri().path(), "/v1/traces");
                    let body = request.into_body().collect().await?.to_bytes();
                    kept.lock().unwrap().extend_from_slice(&body);
                    Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::new())))
                }
            });
            let connection = hyper::server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
        }
    });
    (format!("http://{address}"), received)
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[tokio::test]
async fn a_trace_that_began_elsewhere_goes_on_here() {
    let (endpoint, received) = collector().await;
    let mut lab = Lab::with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]).await;
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    lab.service.send(Method::GET, "/cars", &[("traceparent", parent)], "").await;
    // What was traced is sent before the end at the latest.
    lab.service.terminate();
    assert!(lab.service.ended().await.success());
    let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
    let span = 0xb7ad_6b71_6920_3331_u64.to_be_bytes();
    let bytes = received.lock().unwrap().clone();
    assert!(contains(&bytes, b"GET /cars") && contains(&bytes, b"postgresql"));
    assert!(contains(&bytes, &trace) && contains(&bytes, &span));
}

#[tokio::test]
async fn a_collector_that_is_gone_holds_nothing_up() {
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")];
    let mut lab = Lab::with(&variables).await;
    for _ in 0..50 {
        let answer = lab.service.get("/cars").await;
        assert_eq!(answer.status, 200);
        assert!(answer.took < Duration::from_secs(1));
    }
    lab.service.terminate();
    assert!(lab.service.ended().await.success());
}
