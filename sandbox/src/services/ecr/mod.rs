//! Elastic Container Registry: repositories, their policies, and images by their manifests.

use super::{Operation, operation};

mod distribution;
mod errors;
mod expiry;
mod image;
mod lifecycle;
mod mutability;
mod preview;
mod registry;
mod repository;
mod repository_policy;
mod scan;
pub mod state;
mod tagging;

pub use distribution::Distribution;
pub use state::State;

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("BatchDeleteImage", image::batch_delete),
    operation!("BatchGetImage", image::batch_get),
    operation!("CreateRepository", repository::create),
    operation!("DeleteLifecyclePolicy", lifecycle::delete),
    operation!("DeleteRepository", repository::delete),
    operation!("DeleteRepositoryPolicy", repository_policy::delete),
    operation!("DescribeImageScanFindings", scan::findings),
    operation!("DescribeImages", image::describe),
    operation!("DescribeRegistry", registry::describe),
    operation!("DescribeRepositories", repository::describe),
    operation!("GetAuthorizationToken", registry::token),
    operation!("GetLifecyclePolicy", lifecycle::get),
    operation!("GetLifecyclePolicyPreview", preview::get),
    operation!("GetRegistryScanningConfiguration", registry::get_scanning),
    operation!("GetRepositoryPolicy", repository_policy::get),
    operation!("ListImages", image::list),
    operation!("ListTagsForResource", tagging::list),
    operation!("PutImage", image::put),
    operation!("PutImageScanningConfiguration", repository::put_scanning),
    operation!("PutImageTagMutability", mutability::put),
    operation!("PutLifecyclePolicy", lifecycle::put),
    operation!("PutRegistryScanningConfiguration", registry::put_scanning),
    operation!("SetRepositoryPolicy", repository_policy::set),
    operation!("StartImageScan", scan::start),
    operation!("StartLifecyclePolicyPreview", preview::start),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
];
