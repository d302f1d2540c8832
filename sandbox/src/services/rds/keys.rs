//! The KMS keys that encrypt clusters, secrets and Performance Insights.

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::kms;

/// AWS's own key for databases, made when it is first used.
pub(super) const RDS: &str = "alias/aws/rds";
/// AWS's own key for secrets.
pub(super) const SECRETS_MANAGER: &str = "alias/aws/secretsmanager";

/// The ARN of the key given by id, ARN or alias, else of AWS's own.
///
/// AWS: it must exist, be enabled and symmetric.
pub(super) fn resolve(
    call: &mut Call<'_>,
    given: Option<&str>,
    default: &str,
) -> Result<String, Fault> {
    let id = given.unwrap_or(default);
    match kms::find_key(call, id) {
        Ok(key) if key.is_enabled() && key.is_symmetric() => Ok(key.arn().to_owned()),
        _ => Err(errors::key_not_accessible(id)),
    }
}
