//! The registry: passwords for it, and its settings.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;

/// How long a password is good for.
const PASSWORD_LIFE: Duration = Duration::from_secs(12 * 60 * 60);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenRequest {
    #[serde(default)]
    registry_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenResponse {
    authorization_data: Vec<Authorization>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Authorization {
    authorization_token: String,
    expires_at: Timestamp,
    proxy_endpoint: String,
}

/// A user and password for the registry, good for twelve hours.
pub(super) fn token(call: &mut Call<'_>, request: TokenRequest) -> Result<TokenResponse, Fault> {
    let now = call.clock.now;
    let expires_at = now.checked_add(PASSWORD_LIFE).unwrap_or(Timestamp::MAX);
    let password = call.ids.mixed(64);
    call.region().ecr.passwords.insert(password.clone(), expires_at);
    let registries = match request.registry_ids.is_empty() {
        true => vec![call.account.to_owned()],
        false => request.registry_ids,
    };
    // One address for all registries: that of the sandbox.
    let endpoint = call.endpoint.to_owned();
    let authorization = |_registry: String| Authorization {
        authorization_token: BASE64_STANDARD.encode(format!("AWS:{password}")),
        expires_at,
        proxy_endpoint: endpoint.clone(),
    };
    Ok(TokenResponse { authorization_data: registries.into_iter().map(authorization).collect() })
}

/// How the registry scans images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Scanning {
    scan_type: ScanType,
    rules: Vec<Rule>,
}

impl Default for Scanning {
    fn default() -> Self {
        Self { scan_type: ScanType::Basic, rules: Vec::new() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum ScanType {
    Basic,
    Enhanced,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    scan_frequency: String,
    repository_filters: Vec<RepositoryFilter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryFilter {
    filter: String,
    filter_type: String,
}

impl Scanning {
    /// Two rules at most, of frequencies that go with the type.
    fn check(&self) -> Result<(), Fault> {
        if self.rules.len() > 2 {
            return Err(errors::invalid("rules", "at most 2 rules"));
        }
        let basic = self.scan_type == ScanType::Basic;
        let odd = |rule: &Rule| match rule.scan_frequency.as_str() {
            "CONTINUOUS_SCAN" => basic,
            "MANUAL" => !basic,
            _ => false,
        };
        if self.rules.iter().any(odd) {
            return Err(errors::invalid(
                "rules",
                "CONTINUOUS_SCAN goes with ENHANCED scanning, MANUAL with BASIC",
            ));
        }
        Ok(())
    }
}

/// A request about the caller's registry.
#[derive(Deserialize)]
pub(super) struct RegistryRequest {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetScanningResponse {
    registry_id: String,
    scanning_configuration: Scanning,
}

/// How the registry scans images.
pub(super) fn get_scanning(
    call: &mut Call<'_>,
    _request: RegistryRequest,
) -> Result<GetScanningResponse, Fault> {
    let scanning_configuration = call.region().ecr.scanning.clone();
    Ok(GetScanningResponse { registry_id: call.account.to_owned(), scanning_configuration })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutScanningResponse {
    registry_scanning_configuration: Scanning,
}

/// Replaces how the registry scans images.
pub(super) fn put_scanning(
    call: &mut Call<'_>,
    request: Scanning,
) -> Result<PutScanningResponse, Fault> {
    request.check()?;
    call.region().ecr.scanning = request.clone();
    Ok(PutScanningResponse { registry_scanning_configuration: request })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeResponse {
    registry_id: String,
    replication_configuration: Replication,
}

/// The sandbox replicates nothing.
#[derive(Serialize)]
struct Replication {
    rules: [(); 0],
}

/// The caller's registry.
pub(super) fn describe(
    call: &mut Call<'_>,
    _request: RegistryRequest,
) -> Result<DescribeResponse, Fault> {
    let replication_configuration = Replication { rules: [] };
    Ok(DescribeResponse { registry_id: call.account.to_owned(), replication_configuration })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::Fixture;

    #[test]
    fn a_password_is_good_for_twelve_hours() {
        let mut fixture = Fixture::new();
        let response = fixture.call("ecr", "GetAuthorizationToken", json!({})).unwrap();
        let data = &response["authorizationData"][0];
        assert_eq!(data["expiresAt"], "2026-01-01T12:00:00Z");
        assert_eq!(data["proxyEndpoint"], "http://127.0.0.1:4566");
        let token = BASE64_STANDARD.decode(data["authorizationToken"].as_str().unwrap()).unwrap();
        let token = String::from_utf8(token).unwrap();
        let password = token.strip_prefix("AWS:").unwrap();
        let accepted = |fixture: &mut Fixture| {
            let now = fixture.clock.now;
            fixture.world.region("us-east-1").ecr.accepts_password(password, now)
        };
        assert!(accepted(&mut fixture));
        fixture.pass(PASSWORD_LIFE);
        assert!(!accepted(&mut fixture));
    }

    #[test]
    fn scanning_is_basic_until_set() {
        let mut fixture = Fixture::new();
        let got = fixture.call("ecr", "GetRegistryScanningConfiguration", json!({})).unwrap();
        assert_eq!(got["scanningConfiguration"], json!({"scanType": "BASIC", "rules": []}));
        let rules = json!([{
            "scanFrequency": "CONTINUOUS_SCAN",
            "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}],
        }]);
        let basic = json!({"scanType": "BASIC", "rules": rules});
        let code = fixture.fault("ecr", "PutRegistryScanningConfiguration", basic);
        assert_eq!(code, "InvalidParameterException");
        let enhanced = json!({"scanType": "ENHANCED", "rules": rules});
        fixture.call("ecr", "PutRegistryScanningConfiguration", enhanced.clone()).unwrap();
        let got = fixture.call("ecr", "GetRegistryScanningConfiguration", json!({})).unwrap();
        assert_eq!(got["scanningConfiguration"], enhanced);
        let registry = fixture.call("ecr", "DescribeRegistry", json!({})).unwrap();
        assert_eq!(registry["registryId"], "123456789012");
    }
}
