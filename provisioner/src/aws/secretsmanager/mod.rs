//! AWS Secrets Manager.

mod generate;
pub mod secret;

pub use generate::Generate;
