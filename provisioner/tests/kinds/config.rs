use provisioner::aws::config::delivery_channel::DeliveryChannel;
use provisioner::aws::config::recorder::Recorder;
use provisioner::aws::config::recorder_status::RecorderStatus;
use provisioner::aws::iam::service_linked_role::ServiceLinkedRole;
use provisioner::resource::Resource;
use serde_json::{Value as Json, json};

use crate::harness::{World, adopted, life_cycle, made, owner, read, spec};

async fn role(world: &World) -> String {
    let config = json!({ "aws_service_name": "config.amazonaws.com" });
    made::<ServiceLinkedRole>(world, "role", config).await.outputs.arn
}

fn all(role: &str) -> Json {
    json!({ "role_arn": role })
}

#[tokio::test]
async fn recorder() {
    let world = World::new().await;
    let role = role(&world).await;
    let some = json!({
        "role_arn": role,
        "recording_group": { "resource_types": ["AWS::S3::Bucket", "AWS::EC2::VPC"] },
        "recording_mode": {
            "recording_frequency": "DAILY",
            "recording_mode_overrides": [
                { "resource_types": ["AWS::S3::Bucket"], "recording_frequency": "CONTINUOUS" },
            ],
        },
    });
    life_cycle::<Recorder>(&world, "recorder", all(&role), some.clone()).await;
    let named = json!({ "name": "of-the-console", "role_arn": role });
    adopted::<Recorder>(&world, named, some).await;
}

#[tokio::test]
async fn delivery_channel() {
    let world = World::new().await;
    made::<Recorder>(&world, "recorder", all(&role(&world).await)).await;
    let first = json!({ "s3_bucket_name": "records", "delivery_frequency": "Six_Hours" });
    let changed = json!({
        "s3_bucket_name": "other-records",
        "s3_key_prefix": "config",
        "s3_kms_key_arn": "arn:aws:kms:eu-central-1:123456789012:key/1",
        "sns_topic_arn": "arn:aws:sns:eu-central-1:123456789012:changes",
    });
    life_cycle::<DeliveryChannel>(&world, "channel", first.clone(), changed).await;

    // Where one delivers already, it goes on delivering there.
    let theirs = json!({ "name": "theirs", "s3_bucket_name": "their-records" });
    made::<DeliveryChannel>(&world, "theirs", theirs).await;
    let ours = spec::<DeliveryChannel>(first);
    assert!(ours.create(&world, &owner("ours")).await.unwrap_err().is_already_exists());
    let id = ours.find(&world, &owner("ours")).await.unwrap().pop().unwrap();
    let live = read::<DeliveryChannel>(&world, &id).await.unwrap();
    assert_eq!(crate::harness::differences(&ours, &live, None), [""; 0]);
    ours.delete(&world, &id).await.unwrap();
    let theirs = read::<DeliveryChannel>(&world, &"theirs".into()).await.unwrap();
    assert_eq!(theirs.spec.s3_bucket_name.as_deref(), Some("their-records"));
}

#[tokio::test]
async fn recorder_status() {
    let world = World::new().await;
    made::<Recorder>(&world, "recorder", all(&role(&world).await)).await;
    made::<DeliveryChannel>(&world, "channel", json!({ "s3_bucket_name": "records" })).await;
    let on = spec::<RecorderStatus>(json!({ "configuration_recorder_name": "default" }));
    let id = on.create(&world, &owner("ours")).await.unwrap().id;
    assert!(read::<RecorderStatus>(&world, &id).await.unwrap().spec.recording);

    assert!(on.create(&world, &owner("another")).await.unwrap_err().is_already_exists());
    let adopted = on.find(&world, &owner("another")).await.unwrap().pop().unwrap();
    on.delete(&world, &adopted).await.unwrap();
    assert!(read::<RecorderStatus>(&world, &id).await.unwrap().spec.recording);
    on.delete(&world, &id).await.unwrap();
    assert!(!read::<RecorderStatus>(&world, &id).await.unwrap().spec.recording);
}
