use aws_sdk_cloudfront::types::DistributionConfig;
use provisioner::aws::Context;
use provisioner::aws::cloudfront::distribution::Distribution;
use provisioner::aws::cloudfront::origin_access_control::OriginAccessControl;
use provisioner::aws::cloudfront::response_headers_policy::ResponseHeadersPolicy;
use provisioner::resource::{Id, Resource};
use serde_json::{Value as Json, json};

use crate::harness::{
    World, delete, differences, life_cycle, made, made_twice, owner, ready, spec, update,
};

#[tokio::test]
async fn origin_access_control() {
    let first = json!({ "origin_type": "s3", "signing_behavior": "always" });
    let changed = json!({ "origin_type": "s3", "signing_behavior": "no-override" });
    life_cycle::<OriginAccessControl>(&*World::new().await, "control", first, changed).await;
}

#[tokio::test]
async fn response_headers_policy() {
    let world = World::new().await;
    if !world.does_all("response headers policies") {
        return;
    }
    let first = json!({
        "security_headers": {
            "strict_transport_security":
                { "access_control_max_age_sec": 63_072_000, "include_subdomains": true },
            "content_security_policy": { "content_security_policy": "default-src 'self'" },
            "content_type_options": {},
            "frame_options": { "frame_option": "DENY" },
            "referrer_policy": { "referrer_policy": "strict-origin-when-cross-origin" },
        },
        "custom_headers": [{ "header": "permissions-policy", "value": "camera=()" }],
        "remove_headers": ["Server", "X-Powered-By"],
    });
    let changed = json!({
        "security_headers": {
            "frame_options": { "frame_option": "SAMEORIGIN", "override": false },
            "xss_protection": { "protection": true, "mode_block": true },
        },
        "cors": {
            "allow_origins": ["https://b.example", "https://a.example"],
            "allow_methods": ["GET", "HEAD"],
            "allow_headers": ["*"],
            "max_age_sec": 600,
        },
        "server_timing_sampling_rate": 12.5,
    });
    life_cycle::<ResponseHeadersPolicy>(&world, "headers", first, changed).await;
}

/// A site's: a bucket that only it may read, and the API beside it.
fn site(control: &str, api: &str) -> Json {
    json!({
        "default_root_object": "index.html",
        "origins": [
            { "id": "site", "domain_name": "kinds.s3.eu-central-1.amazonaws.com",
              "origin_access_control_id": control },
            { "id": "api", "domain_name": api,
              "custom_origin_config": { "origin_read_timeout": 60 },
              "custom_headers": { "x-from": "cdn" } },
        ],
        "default_cache_behavior": {
            "target_origin_id": "site", "cache_policy_id": "CachingOptimized", "compress": true,
            "response_headers_policy_id": "SecurityHeadersPolicy",
        },
        "ordered_cache_behaviors": [{
            "path_pattern": "/api/*", "target_origin_id": "api",
            "allowed_methods": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
            "cache_policy_id": "Managed-CachingDisabled",
            "origin_request_policy_id": "AllViewerExceptHostHeader",
        }],
        "custom_error_responses": [
            { "error_code": 404, "response_page_path": "/404.html", "response_code": 404 },
            { "error_code": 503, "error_caching_min_ttl": 0 },
        ],
        "http_version": "http2and3",
        "is_ipv6_enabled": true,
        "price_class": "PriceClass_100",
    })
}

async fn control(cx: &Context, name: &str) -> (OriginAccessControl, String) {
    let live = made::<OriginAccessControl>(cx, name, json!({})).await;
    (live.spec, live.outputs.id)
}

#[tokio::test]
async fn distribution() {
    let world = World::new().await;
    let (wanted, control) = control(&world, "of_distribution").await;
    let mut changed = site(&control, "green.example.com");
    changed["default_cache_behavior"]["viewer_protocol_policy"] = json!("https-only");
    changed["price_class"] = json!("PriceClass_200");
    let members = changed.as_object_mut().unwrap();
    members.remove("custom_error_responses");
    members.remove("default_root_object");
    let first = site(&control, "blue.example.com");
    life_cycle::<Distribution>(&world, "distribution", first, changed).await;
    delete(&world, &wanted, &Id(control)).await;
}

#[tokio::test]
async fn a_distribution_is_made_once() {
    let world = World::new().await;
    if !world.does_all("references of the caller's") {
        return;
    }
    let (_, control) = control(&world, "of_one").await;
    made_twice::<Distribution>(&world, "one", site(&control, "api.example.com")).await;
}

async fn config(cx: &Context, id: &str) -> (DistributionConfig, Option<String>) {
    let answer = cx.clients.cloudfront().get_distribution_config().id(id).send().await.unwrap();
    (answer.distribution_config.unwrap(), answer.e_tag)
}

/// A move from one API to another changes no more than the origin.
#[tokio::test]
async fn an_origin_moves_and_what_is_not_declared_stays() {
    let world = World::new().await;
    let (_, control) = control(&world, "of_moved").await;
    let blue = site(&control, "blue.example.com");
    let green = spec::<Distribution>(site(&control, "green.example.com"));
    let id = made::<Distribution>(&world, "moved", blue.clone()).await.outputs.id;
    let (mut by_hand, etag) = config(&world, &id).await;
    by_hand.comment = "by hand".to_owned();
    let request = world.clients.cloudfront().update_distribution().id(&id);
    request.set_if_match(etag).distribution_config(by_hand).send().await.unwrap();

    let id = Id(id);
    let live = ready::<Distribution>(&world, &id).await;
    let blue = spec::<Distribution>(blue);
    assert_eq!(differences(&green, &live, Some(&blue)).len(), 1, "only the origin");
    update(&world, &id, &green, (live, Some(&blue))).await;
    let live = ready::<Distribution>(&world, &id).await;
    assert_eq!(differences(&green, &live, Some(&green)), [""; 0]);
    assert_eq!(live.spec.comment.as_deref(), Some("by hand"));
    delete(&world, &green, &id).await;
}

#[tokio::test]
async fn a_distribution_is_disabled_before_it_goes() {
    let world = World::new().await;
    if !world.does_all("distributions that must be disabled") {
        return;
    }
    let (_, control) = control(&world, "of_disabled").await;
    let made = made::<Distribution>(&world, "disabled", site(&control, "api.example.com")).await;
    let id = Id(made.outputs.id);
    let refusal = made.spec.delete(&world, &id).await.unwrap_err();
    assert!(refusal.is_busy(), "{refusal}");
    assert!(!config(&world, id.as_str()).await.0.enabled);
    delete(&world, &made.spec, &id).await;
    assert!(made.spec.find(&world, &owner("disabled")).await.unwrap().is_empty());
}
