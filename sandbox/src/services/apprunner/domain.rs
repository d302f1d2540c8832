//! Custom domains of services.
//!
//! Nobody owns names here, so no record is ever looked up: a domain becomes active when AWS would
//! have found its records, which is not before the customer was told them.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::service::Service;
use crate::call::{Call, Ids};
use crate::fault::Fault;
use crate::services::page::page;

/// How long AWS usually takes to say which records it wants.
const RECORDS: Duration = Duration::from_secs(15);
/// How long it usually takes to find them, and to use the certificate.
const VALIDATION: Duration = Duration::from_secs(180);
/// How long it usually takes to let go of a domain.
const REMOVAL: Duration = Duration::from_secs(30);
/// How many a service can have: <https://docs.aws.amazon.com/general/latest/gr/apprunner.html>
const MOST_DOMAINS: usize = 5;

/// A domain of a customer's under which a service answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomDomain {
    name: String,
    www: bool,
    /// The names of the records that prove the domain, and what they say.
    records: Vec<(String, String)>,
    stage: Stage,
    records_due: Timestamp,
    /// Known once the customer was told the records.
    active_due: Option<Timestamp>,
    removal_due: Option<Timestamp>,
}

/// How far a domain has come. AWS sends it in lower case, other than its model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Creating,
    PendingCertificateDnsValidation,
    Active,
    Deleting,
}

impl CustomDomain {
    fn new(call: &mut Call<'_>, name: String, www: bool) -> Self {
        let mut records = vec![record(call.ids, &name)];
        if www {
            records.push(record(call.ids, &format!("www.{name}")));
        }
        Self {
            name,
            www,
            records,
            stage: Stage::Creating,
            records_due: call.clock.after(RECORDS),
            active_due: None,
            removal_due: None,
        }
    }

    /// The names that lead to the service.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let www = self.www.then(|| format!("www.{}", self.name));
        [self.name.clone()].into_iter().chain(www)
    }

    /// Whether requests for it are answered.
    pub(super) fn is_active(&self) -> bool {
        self.stage == Stage::Active
    }

    /// The customer is told the records, if they are known: AWS will find them by `found`.
    fn tell(&mut self, found: Timestamp) {
        if self.stage == Stage::PendingCertificateDnsValidation {
            self.active_due.get_or_insert(found);
        }
    }

    /// Gets as far as it has come by `now`.
    pub(super) fn settle(&mut self, now: Timestamp) {
        self.stage = match self.removal_due {
            Some(_) => Stage::Deleting,
            None if self.active_due.is_some_and(|due| due <= now) => Stage::Active,
            None if self.records_due <= now => Stage::PendingCertificateDnsValidation,
            None => self.stage,
        };
    }

    /// Whether it is no more by `now`.
    pub(super) fn is_gone(&self, now: Timestamp) -> bool {
        self.removal_due.is_some_and(|due| due <= now)
    }
}

fn record(ids: &mut Ids, name: &str) -> (String, String) {
    let value = format!("_{}.{}.acm-validations.aws.", ids.hex(32), ids.mixed(10).to_lowercase());
    (format!("_{}.{}.", ids.hex(32), name.trim_start_matches("*.")), value)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssociateRequest {
    service_arn: String,
    domain_name: String,
    #[serde(rename = "EnableWWWSubdomain")]
    www: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DisassociateRequest {
    service_arn: String,
    domain_name: String,
}

/// What an operation on one domain answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    #[serde(rename = "DNSTarget")]
    dns_target: String,
    service_arn: String,
    custom_domain: View,
    #[serde(rename = "VpcDNSTargets")]
    vpc_dns_targets: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    domain_name: String,
    #[serde(rename = "EnableWWWSubdomain")]
    www: bool,
    certificate_validation_records: Vec<Record>,
    status: Stage,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    name: String,
    #[serde(rename = "Type")]
    kind: &'static str,
    value: String,
    status: &'static str,
}

/// Begins to let a running service answer under a domain.
pub(super) fn associate(call: &mut Call<'_>, request: AssociateRequest) -> Result<Answer, Fault> {
    let endpoint = call.endpoint;
    let name = request.domain_name.to_ascii_lowercase();
    let domain = CustomDomain::new(call, name, request.www.unwrap_or(true));
    let state = &mut call.region().apprunner;
    if state.services().any(|service| service.domains.contains_key(&domain.name)) {
        return Err(errors::invalid(format!(
            "The domain {} is already associated with a service.",
            domain.name
        )));
    }
    let service = state.service_mut(&request.service_arn)?;
    check_running(service)?;
    if service.domains.len() >= MOST_DOMAINS {
        return Err(errors::invalid(format!(
            "A service can have no more than {MOST_DOMAINS} custom domains."
        )));
    }
    let answer = answer(service, &domain, endpoint);
    service.domains.insert(domain.name.clone(), domain);
    Ok(answer)
}

/// Begins to take a domain from a service.
pub(super) fn disassociate(
    call: &mut Call<'_>,
    request: DisassociateRequest,
) -> Result<Answer, Fault> {
    let (endpoint, now, gone) = (call.endpoint, call.clock.now, call.clock.after(REMOVAL));
    let name = request.domain_name.to_ascii_lowercase();
    let service = call.region().apprunner.service_mut(&request.service_arn)?;
    check_running(service)?;
    let domain = service.domains.get_mut(&name);
    let domain = domain.ok_or_else(|| errors::not_found("Custom domain", &name))?;
    domain.removal_due.get_or_insert(gone);
    domain.settle(now);
    let domain = domain.clone();
    Ok(answer(service, &domain, endpoint))
}

fn check_running(service: &Service) -> Result<(), Fault> {
    match service.status() {
        "RUNNING" => Ok(()),
        other => Err(errors::wrong_state("RUNNING", "given other custom domains", other)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    service_arn: String,
    next_token: Option<String>,
    max_results: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Description {
    #[serde(rename = "DNSTarget")]
    dns_target: String,
    service_arn: String,
    custom_domains: Vec<View>,
    #[serde(rename = "VpcDNSTargets")]
    vpc_dns_targets: [(); 0],
    next_token: Option<String>,
}

/// Lists a service's domains, with the records that AWS looks for.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<Description, Fault> {
    let (endpoint, found) = (call.endpoint, call.clock.after(VALIDATION));
    let service = call.region().apprunner.service_mut(&request.service_arn)?;
    service.domains.values_mut().for_each(|domain| domain.tell(found));
    let limit = request.max_results.unwrap_or(usize::MAX);
    let domains = service.domains.values();
    let page = page(domains, request.next_token.as_deref(), limit, |domain| domain.name.clone())
        .map_err(errors::invalid_token)?;
    Ok(Description {
        dns_target: service.url(endpoint),
        service_arn: service.arn.clone(),
        custom_domains: page.items.into_iter().map(view).collect(),
        vpc_dns_targets: [],
        next_token: page.next,
    })
}

fn answer(service: &Service, domain: &CustomDomain, endpoint: &str) -> Answer {
    Answer {
        dns_target: service.url(endpoint),
        service_arn: service.arn.clone(),
        custom_domain: view(domain),
        vpc_dns_targets: [],
    }
}

fn view(domain: &CustomDomain) -> View {
    let is_known = domain.stage != Stage::Creating;
    let records = domain.records.iter().filter(|_| is_known).map(|(name, value)| Record {
        name: name.clone(),
        kind: "CNAME",
        value: value.clone(),
        status: if domain.is_active() { "SUCCESS" } else { "PENDING_VALIDATION" },
    });
    View {
        domain_name: domain.name.clone(),
        www: domain.www,
        certificate_validation_records: records.collect(),
        status: domain.stage,
    }
}
