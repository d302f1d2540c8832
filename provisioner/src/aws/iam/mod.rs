//! AWS Identity and Access Management.

pub mod account_password_policy;
pub mod role;
pub mod service_linked_role;
