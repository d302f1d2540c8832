//! Scans of images. The sandbox knows of no vulnerabilities, so that a scan finds none.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::image::ImageId;
use super::state::{Repository, find};
use crate::call::{Call, Clock};
use crate::fault::Fault;

/// How long AWS takes, as a rule.
const TYPICAL: Duration = Duration::from_secs(30);
/// An image is scanned once a day at most.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The last scan of an image.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Scan {
    begun: Timestamp,
    due: Timestamp,
}

impl Repository {
    /// Scans an image that was pushed, if the repository does so.
    pub(super) fn scan_push(&mut self, digest: &str, clock: Clock) {
        if self.scan_on_push && !self.scans.contains_key(digest) {
            self.scan(digest, clock);
        }
    }

    fn scan(&mut self, digest: &str, clock: Clock) {
        let scan = Scan { begun: clock.now, due: clock.after(TYPICAL) };
        self.scans.insert(digest.to_owned(), scan);
    }

    /// The digest of an image that is there.
    fn scanned(&self, id: &ImageId) -> Result<String, Fault> {
        self.digest(id).map_err(|_failure| {
            let (digest, tag) = (id.image_digest.as_deref(), id.image_tag.as_deref());
            errors::image_not_found(digest, tag, &self.name, &self.registry)
        })
    }
}

impl Scan {
    /// How far it is, in AWS's words.
    pub(super) fn status(self, now: Timestamp) -> Value {
        match self.due <= now {
            true => json!({
                "status": "COMPLETE",
                "description": "The scan was completed successfully.",
            }),
            false => json!({ "status": "IN_PROGRESS" }),
        }
    }

    /// How much it has found of each severity, when it is over.
    pub(super) fn summary(self, now: Timestamp) -> Option<Value> {
        (self.due <= now).then(|| {
            json!({
                "imageScanCompletedAt": self.due,
                "vulnerabilitySourceUpdatedAt": self.begun,
                "findingSeverityCounts": BTreeMap::<&str, u32>::new(),
            })
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScanRequest {
    registry_id: Option<String>,
    repository_name: String,
    image_id: ImageId,
}

/// Begins to scan an image.
pub(super) fn start(call: &mut Call<'_>, request: ScanRequest) -> Result<Value, Fault> {
    let clock = call.clock;
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let digest = repository.scanned(&request.image_id)?;
    let last = repository.scans.get(&digest);
    if last.is_some_and(|scan| clock.now.duration_since(scan.begun) < DAY) {
        return Err(errors::scan_quota_exceeded());
    }
    repository.scan(&digest, clock);
    Ok(json!({
        "registryId": repository.registry,
        "repositoryName": repository.name,
        "imageId": { "imageDigest": digest, "imageTag": request.image_id.image_tag },
        "imageScanStatus": { "status": "IN_PROGRESS" },
    }))
}

/// What the last scan of an image has found: nothing.
pub(super) fn findings(call: &mut Call<'_>, request: ScanRequest) -> Result<Value, Fault> {
    let now = call.clock.now;
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let digest = repository.scanned(&request.image_id)?;
    let scan = repository.scans.get(&digest);
    let scan = scan.ok_or_else(|| errors::scan_not_found(&digest, &repository.name))?;
    let findings = scan.summary(now).map(|mut summary| {
        summary["findings"] = json!([]);
        summary
    });
    Ok(json!({
        "registryId": repository.registry,
        "repositoryName": repository.name,
        "imageId": { "imageDigest": digest, "imageTag": request.image_id.image_tag },
        "imageScanStatus": scan.status(now),
        "imageScanFindings": findings,
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn fixture(scan_on_push: bool) -> (Fixture, Value) {
        let mut fixture = Fixture::with_scale(1.0);
        let repository = json!({"repositoryName": "api",
                                "imageScanningConfiguration": {"scanOnPush": scan_on_push}});
        fixture.call("ecr", "CreateRepository", repository).unwrap();
        let manifest = json!({"schemaVersion": 2, "layers": []}).to_string();
        let image = json!({"repositoryName": "api", "imageManifest": manifest, "imageTag": "v1"});
        fixture.call("ecr", "PutImage", image).unwrap();
        (fixture, json!({"repositoryName": "api", "imageId": {"imageTag": "v1"}}))
    }

    #[test]
    fn an_image_is_scanned_when_it_is_pushed() {
        let (mut fixture, image) = fixture(true);
        let during = fixture.call("ecr", "DescribeImageScanFindings", image.clone()).unwrap();
        assert_eq!(during["imageScanStatus"]["status"], "IN_PROGRESS");
        fixture.pass(Duration::from_secs(30));
        let after = fixture.call("ecr", "DescribeImageScanFindings", image).unwrap();
        assert_eq!(after["imageScanStatus"]["status"], "COMPLETE");
        assert_eq!(after["imageScanFindings"]["findings"], json!([]));
        let request = json!({"repositoryName": "api"});
        let described = fixture.call("ecr", "DescribeImages", request).unwrap();
        assert_eq!(described["imageDetails"][0]["imageScanStatus"]["status"], "COMPLETE");
    }

    #[test]
    fn an_image_is_scanned_once_a_day_at_most() {
        let (mut fixture, image) = fixture(false);
        let findings = "DescribeImageScanFindings";
        assert_eq!(fixture.fault("ecr", findings, image.clone()), "ScanNotFoundException");
        fixture.call("ecr", "StartImageScan", image.clone()).unwrap();
        let again = fixture.fault("ecr", "StartImageScan", image.clone());
        assert_eq!(again, "LimitExceededException");
        fixture.pass(Duration::from_secs(24 * 60 * 60));
        fixture.call("ecr", "StartImageScan", image).unwrap();
        let other = json!({"repositoryName": "api", "imageId": {"imageTag": "v2"}});
        assert_eq!(fixture.fault("ecr", findings, other), "ImageNotFoundException");
    }
}
