//! Audit: what an environment is on AWS, held to its controls, as evidence that others can check.
//!
//! [`collect`] reads from AWS what no object of the environment tells: who asks, alarms, trails,
//! Security Hub. [`build`] makes a [`report::Report`] of that and of the
//! [`assessments`](crate::compliance::assess), [`trend`] holds it against the one before, and each
//! of the other modules writes it in one form. [`files`] puts the forms in a folder with a manifest
//! of their hashes, and checks such a folder.
//!
//! Nothing here claims compliance: a report is evidence for criteria, and says where there is none.

pub mod asff;
pub mod build;
pub mod collect;
mod csv;
pub mod files;
mod html;
pub mod hub;
mod ocsf;
mod oscal;
pub mod pdf;
pub mod report;
pub mod trend;
