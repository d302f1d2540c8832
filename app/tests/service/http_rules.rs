//! What holds for every request: limits, names, origins, problems, and the documents about it all.

use std::collections::BTreeSet;
use std::time::Duration;

use http::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Lab, TOKEN, car, run};

#[tokio::test]
async fn it_says_what_it_is_and_how_it_is() {
    let lab = Lab::new().await;
    for prefix in ["", "/api"] {
        let root = lab.service.get(&format!("{prefix}/")).await;
        assert_eq!(root.json()["links"]["cars"], "cars");
        let status = lab.service.get(&format!("{prefix}/status")).await.json();
        assert_eq!((&status["status"], &status["database"]), (&"ok".into(), &"ready".into()));
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let lab = Lab::new().await;
    lab.service.get("/nowhere").await.problem(404);
    lab.service.get("/cars/999999999999999999999").await.problem(404);
    lab.service.get("/cars/0").await.problem(404);
    let answer = lab.service.send(Method::PATCH, "/cars", &[], "").await;
    answer.problem(405);
    let allow = answer.header("allow");
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
}

#[tokio::test]
async fn a_body_has_a_limit() {
    let lab = Lab::with(&[("REQUEST_BODY_LIMIT", "1000")]).await;
    lab.service.post("/cars", &car("Kia", &"x".repeat(2000), "1")).await.problem(413);
    assert_eq!(lab.service.post("/cars", &car("Kia", "EV6", "1")).await.status, 201);
}

#[tokio::test]
async fn an_answer_has_a_time_limit() {
    let lab = Lab::with(&[("REQUEST_TIMEOUT", "300ms")]).await;
    lab.slow(Duration::from_secs(2)).await;
    let answer = lab.service.get("/cars").await;
    answer.problem(503);
    assert_eq!(answer.header("retry-after"), "1");
    assert!(answer.took < Duration::from_secs(1), "{answer:?}");
}

#[tokio::test]
async fn a_statement_has_a_time_limit_and_its_connection_survives() {
    let lab = Lab::with(&[("DATABASE_QUERY_TIMEOUT", "300ms")]).await;
    lab.service.get("/cars").await;
    let before = "create table before as select pid from pg_stat_activity where usename = 'app'";
    lab.postgres.execute(before).await;
    lab.slow(Duration::from_secs(2)).await;
    let answer = lab.service.get("/cars").await;
    answer.problem(503);
    assert!(answer.took < Duration::from_secs(1), "{answer:?}");
    lab.postgres
        .execute("drop policy slow on cars; alter table cars disable row level security")
        .await;
    assert_eq!(lab.service.get("/cars").await.status, 200);
    // The pool may have opened more meanwhile; none of these may have gone.
    let gone = "select count(*) from before where pid not in (select pid from pg_stat_activity)";
    assert_eq!(lab.postgres.count(gone).await, 0);
    assert!(lab.postgres.count("select count(*) from before").await > 0);
}

#[tokio::test]
async fn a_client_that_trickles_holds_nothing_up() {
    let lab = Lab::with(&[("HTTP_CONNECTIONS", "3")]).await;
    let address = lab.service.address().unwrap();
    let mut half = TcpStream::connect(address).await.unwrap();
    half.write_all(b"POST /cars HTTP/1.1\r\nHost: x\r\nContent-Len").await.unwrap();
    assert_eq!(lab.service.get("/cars").await.status, 200);
    assert_eq!(lab.service.metric("db_pool_connections", "state=\"in_use\"").await, 0.0);
}

#[tokio::test]
async fn more_clients_than_there_may_be_wait_for_a_place() {
    let lab = Lab::with(&[("HTTP_CONNECTIONS", "2")]).await;
    let ask = async || {
        let mut stream = TcpStream::connect(lab.service.address().unwrap()).await.unwrap();
        stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        stream
    };
    let answered = async |stream: &mut TcpStream, patience| {
        let mut answer = [0; 12];
        let read = stream.read_exact(&mut answer);
        tokio::time::timeout(Duration::from_millis(patience), read).await.is_ok()
    };
    // The connection by which it was seen to be ready is the first.
    let mut second = ask().await;
    assert!(answered(&mut second, 5000).await);
    let mut third = ask().await;
    assert!(!answered(&mut third, 300).await);
    drop(second);
    assert!(answered(&mut third, 5000).await);
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let lab = Lab::with(&[("REQUEST_TIMEOUT", "500ms")]).await;
    let mut slow = TcpStream::connect(lab.service.address().unwrap()).await.unwrap();
    let head = format!(
        "POST /cars HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let read = tokio::time::timeout(Duration::from_secs(5), slow.read_exact(&mut answer)).await;
    read.expect("it hangs").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 503");
}

#[tokio::test]
async fn a_request_has_a_name_that_its_log_line_bears() {
    let lab = Lab::new().await;
    let given = "Root=1-5759e988-bd862e3fe1be46a994272793";
    let answer = lab.service.send(Method::GET, "/cars", &[("x-request-id", given)], "").await;
    assert_eq!(answer.header("x-request-id"), given);
    let own = lab.service.get("/cars").await.header("x-request-id").to_owned();
    assert_eq!(own.len(), 36);
    let injected = lab.service.send(Method::GET, "/cars", &[("x-request-id", "a b\"}")], "").await;
    assert_eq!(injected.header("x-request-id").len(), 36);
    let log = lab.service.log();
    assert!(log.contains(given) && log.contains(&own));
}

#[tokio::test]
async fn only_known_origins_may_use_it_from_their_pages() {
    let lab = Lab::with(&[("CORS_ORIGINS", "https://cars.example, https://two.example")]).await;
    let ask = async |origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "PUT")];
        let answer = lab.service.send(Method::OPTIONS, "/cars/1", &headers, "").await;
        answer.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(ask("https://two.example").await, "https://two.example");
    assert_eq!(ask("https://evil.example").await, "");
    let answer = lab.service.send(Method::GET, "/cars", &[("origin", "https://cars.example")], "");
    let exposed = answer.await.header("access-control-expose-headers").to_lowercase();
    assert!(exposed.contains("etag") && exposed.contains("x-request-id"), "{exposed}");
}

#[tokio::test]
async fn the_document_describes_what_is_served() {
    let lab = Lab::new().await;
    let served = lab.service.get("/openapi.json").await.json();
    let printed = run(&["openapi"], &[]).stdout;
    assert_eq!(served, serde_json::from_slice::<Value>(&printed).unwrap());
    let committed = include_str!("../../openapi.json");
    assert_eq!(String::from_utf8(printed).unwrap(), committed, "app openapi > app/openapi.json");
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"));

    lab.add(&car("Kia", "EV6", "1")).await;
    for (path, operations) in served["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "1");
        for method in operations.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = lab.service.send(method.clone(), &path, &[], "").await;
            assert!(![404, 405, 500].contains(&answer.status.as_u16()), "{method} {path}");
        }
        for method in ["get", "post", "put", "delete", "patch"] {
            let documented = operations.get(method);
            let method: Method = method.to_uppercase().parse().unwrap();
            let status = lab.service.send(method.clone(), &path, &[], "").await.status;
            let told = documented.is_some_and(|told| !told["responses"][status.as_str()].is_null());
            assert!(told || (documented.is_none() && status == 405), "{method} {path}: {status}");
        }
    }
}

#[tokio::test]
async fn answers_have_the_members_that_the_document_says() {
    let lab = Lab::new().await;
    let document = lab.service.get("/openapi.json").await.json();
    let car = lab.add(&car("Kia", "EV6", "1")).await;
    let answers = [
        ("Car", car),
        ("CarPage", lab.service.get("/cars").await.json()),
        ("Status", lab.service.get("/status").await.json()),
        ("Healthy", lab.service.get("/health/ready").await.json()),
        ("ProblemDocument", lab.service.get("/cars?year=x").await.json()),
    ];
    let members =
        |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    for (name, answer) in answers {
        let schema = &document["components"]["schemas"][name]["properties"];
        assert_eq!(members(&answer), members(schema), "{name}");
    }
}

#[tokio::test]
async fn the_page_about_it_loads_nothing_from_elsewhere() {
    let lab = Lab::new().await;
    let page = lab.service.get("/docs").await;
    assert!(page.header("content-type").starts_with("text/html"));
    let text = page.text();
    assert!(text.contains("/cars/{id}") && text.contains("If-Match"), "{text}");
    assert!(!text.contains("<script") && !text.contains("src=\"http"), "{text}");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
}
