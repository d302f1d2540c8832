//! A certificate's life: request, issue, delete unless something shows it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::errors;
use super::state::{Certificate, Stage, zone};
use crate::call::{Call, Ids};
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

/// How long AWS usually takes to say which records it wants.
const RECORDS: Duration = Duration::from_secs(5);
/// How long it usually takes to find them.
const VALIDATION: Duration = Duration::from_secs(120);
/// How many names a certificate may have.
const MOST_NAMES: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RequestCertificate {
    domain_name: String,
    validation_method: Option<String>,
    #[serde(default)]
    subject_alternative_names: Vec<String>,
    idempotency_token: Option<String>,
    options: Option<CertificateOptions>,
    certificate_authority_arn: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    key_algorithm: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CertificateOptions {
    pub certificate_transparency_logging_preference: Option<String>,
}

impl CertificateOptions {
    fn is_logged(&self) -> bool {
        self.certificate_transparency_logging_preference.as_deref() != Some("DISABLED")
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RequestResponse {
    certificate_arn: String,
}

/// Asks for a certificate. The same token with the same names gives the same one for an hour.
pub(super) fn request(
    call: &mut Call<'_>,
    request: RequestCertificate,
) -> Result<RequestResponse, Fault> {
    if request.certificate_authority_arn.is_some() {
        return Err(errors::unsupported("issue private certificates"));
    }
    if request.validation_method.as_deref() != Some("DNS") {
        return Err(errors::unsupported("validate names other than by DNS"));
    }
    let names = names(&request)?;
    if let Some(certificate_arn) = former(call, &request, &names) {
        return Ok(RequestResponse { certificate_arn });
    }
    let id = call.ids.uuid();
    let arn = call.arn("acm", &format!("certificate/{id}"));
    let certificate = Certificate {
        arn: arn.clone(),
        records: records(call.ids, &names),
        names,
        created: call.clock.now,
        records_due: call.clock.after(RECORDS),
        issue_due: call.clock.after(VALIDATION),
        stage: Stage::Requested,
        key_algorithm: request.key_algorithm.unwrap_or_else(|| "RSA_2048".to_owned()),
        is_logged: request.options.is_none_or(|options| options.is_logged()),
        serial: serial(call.ids),
        token: request.idempotency_token,
        tags: Tags::new(request.tags).map_err(errors::invalid_tags)?,
    };
    call.region().acm.certificates.insert(arn.clone(), certificate);
    Ok(RequestResponse { certificate_arn: arn })
}

fn former(call: &mut Call<'_>, request: &RequestCertificate, names: &[String]) -> Option<String> {
    const REMEMBERED: Duration = Duration::from_secs(3600);
    let token = request.idempotency_token.as_ref()?;
    let now = call.clock.now;
    let mut all = call.region().acm.certificates.values();
    let found = all.find(|it| {
        let is_recent = it.created.checked_add(REMEMBERED).is_ok_and(|until| until > now);
        it.token.as_ref() == Some(token) && it.names == names && is_recent
    });
    found.map(|certificate| certificate.arn.clone())
}

/// The name that is asked for and the others, each once.
fn names(request: &RequestCertificate) -> Result<Vec<String>, Fault> {
    let mut names: Vec<String> = Vec::new();
    for name in [&request.domain_name].into_iter().chain(&request.subject_alternative_names) {
        let name = name.to_ascii_lowercase();
        if !is_domain(&name) {
            return Err(errors::invalid_domain(&name));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() > MOST_NAMES { Err(errors::too_many_names(MOST_NAMES)) } else { Ok(names) }
}

fn is_domain(name: &str) -> bool {
    let labels: Vec<&str> = zone(name).split('.').collect();
    let is_label = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    labels.len() > 1 && labels.iter().all(is_label)
}

fn records(ids: &mut Ids, names: &[String]) -> BTreeMap<String, (String, String)> {
    let mut records = BTreeMap::new();
    for name in names {
        let zone = zone(name);
        let record = || {
            let value = format!("_{}.acm-validations.aws.", ids.hex(32));
            (format!("_{}.{zone}.", ids.hex(32)), value)
        };
        records.entry(zone.to_owned()).or_insert_with(record);
    }
    records
}

/// Sixteen bytes in hexadecimal, with colons.
fn serial(ids: &mut Ids) -> String {
    let bytes: [u8; 16] = ids.bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CertificateRequest {
    pub certificate_arn: String,
}

/// Deletes a certificate that no distribution shows.
pub(super) fn delete(call: &mut Call<'_>, request: CertificateRequest) -> Result<Empty, Fault> {
    let arn = request.certificate_arn;
    let account = call.account;
    call.region().acm.find(&arn, account)?;
    if !call.global().cloudfront.using_certificate(&arn).is_empty() {
        return Err(errors::in_use(&arn));
    }
    call.region().acm.certificates.remove(&arn);
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OptionsRequest {
    certificate_arn: String,
    options: CertificateOptions,
}

pub(super) fn update_options(call: &mut Call<'_>, request: OptionsRequest) -> Result<Empty, Fault> {
    let account = call.account;
    let certificate = call.region().acm.find(&request.certificate_arn, account)?;
    certificate.is_logged = request.options.is_logged();
    Ok(Empty {})
}
