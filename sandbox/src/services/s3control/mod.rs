//! S3 Control: what holds for all buckets of an account.
//!
//! Its requests are signed for `s3` and differ from S3's by their path, `/v20180820/…`. Clients
//! put the account in front of the host, as in `123456789012.localhost:4566`.

mod errors;
mod public_access_block;

pub use public_access_block::{PublicAccessBlock, State};

use super::{Operation, operation};

/// What every path begins with: the version of the API.
pub const PREFIX: &str = "/v20180820/";

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("DeletePublicAccessBlock", public_access_block::delete),
    operation!("GetPublicAccessBlock", public_access_block::get),
    operation!("PutPublicAccessBlock", public_access_block::put),
];
