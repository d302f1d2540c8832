//! What exists, by region. Serialised as a whole, so that the sandbox survives a restart.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::services::{
    acm, apprunner, cloudfront, cloudtrail, config, ec2, ecr, ecs, events, guardduty, iam, kms,
    logs, monitoring, rds, s3control, secretsmanager, securityhub, sns, sts, wafv2,
};

/// Everything that exists in the sandbox, but for the contents of S3 objects.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct World {
    /// What is the same in every region.
    pub global: Global,
    regions: BTreeMap<String, Region>,
}

/// Services without a region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Global {
    /// Distributions and their policies.
    pub cloudfront: cloudfront::State,
    /// CloudWatch's dashboards.
    pub dashboards: monitoring::Dashboards,
    /// Roles and policies.
    pub iam: iam::State,
    /// What holds for all buckets.
    pub s3control: s3control::State,
    /// Temporary keys.
    pub sts: sts::State,
}

/// The regional services' objects in one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Region {
    /// Certificates.
    pub acm: acm::State,
    /// Services from images, and what they share.
    pub apprunner: apprunner::State,
    /// Trails.
    pub cloudtrail: cloudtrail::State,
    /// The recorder of configurations.
    pub config: config::State,
    /// The detector of threats.
    pub guardduty: guardduty::State,
    /// Findings, and the standards that they are of.
    pub securityhub: securityhub::State,
    /// Networking.
    pub ec2: ec2::State,
    /// Clusters, instances, proxies.
    pub rds: rds::State,
    /// Repositories.
    pub ecr: ecr::State,
    /// Services with all that is around them, in clusters.
    pub ecs: ecs::State,
    /// Secrets.
    pub secretsmanager: secretsmanager::State,
    /// The rules of EventBridge.
    pub events: events::State,
    /// Topics and subscriptions.
    pub sns: sns::State,
    /// Keys and aliases.
    pub kms: kms::State,
    /// Web ACLs and IP sets.
    pub wafv2: wafv2::State,
    /// Log groups.
    pub logs: logs::State,
    /// Metrics and alarms.
    pub monitoring: monitoring::State,
}

impl World {
    /// A region, made on first use with what AWS puts there by itself.
    pub fn region(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_default()
    }

    /// The regions that have been used, by name.
    pub fn regions(&self) -> impl Iterator<Item = (&str, &Region)> {
        self.regions.iter().map(|(name, region)| (name.as_str(), region))
    }

    /// The region that gave out a password for its registry which still holds.
    pub fn region_of_password(&self, password: &str, now: Timestamp) -> Option<String> {
        let mut regions = self.regions.iter();
        let found = regions.find(|(_, region)| region.ecr.accepts_password(password, now));
        found.map(|(name, _)| name.clone())
    }

    /// The layers that some repository has, by digest.
    pub fn layers(&self) -> BTreeSet<&str> {
        self.regions.values().flat_map(|region| region.ecr.layers()).collect()
    }

    /// Whether SNS has something to send.
    pub fn has_posts(&self) -> bool {
        self.regions.values().any(|region| region.sns.has_posts())
    }

    /// What SNS has to send to web servers, once.
    pub fn take_posts(&mut self) -> Vec<sns::Post> {
        self.regions.values_mut().flat_map(|region| region.sns.take_outbox()).collect()
    }

    /// Lets time pass: whatever was under way and is due by `now` comes to its end.
    pub fn settle(&mut self, now: Timestamp) {
        self.global.sts.settle(now);
        self.global.iam.settle(now);
        self.global.cloudfront.settle(now);
        for region in self.regions.values_mut() {
            region.rds.settle(now, &mut region.ec2, &mut region.secretsmanager);
            region.acm.settle(now);
            region.apprunner.settle(now, &mut region.logs);
            region.ecs.settle(now, &mut region.ec2);
            region.ec2.settle(now);
            region.ecr.settle(now);
            region.secretsmanager.settle(now);
            region.kms.settle(now);
            region.logs.settle(now);
            region.logs.measure(now, &mut region.monitoring);
            region.monitoring.settle(now);
            region.sns.settle(now);
            monitoring::announce(region);
        }
    }
}
