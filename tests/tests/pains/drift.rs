//! Drift by meaning: what was changed by hand is told and mended, and what only looks different
//! is neither.

use provisioner::aws::Clients;
use serde_json::json;
use tests::{ENVIRONMENT, Lab, UP};

use crate::stack;

const DRIFT: [&str; 2] = ["drift", ENVIRONMENT];

const SYSTEM: &str = r#"
vpc: { type: ec2.vpc, cidr_block: 10.0.0.0/16 }
web:
  type: ec2.security_group
  vpc_id: ${vpc.id}
  ingress:
    - { from_port: 80, to_port: 81, cidr_blocks: [10.2.0.0/16, 10.1.0.0/16] }
    - { from_port: 443, cidr_blocks: ["0.0.0.0/0"], description: everybody }
role:
  type: iam.role
  name: lab-role
  description: reads
  assume_role_policy:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: [sts:AssumeRole]
        Principal: { AWS: "123456789012", Service: [ec2.amazonaws.com, rds.amazonaws.com] }
  inline_policies:
    read:
      Version: "2012-10-17"
      Statement: { Effect: Allow, Action: ["s3:GetObject", "s3:ListBucket"], Resource: "*" }
  managed_policies:
    - arn:aws:iam::aws:policy/ReadOnlyAccess
    - arn:aws:iam::aws:policy/job-function/ViewOnlyAccess
images:
  type: ecr.repository
  name: lab/images
  image_tag_mutability: IMMUTABLE
  repository_policy:
    Version: "2012-10-17"
    Statement:
      - { Sid: pull, Effect: Allow, Principal: { AWS: "123456789012" }, Action: ["ecr:BatchGetImage"] }
  lifecycle_policy:
    rules:
      - rulePriority: 1
        selection: { tagStatus: any, countType: imageCountMoreThan, countNumber: 5 }
        action: { type: expire }
logs: { type: logs.log_group, name: /lab/logs, retention_in_days: 30 }
secret: { type: secretsmanager.secret, name: lab-secret, description: of the lab, generate: {} }
key: { type: kms.key, description: of the lab, enable_key_rotation: true }
"#;

/// Says the same of each object in other words.
async fn say_otherwise(clients: &Clients, group: &str) {
    let root = "arn:aws:iam::123456789012:root";
    let trust = json!({ "Statement": {
        "Principal": { "Service": ["rds.amazonaws.com", "ec2.amazonaws.com"], "AWS": [root] },
        "Action": "sts:assumerole", "Effect": "Allow",
    }, "Version": "2012-10-17" });
    let iam = clients.iam();
    let request = iam.update_assume_role_policy().role_name("lab-role");
    request.policy_document(format!(" {trust:#}\n")).send().await.unwrap();
    let read = json!({ "Statement": [{
        "Resource": ["*"], "Action": ["s3:ListBucket", "s3:GetObject"], "Effect": "Allow",
    }], "Version": "2012-10-17" });
    let request = iam.put_role_policy().role_name("lab-role").policy_name("read");
    request.policy_document(format!("{read:#}")).send().await.unwrap();
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    iam.detach_role_policy().role_name("lab-role").policy_arn(arn).send().await.unwrap();
    iam.attach_role_policy().role_name("lab-role").policy_arn(arn).send().await.unwrap();
    say_otherwise_of_images(clients, root).await;
    let request = clients.logs().put_retention_policy().log_group_name("/lab/logs");
    request.retention_in_days(30).send().await.unwrap();
    split_rule(clients, group).await;
}

async fn say_otherwise_of_images(clients: &Clients, root: &str) {
    let pull = json!({ "Version": "2012-10-17", "Statement": [{
        "Action": "ecr:BatchGetImage", "Principal": { "AWS": root }, "Effect": "Allow", "Sid": "pull",
    }]});
    let request = clients.ecr().set_repository_policy().repository_name("lab/images");
    request.policy_text(format!("{pull:#}")).send().await.unwrap();
    let expire = json!({ "rules": [{
        "action": { "type": "expire" },
        "selection": { "countNumber": 5, "countType": "imageCountMoreThan", "tagStatus": "any" },
        "rulePriority": 1,
    }]});
    let request = clients.ecr().put_lifecycle_policy().repository_name("lab/images");
    request.lifecycle_policy_text(format!("{expire:#}")).send().await.unwrap();
}

/// The two ranges of one rule, as two rules in the other order.
async fn split_rule(clients: &Clients, group: &str) {
    let ec2 = clients.ec2();
    for range in ["10.2.0.0/16", "10.1.0.0/16"] {
        let request = ec2.revoke_security_group_ingress().group_id(group).ip_protocol("tcp");
        request.from_port(80).to_port(81).cidr_ip(range).send().await.unwrap();
    }
    for range in ["10.1.0.0/16", "10.2.0.0/16"] {
        let request = ec2.authorize_security_group_ingress().group_id(group).ip_protocol("tcp");
        request.from_port(80).to_port(81).cidr_ip(range).send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_means_the_same_is_no_drift() {
    let lab = stack::lab(SYSTEM).await.converged().await;
    stack::settled(&lab).await;
    say_otherwise(&lab.clients().await, &stack::id(&lab, "app.web")).await;
    stack::settled(&lab).await;
}

/// Changes something of each object.
async fn meddle(lab: &Lab) {
    let (clients, group) = (lab.clients().await, stack::id(lab, "app.web"));
    let ec2 = clients.ec2();
    let request = ec2.authorize_security_group_ingress().group_id(&group).ip_protocol("tcp");
    request.from_port(22).to_port(22).cidr_ip("0.0.0.0/0").send().await.unwrap();
    let (iam, all) = (
        clients.iam(),
        json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
        ]}),
    );
    let request = iam.put_role_policy().role_name("lab-role").policy_name("backdoor");
    request.policy_document(all.to_string()).send().await.unwrap();
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    iam.detach_role_policy().role_name("lab-role").policy_arn(arn).send().await.unwrap();
    let request = clients.ecr().put_image_tag_mutability().repository_name("lab/images");
    request.image_tag_mutability("MUTABLE".into()).send().await.unwrap();
    let request = clients.ecr().delete_lifecycle_policy().repository_name("lab/images");
    request.send().await.unwrap();
    let request = clients.logs().put_retention_policy().log_group_name("/lab/logs");
    request.retention_in_days(7).send().await.unwrap();
    let request = clients.secretsmanager().update_secret().secret_id("lab-secret");
    request.description("of somebody").send().await.unwrap();
    let key = stack::id(lab, "app.key");
    clients.kms().disable_key_rotation().key_id(key).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_is_told_and_mended() {
    let lab = stack::lab(SYSTEM).await.converged().await;
    meddle(&lab).await;
    lab.run(&DRIFT).await.expect(2).says(&[
        "app.web",
        "22",
        "app.role",
        "backdoor",
        "ReadOnlyAccess",
        "app.images",
        "image_tag_mutability: \"IMMUTABLE\" → \"MUTABLE\"",
        "lifecycle_policy",
        "app.logs",
        "retention_in_days: 30 → 7",
        "app.secret",
        "description: \"of the lab\" → \"of somebody\"",
        "app.key",
        "enable_key_rotation: true → false",
        "6 of 7 objects changed by hand",
    ]);
    stack::converged(&lab, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_told_and_made_again() {
    let lab = stack::lab(SYSTEM).await.converged().await;
    let (clients, before) = (lab.clients().await, lab.objects().await);
    let group = stack::id(&lab, "app.web");
    clients.ec2().delete_security_group().group_id(&group).send().await.unwrap();
    clients.logs().delete_log_group().log_group_name("/lab/logs").send().await.unwrap();
    let told = lab.run(&DRIFT).await.expect(2).says(&["2 of 7 objects changed by hand"]);
    assert_eq!(told.text.matches("is gone from AWS").count(), 2, "{}", told.text);
    stack::converged(&lab, &[]).await;
    lab.holds(&before).await;
    assert_ne!(stack::id(&lab, "app.web"), group);
}

/// The whole system's own objects, as the network and the database make them.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_somebody_changed_is_brought_back() {
    let lab = Lab::new().await.converged().await;
    let cluster = stack::id(&lab, "db.cluster.cluster");
    let clients = lab.clients().await;
    let request = clients.rds().modify_db_cluster().db_cluster_identifier(&cluster);
    let request = request.backup_retention_period(9).apply_immediately(true);
    request.send().await.unwrap();
    let words = ["db.cluster.cluster", "backup_retention_period: 1 → 9", "1 of "];
    lab.run(&DRIFT).await.expect(2).says(&words);
    // AWS raises minor versions by itself: that is none.
    let request = clients.rds().modify_db_cluster().db_cluster_identifier(&cluster);
    request.engine_version("16.8").apply_immediately(true).send().await.unwrap();
    let told = lab.run(&DRIFT).await.expect(2).says(&["1 of "]);
    assert!(!told.text.contains("engine_version"), "{}", told.text);
    lab.run(&UP).await.expect(0);
    stack::settled(&lab).await;
}
