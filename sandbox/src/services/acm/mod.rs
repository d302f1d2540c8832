//! ACM: certificates that are asked for, validated and issued.
//!
//! Nobody owns names here, so no record is ever looked up: a certificate is issued when AWS would
//! have found its records.

mod certificate;
mod errors;
mod state;
mod tagging;
#[cfg(test)]
mod tests;
mod view;

pub use state::State;

use super::{Operation, operation};

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("AddTagsToCertificate", tagging::add),
    operation!("DeleteCertificate", certificate::delete),
    operation!("DescribeCertificate", view::describe),
    operation!("ListCertificates", view::list),
    operation!("ListTagsForCertificate", tagging::list),
    operation!("RemoveTagsFromCertificate", tagging::remove),
    operation!("RequestCertificate", certificate::request),
    operation!("UpdateCertificateOptions", certificate::update_options),
];
