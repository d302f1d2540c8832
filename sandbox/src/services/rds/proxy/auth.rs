//! How clients log in to a proxy, and the proxy to the database.

use serde::{Deserialize, Serialize};

use super::super::errors;
use crate::call::Call;
use crate::fault::Fault;

/// One way to log in, in AWS's description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Auth {
    /// What the customer says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The database user, where the secret does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// `SECRETS`.
    pub auth_scheme: String,
    /// The secret with the user's name and password.
    pub secret_arn: String,
    /// `DISABLED`, `ENABLED` or `REQUIRED`.
    #[serde(rename = "IAMAuth")]
    pub iam_auth: String,
    /// How clients prove that they know the password.
    pub client_password_auth_type: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct AuthRequest {
    description: Option<String>,
    user_name: Option<String>,
    auth_scheme: Option<String>,
    secret_arn: Option<String>,
    #[serde(rename = "IAMAuth")]
    iam_auth: Option<String>,
    client_password_auth_type: Option<String>,
}

/// The ways to log in that a request asks for. AWS: at least one, unless all is by IAM.
pub(crate) fn resolve(
    call: &mut Call<'_>,
    requests: &[AuthRequest],
    default_scheme: &str,
) -> Result<Vec<Auth>, Fault> {
    if requests.is_empty() && default_scheme == "NONE" {
        return Err(errors::invalid_combination(
            "You must specify the Auth option when DefaultAuthScheme is NONE.",
        ));
    }
    requests.iter().map(|request| request.resolve(call)).collect()
}

impl AuthRequest {
    fn resolve(&self, call: &mut Call<'_>) -> Result<Auth, Fault> {
        let secret = self.secret_arn.as_deref().unwrap_or_default();
        if call.region().secretsmanager.current_text(secret).is_none() {
            return Err(errors::invalid_value(format!(
                "The secret {secret} doesn't exist or has no current text."
            )));
        }
        let kind = self.client_password_auth_type.as_deref().unwrap_or("POSTGRES_SCRAM_SHA_256");
        if !kind.starts_with("POSTGRES") {
            return Err(errors::invalid_combination(format!(
                "ClientPasswordAuthType {kind} isn't supported for the engine family POSTGRESQL."
            )));
        }
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Ok(Auth {
            description: some(&self.description),
            user_name: some(&self.user_name),
            auth_scheme: some(&self.auth_scheme).unwrap_or_else(|| "SECRETS".to_owned()),
            secret_arn: secret.to_owned(),
            iam_auth: some(&self.iam_auth).unwrap_or_else(|| "DISABLED".to_owned()),
            client_password_auth_type: kind.to_owned(),
        })
    }
}
