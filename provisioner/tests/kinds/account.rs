//! Settings that hold for a whole account, or for a VPC.

use provisioner::aws::ec2::default_security_group::DefaultSecurityGroup;
use provisioner::aws::ec2::ebs_encryption_by_default::EbsEncryptionByDefault;
use provisioner::aws::ec2::vpc::Vpc;
use provisioner::aws::iam::account_password_policy::AccountPasswordPolicy;
use provisioner::aws::iam::service_linked_role::ServiceLinkedRole;
use provisioner::aws::s3::account_public_access_block::AccountPublicAccessBlock;
use provisioner::resource::{Deleted, Resource};
use serde_json::json;

use crate::harness::{
    World, adopted, differences, life_cycle, made, owner, read, ready, spec, update,
};

#[tokio::test]
async fn public_access_block() {
    let world = World::new().await;
    let open = json!({ "block_public_policy": false });
    life_cycle::<AccountPublicAccessBlock>(&world, "block", open.clone(), json!({})).await;
    adopted::<AccountPublicAccessBlock>(&world, open, json!({})).await;
}

#[tokio::test]
async fn password_policy() {
    let world = World::new().await;
    let weak = json!({ "minimum_password_length": 8, "max_password_age": 90 });
    let strong = json!({
        "minimum_password_length": 14,
        "require_symbols": true,
        "require_numbers": true,
        "require_uppercase_characters": true,
        "require_lowercase_characters": true,
        "allow_users_to_change_password": true,
        "password_reuse_prevention": 24,
    });
    life_cycle::<AccountPasswordPolicy>(&world, "passwords", weak.clone(), strong.clone()).await;
    adopted::<AccountPasswordPolicy>(&world, weak, strong).await;
}

#[tokio::test]
async fn a_password_policy_keeps_what_nobody_speaks_of() {
    let world = World::new().await;
    let both = json!({ "minimum_password_length": 14, "max_password_age": 90 });
    let live = made::<AccountPasswordPolicy>(&world, "passwords", both.clone()).await;
    let id = live.outputs.account.as_str().into();
    let one = spec::<AccountPasswordPolicy>(json!({ "require_symbols": true }));
    update(&world, &id, &one, (live, None)).await;
    let live = ready::<AccountPasswordPolicy>(&world, &id).await;
    assert_eq!(differences(&spec::<AccountPasswordPolicy>(both), &live, None), [""; 0]);
    assert_eq!(live.spec.require_symbols, Some(true));
}

#[tokio::test]
async fn service_linked_role() {
    let world = World::new().await;
    let config = json!({ "aws_service_name": "config.amazonaws.com" });
    life_cycle::<ServiceLinkedRole>(&world, "role", config.clone(), config.clone()).await;
    adopted::<ServiceLinkedRole>(&world, config.clone(), config).await;
}

#[tokio::test]
async fn encryption_of_volumes() {
    let world = World::new().await;
    let on = spec::<EbsEncryptionByDefault>(json!({}));
    let id = on.create(&world, &owner("ours")).await.unwrap().id;
    assert!(read::<EbsEncryptionByDefault>(&world, &id).await.unwrap().spec.enabled);

    let error = on.create(&world, &owner("another")).await.unwrap_err();
    assert!(error.is_already_exists(), "{error}");
    let adopted = on.find(&world, &owner("another")).await.unwrap().pop().unwrap();
    assert_eq!(on.delete(&world, &adopted).await.unwrap(), Deleted::Gone);
    assert!(read::<EbsEncryptionByDefault>(&world, &adopted).await.unwrap().spec.enabled);

    assert_eq!(on.delete(&world, &id).await.unwrap(), Deleted::Gone);
    assert!(!read::<EbsEncryptionByDefault>(&world, &id).await.unwrap().spec.enabled);
}

#[tokio::test]
async fn default_security_group() {
    let world = World::new().await;
    let vpc = made::<Vpc>(&world, "vpc", json!({ "cidr_block": "10.0.0.0/16" })).await.outputs.id;
    let closed = json!({ "vpc_id": vpc });
    let live = made::<DefaultSecurityGroup>(&world, "group", closed.clone()).await;
    let closed = spec::<DefaultSecurityGroup>(closed);
    assert_eq!(differences(&closed, &live, None), [""; 0]);
    assert_eq!(live.spec, closed);
    let id = live.outputs.id.as_str().into();

    let inside = json!({ "vpc_id": vpc, "ingress": [{ "protocol": "-1", "self": true }] });
    let inside = spec::<DefaultSecurityGroup>(inside);
    update(&world, &id, &inside, (live, Some(&closed))).await;
    let live = ready::<DefaultSecurityGroup>(&world, &id).await;
    assert_eq!(differences(&inside, &live, Some(&inside)), [""; 0]);
    assert_eq!(inside.delete(&world, &id).await.unwrap(), Deleted::Gone);
    assert!(read::<DefaultSecurityGroup>(&world, &id).await.is_some(), "it goes with its VPC");
}
