//! A car's life, and who may change it.

use http::Method;
use serde_json::json;

use crate::support::{Lab, TOKEN, car};

#[tokio::test]
async fn a_car_is_added_shown_changed_and_removed() {
    let lab = Lab::new().await;
    let answer = lab.service.post("/api/cars", &car("Tesla", "Model 3", "38990.5")).await;
    assert_eq!(answer.status, 201);
    let added = answer.json();
    let path = format!("/api/cars/{}", added["id"]);
    assert_eq!(answer.header("location"), path);
    assert_eq!(added["price"], "38990.50");
    assert!(added["created_at"].is_string());

    // What the CDN forwards is the same as what is asked directly.
    let direct = lab.service.get(path.strip_prefix("/api").unwrap()).await;
    assert_eq!(direct.json(), added);

    let other = json!({ "make": "Tesla", "model": "Model Y", "year": 2025, "color": "Red",
                        "price": 44990 });
    let answer = lab.service.write(Method::PUT, &path, &[], &other).await;
    assert_eq!(answer.status, 200);
    let changed = answer.json();
    assert_eq!((&changed["model"], &changed["price"]), (&json!("Model Y"), &json!("44990.00")));
    assert_eq!(changed["created_at"], added["created_at"]);
    assert_ne!(changed["updated_at"], added["updated_at"]);

    let answer = lab.service.write(Method::DELETE, &path, &[], &json!(null)).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    lab.service.get(&path).await.problem(404);
    lab.service.write(Method::DELETE, &path, &[], &json!(null)).await.problem(404);
    lab.service.write(Method::PUT, &path, &[], &other).await.problem(404);
}

#[tokio::test]
async fn a_price_is_exact() {
    let lab = Lab::new().await;
    for (sent, kept) in [("0.1", "0.10"), ("9999999999.99", "9999999999.99"), ("0", "0.00")] {
        assert_eq!(lab.add(&car("Kia", "EV6", sent)).await["price"], kept);
    }
    let sum = lab.postgres.count("select (sum(price) * 100)::bigint from cars").await;
    assert_eq!(sum, 1_000_000_000_009);
}

#[tokio::test]
async fn whoever_has_no_token_changes_nothing() {
    let lab = Lab::new().await;
    let body = car("Kia", "EV6", "1").to_string();
    let json = ("content-type", "application/json");
    let half = format!("Bearer {}", &TOKEN[..5]);
    for (authorization, challenge) in [
        (None, "Bearer"),
        (Some("Bearer "), "Bearer error=\"invalid_token\""),
        (Some(&*half), "Bearer error=\"invalid_token\""),
        (Some("Basic dXNlcjpwYXNz"), "Bearer error=\"invalid_token\""),
    ] {
        let token = authorization.map(|value| ("authorization", value));
        let headers: Vec<_> = token.into_iter().chain([json]).collect();
        let answer = lab.service.send(Method::POST, "/cars", &headers, body.clone()).await;
        answer.problem(401);
        assert_eq!(answer.header("www-authenticate"), challenge);
    }
    assert_eq!(lab.postgres.count("select count(*) from cars").await, 0);
}

#[tokio::test]
async fn without_tokens_it_is_read_only() {
    let lab = Lab::with(&[("API_TOKENS", "")]).await;
    lab.service.post("/cars", &car("Kia", "EV6", "1")).await.problem(403);
    assert_eq!(lab.service.get("/cars").await.status, 200);
}

#[tokio::test]
async fn every_mistake_is_told_at_once() {
    let lab = Lab::new().await;
    let wrong = json!({ "make": "", "model": "x".repeat(65), "year": 1800, "price": "1.234",
                        "wheels": 4 });
    let fields = lab.service.post("/cars", &wrong).await.problem(422);
    assert_eq!(fields, ["make", "model", "year", "color", "price", "wheels"]);

    let token = format!("Bearer {TOKEN}");
    let send = async |kind: &str, body: &str| {
        let headers = [("authorization", &*token), ("content-type", kind)];
        lab.service.send(Method::POST, "/cars", &headers, body.to_owned()).await
    };
    send("application/json", "{ \"make\": ").await.problem(400);
    send("text/plain", "{}").await.problem(415);
}

#[tokio::test]
async fn a_change_can_depend_on_what_was_seen() {
    let lab = Lab::new().await;
    let added = lab.add(&car("Kia", "EV6", "45000")).await;
    let path = format!("/cars/{}", added["id"]);
    let seen = lab.service.get(&path).await.header("etag").to_owned();
    let put = async |tag: &str, price| {
        let body = car("Kia", "EV6", price);
        lab.service.write(Method::PUT, &path, &[("if-match", tag)], &body).await
    };
    let answer = put(&seen, "44000").await;
    assert_eq!(answer.status, 200);
    assert_ne!(answer.header("etag"), seen);
    put(&seen, "43000").await.problem(412);
    let stale = [("if-match", &*seen)];
    lab.service.write(Method::DELETE, &path, &stale, &json!(null)).await.problem(412);
    assert_eq!(lab.service.get(&path).await.json()["price"], "44000.00");
    assert_eq!(put("*", "42000").await.status, 200);
}

#[tokio::test]
async fn of_two_who_saw_the_same_one_changes_it() {
    let lab = Lab::new().await;
    let added = lab.add(&car("Kia", "EV6", "45000")).await;
    let path = format!("/cars/{}", added["id"]);
    let seen = lab.service.get(&path).await.header("etag").to_owned();
    let headers = [("if-match", &*seen)];
    let bodies = ["1", "2", "3", "4", "5", "6", "7", "8"].map(|price| car("Kia", "EV6", price));
    let puts = bodies.iter().map(|body| lab.service.write(Method::PUT, &path, &headers, body));
    let answers = futures::future::join_all(puts).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(200), count(412)), (1, 7));
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let lab = Lab::new().await;
    let added = lab.add(&car("Kia", "EV6", "45000")).await;
    for path in [format!("/cars/{}", added["id"]), "/cars?color=blue".to_owned()] {
        let tag = lab.service.get(&path).await.header("etag").to_owned();
        let held = [("if-none-match", &*tag)];
        let ask = || lab.service.send(Method::GET, &path, &held, "");
        let answer = ask().await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0));
        assert_eq!(answer.header("etag"), tag);
        let car_path = format!("/cars/{}", added["id"]);
        let body = car("Kia", &format!("EV6 of {path}"), "44000");
        lab.service.write(Method::PUT, &car_path, &[], &body).await;
        assert_eq!(ask().await.status, 200);
    }
}
