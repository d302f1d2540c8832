//! Previews of lifecycle policies: what would expire, without anything that does.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::expiry::expired;
use super::image::ImageId;
use super::lifecycle::{Policy, check};
use super::state::{Repository, find};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

/// How long AWS takes, as a rule.
const TYPICAL: Duration = Duration::from_secs(10);

/// The last preview of a repository.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Preview {
    text: String,
    due: Timestamp,
    /// What would expire, by digest, with the priority of the rule.
    expiring: BTreeMap<String, u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartRequest {
    registry_id: Option<String>,
    repository_name: String,
    lifecycle_policy_text: Option<String>,
}

/// Begins a preview of a policy, or of the one that the repository has.
pub(super) fn start(call: &mut Call<'_>, request: StartRequest) -> Result<Value, Fault> {
    let (now, due) = (call.clock.now, call.clock.after(TYPICAL));
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    if repository.preview.as_ref().is_some_and(|preview| preview.due > now) {
        return Err(errors::preview_in_progress(&repository.name, &repository.registry));
    }
    let text = request.lifecycle_policy_text.or_else(|| repository.lifecycle_policy.clone());
    let text = text.ok_or_else(|| {
        errors::lifecycle_policy_not_found(&repository.name, &repository.registry)
    })?;
    check(&text)?;
    let policy = Policy::parse(&text).map_err(errors::invalid_lifecycle_policy)?;
    let expiring = expired(&policy, repository, now);
    repository.preview = Some(Preview { text: text.clone(), due, expiring });
    Ok(json!({
        "registryId": repository.registry,
        "repositoryName": repository.name,
        "lifecyclePolicyText": text,
        "status": "IN_PROGRESS",
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetRequest {
    registry_id: Option<String>,
    repository_name: String,
    #[serde(default)]
    image_ids: Vec<ImageId>,
    next_token: Option<String>,
    max_results: Option<usize>,
    #[serde(default)]
    filter: Filter,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    tag_status: Option<String>,
}

/// What the last preview has found.
pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<Value, Fault> {
    let now = call.clock.now;
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let preview = repository.preview.as_ref();
    let missing = || errors::preview_not_found(&repository.name, &repository.registry);
    let preview = preview.ok_or_else(missing)?;
    let is_over = preview.due <= now;
    let wanted: Vec<String> =
        request.image_ids.iter().filter_map(|id| repository.digest(id).ok()).collect();
    let fits = |digest: &String| {
        let tagged = repository.images.get(digest).is_some_and(|image| !image.tags.is_empty());
        let status = match request.filter.tag_status.as_deref() {
            Some("TAGGED") => tagged,
            Some("UNTAGGED") => !tagged,
            _ => true,
        };
        is_over && status && (request.image_ids.is_empty() || wanted.contains(digest))
    };
    let found = preview.expiring.iter().filter(|(digest, _)| fits(digest));
    let limit = request.max_results.unwrap_or(100).min(100);
    let page = page(found, request.next_token.as_deref(), limit, |(digest, _)| (*digest).clone())
        .map_err(errors::invalid_token)?;
    let results = page.items.into_iter().filter_map(|it| result(repository, it));
    Ok(json!({
        "registryId": repository.registry,
        "repositoryName": repository.name,
        "lifecyclePolicyText": preview.text,
        "status": if is_over { "COMPLETE" } else { "IN_PROGRESS" },
        "nextToken": page.next,
        "previewResults": results.collect::<Vec<_>>(),
        "summary": is_over.then(|| json!({
            "expiringImageTotalCount": preview.expiring.len(),
            "transitioningImageTotalCounts": [],
        })),
    }))
}

/// What is said of one image, unless it is gone by now.
fn result(repository: &Repository, (digest, priority): (&String, &u32)) -> Option<Value> {
    let image = repository.images.get(digest)?;
    Some(json!({
        "imageTags": image.tags,
        "imageDigest": digest,
        "imagePushedAt": image.pushed,
        "action": { "type": "EXPIRE" },
        "appliedRulePriority": priority,
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn a_preview_names_what_would_go_and_removes_nothing() {
        let mut fixture = Fixture::with_scale(1.0);
        let name = json!({"repositoryName": "api"});
        fixture.call("ecr", "CreateRepository", name.clone()).unwrap();
        for number in 1..=3 {
            let manifest = json!({"schemaVersion": 2, "layers": [{"size": number}]}).to_string();
            let image = json!({"repositoryName": "api", "imageManifest": manifest,
                               "imageTag": format!("v{number}")});
            fixture.call("ecr", "PutImage", image).unwrap();
            fixture.pass(Duration::from_secs(1));
        }
        let fault = |fixture: &mut Fixture, operation: &str| {
            fixture.fault("ecr", operation, json!({"repositoryName": "api"}))
        };
        let missing = fault(&mut fixture, "GetLifecyclePolicyPreview");
        assert_eq!(missing, "LifecyclePolicyPreviewNotFoundException");
        let without = fault(&mut fixture, "StartLifecyclePolicyPreview");
        assert_eq!(without, "LifecyclePolicyNotFoundException");
        let policy = json!({"rules": [{"rulePriority": 7, "action": {"type": "expire"},
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan",
                          "countNumber": 1}}]});
        let start = json!({"repositoryName": "api", "lifecyclePolicyText": policy.to_string()});
        fixture.call("ecr", "StartLifecyclePolicyPreview", start).unwrap();
        let busy = fault(&mut fixture, "StartLifecyclePolicyPreview");
        assert_eq!(busy, "LifecyclePolicyPreviewInProgressException");
        fixture.pass(Duration::from_secs(10));
        let preview = fixture.call("ecr", "GetLifecyclePolicyPreview", name.clone()).unwrap();
        assert_eq!(preview["status"], "COMPLETE");
        assert_eq!(preview["summary"]["expiringImageTotalCount"], 2);
        assert_eq!(preview["previewResults"][0]["appliedRulePriority"], 7);
        let left = fixture.call("ecr", "ListImages", name).unwrap();
        assert_eq!(left["imageIds"].as_array().unwrap().len(), 3);
    }
}
