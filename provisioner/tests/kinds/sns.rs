use provisioner::aws::sns::subscription::Subscription;
use provisioner::aws::sns::topic::Topic;
use provisioner::resource::{Deleted, Id, Resource};
use serde_json::json;

use crate::harness::{World, life_cycle, made, owner, read, spec};

#[tokio::test]
async fn topic() {
    let world = World::new().await;
    let first = json!({ "display_name": "alarms", "kms_master_key_id": "alias/aws/sns" });
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "alarms", "Effect": "Allow",
        "Principal": { "Service": "cloudwatch.amazonaws.com" },
        "Action": "sns:Publish",
        "Resource": "arn:aws:sns:eu-central-1:123456789012:kinds-test-topic",
    }] });
    let changed = json!({ "display_name": "loud alarms", "policy": policy });
    life_cycle::<Topic>(&world, "topic", first, changed).await;
}

#[tokio::test]
async fn a_topic_of_somebody_else_is_left_alone() {
    let world = World::new().await;
    let named = json!({ "name": "theirs" });
    made::<Topic>(&world, "theirs", named.clone()).await;
    let error = spec::<Topic>(named).create(&world, &owner("ours")).await.unwrap_err();
    assert!(error.is_already_exists(), "{error}");
}

#[tokio::test]
async fn a_subscription_that_nobody_has_confirmed() {
    let world = World::new().await;
    let topic = made::<Topic>(&world, "topic", json!({})).await.outputs.arn;
    let json = json!({ "topic_arn": topic, "protocol": "email", "endpoint": "ops@example.com" });
    let live = made::<Subscription>(&world, "mail", json.clone()).await;
    assert!(live.outputs.pending_confirmation);

    // Whoever asks again is told the same one.
    let spec = spec::<Subscription>(json);
    let id = spec.create(&world, &owner("mail")).await.unwrap().id;
    assert_eq!(id, Id(live.outputs.arn));
    assert_eq!(spec.delete(&world, &id).await.unwrap(), Deleted::Gone);
}

#[tokio::test]
async fn a_subscription_with_a_filter() {
    let world = World::new().await;
    let topic = made::<Topic>(&world, "topic", json!({})).await.outputs.arn;
    let queue = "arn:aws:sqs:eu-central-1:123456789012:alarms";
    let to = |more: serde_json::Value| {
        let mut json = json!({ "topic_arn": topic, "protocol": "sqs", "endpoint": queue });
        json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json
    };
    let first = to(json!({ "filter_policy": { "severity": ["high"] } }));
    let changed = to(json!({ "raw_message_delivery": true }));
    let (first, changed) = (spec::<Subscription>(first), spec::<Subscription>(changed));
    let id = first.create(&world, &owner("queue")).await.unwrap().id;
    let live = read::<Subscription>(&world, &id).await.unwrap();
    assert_eq!(crate::harness::differences(&first, &live, None), [""; 0]);
    assert_eq!(first.find(&world, &owner("queue")).await.unwrap(), std::slice::from_ref(&id));
    crate::harness::update(&world, &id, &changed, (live, Some(&first))).await;
    let live = read::<Subscription>(&world, &id).await.unwrap();
    assert_eq!(crate::harness::differences(&changed, &live, Some(&changed)), [""; 0]);
    assert_eq!(live.spec.filter_policy, None);
    crate::harness::delete(&world, &changed, &id).await;
}
