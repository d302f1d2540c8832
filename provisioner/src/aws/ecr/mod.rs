//! Amazon Elastic Container Registry.

pub mod image;
pub mod repository;
