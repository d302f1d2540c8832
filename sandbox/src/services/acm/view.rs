//! Certificates as answers show them.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::certificate::CertificateRequest;
use super::errors;
use super::state::{Certificate, Stage, zone};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page;

/// How long a certificate is good for: thirteen months.
const VALIDITY: Duration = Duration::from_secs(395 * 24 * 60 * 60);
/// How many a page holds unless told.
const PAGE: usize = 1000;

impl Certificate {
    fn status(&self) -> &'static str {
        match self.stage {
            Stage::Requested | Stage::Pending => "PENDING_VALIDATION",
            Stage::Issued => "ISSUED",
        }
    }

    fn validations(&self) -> Vec<Value> {
        let status = if self.stage == Stage::Issued { "SUCCESS" } else { "PENDING_VALIDATION" };
        let validation = |name: &String| {
            let mut validation = json!({
                "DomainName": name,
                "ValidationDomain": name,
                "ValidationStatus": status,
                "ValidationMethod": "DNS",
            });
            let record = self.records.get(zone(name)).filter(|_| self.stage != Stage::Requested);
            if let Some((name, value)) = record {
                validation["ResourceRecord"] =
                    json!({ "Name": name, "Type": "CNAME", "Value": value });
            }
            validation
        };
        self.names.iter().map(validation).collect()
    }

    fn expires(&self) -> Timestamp {
        self.issue_due.checked_add(VALIDITY).unwrap_or(Timestamp::MAX)
    }

    fn detail(&self, used_by: &[String]) -> Value {
        let logging = if self.is_logged { "ENABLED" } else { "DISABLED" };
        let mut detail = json!({
            "CertificateArn": self.arn,
            "DomainName": self.names.first(),
            "SubjectAlternativeNames": self.names,
            "DomainValidationOptions": self.validations(),
            "Subject": format!("CN={}", self.names.first().map_or("", String::as_str)),
            "Issuer": "Amazon",
            "CreatedAt": self.created,
            "Status": self.status(),
            "KeyAlgorithm": self.key_algorithm,
            "SignatureAlgorithm": "SHA256WITHRSA",
            "InUseBy": used_by,
            "Type": "AMAZON_ISSUED",
            "KeyUsages": [],
            "ExtendedKeyUsages": [],
            "RenewalEligibility": if used_by.is_empty() { "INELIGIBLE" } else { "ELIGIBLE" },
            "Options": {
                "CertificateTransparencyLoggingPreference": logging,
                "Export": "DISABLED",
            },
        });
        if self.stage == Stage::Issued {
            detail["Serial"] = json!(self.serial);
            detail["IssuedAt"] = json!(self.issue_due);
            detail["NotBefore"] = json!(self.issue_due);
            detail["NotAfter"] = json!(self.expires());
            detail["KeyUsages"] =
                json!([{ "Name": "DIGITAL_SIGNATURE" }, { "Name": "KEY_ENCIPHERMENT" }]);
            detail["ExtendedKeyUsages"] =
                json!([{ "Name": "TLS_WEB_SERVER_AUTHENTICATION", "OID": "1.3.6.1.5.5.7.3.1" }]);
        }
        detail
    }

    fn summary(&self, is_used: bool) -> Value {
        let mut summary = json!({
            "CertificateArn": self.arn,
            "DomainName": self.names.first(),
            "SubjectAlternativeNameSummaries": self.names,
            "HasAdditionalSubjectAlternativeNames": false,
            "Status": self.status(),
            "Type": "AMAZON_ISSUED",
            "KeyAlgorithm": self.key_algorithm,
            "KeyUsages": [],
            "ExtendedKeyUsages": [],
            "ExportOption": "DISABLED",
            "InUse": is_used,
            "RenewalEligibility": if is_used { "ELIGIBLE" } else { "INELIGIBLE" },
            "CreatedAt": self.created,
        });
        if self.stage == Stage::Issued {
            summary["IssuedAt"] = json!(self.issue_due);
            summary["NotBefore"] = json!(self.issue_due);
            summary["NotAfter"] = json!(self.expires());
            summary["KeyUsages"] = json!(["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"]);
            summary["ExtendedKeyUsages"] = json!(["TLS_WEB_SERVER_AUTHENTICATION"]);
        }
        summary
    }
}

pub(super) fn describe(call: &mut Call<'_>, request: CertificateRequest) -> Result<Value, Fault> {
    let used_by = call.global().cloudfront.using_certificate(&request.certificate_arn);
    let account = call.account;
    let certificate = call.region().acm.find(&request.certificate_arn, account)?;
    Ok(json!({ "Certificate": certificate.detail(&used_by) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(default)]
    certificate_statuses: Vec<String>,
    includes: Option<Includes>,
    next_token: Option<String>,
    max_items: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Includes {
    #[serde(default)]
    key_types: Vec<String>,
}

/// The certificates in the wanted states and, as AWS does it, of RSA with up to 2048 bits unless
/// other keys are asked for.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let used: Vec<String> = {
        let state = &call.world.global.cloudfront;
        let arns = call.world.regions().flat_map(|(_, region)| region.acm.certificates.keys());
        arns.filter(|arn| !state.using_certificate(arn).is_empty()).cloned().collect()
    };
    let statuses = &request.certificate_statuses;
    let keys = request.includes.map(|includes| includes.key_types).unwrap_or_default();
    let keys =
        if keys.is_empty() { vec!["RSA_1024".to_owned(), "RSA_2048".to_owned()] } else { keys };
    let wanted = |certificate: &&Certificate| {
        let in_state =
            statuses.is_empty() || statuses.iter().any(|status| status == certificate.status());
        in_state && keys.contains(&certificate.key_algorithm)
    };
    let all = call.region().acm.certificates.values().filter(wanted);
    let limit = request.max_items.unwrap_or(PAGE);
    let page = page::page(all, request.next_token.as_deref(), limit, |it| it.arn.clone())
        .map_err(|_| errors::invalid_token())?;
    let summaries: Vec<Value> =
        page.items.iter().map(|it| it.summary(used.contains(&it.arn))).collect();
    Ok(json!({ "CertificateSummaryList": summaries, "NextToken": page.next }))
}
