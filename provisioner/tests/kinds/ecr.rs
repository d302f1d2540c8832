use provisioner::aws::ecr::repository::Repository;
use serde_json::json;

use crate::harness::{World, life_cycle};

#[tokio::test]
async fn repository() {
    let spec = json!({
        "image_tag_mutability": "IMMUTABLE",
        "scan_on_push": false,
        "encryption": { "type": "AES256" },
        "lifecycle_policy": { "rules": [{
            "rulePriority": 1,
            "selection": { "tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 3 },
            "action": { "type": "expire" },
        }]},
    });
    let changed = json!({
        "image_tag_mutability": "MUTABLE",
        "scan_on_push": true,
        "repository_policy": { "Version": "2012-10-17", "Statement": [{
            "Sid": "pull", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage",
        }]},
    });
    life_cycle::<Repository>(&*World::new().await, "repository", spec, changed).await;
}
