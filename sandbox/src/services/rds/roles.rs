//! The IAM roles with which RDS acts for a customer.

use crate::call::Call;

/// Whether the role exists and lets the service assume it.
pub(super) fn trusts(call: &mut Call<'_>, role: &str, service: &str) -> bool {
    call.global().iam.role_trusts(role, service)
}
