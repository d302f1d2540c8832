//! `apprunner.custom_domain`: a name of one's own for a service.

use aws_sdk_apprunner::types as apprunner;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// A name under which a service answers. Its DNS belongs to somebody else: the outputs say which
/// records have to be there, and the name works some minutes after they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomDomain {
    /// The ARN of the service. A change replaces.
    #[schemars(regex(pattern = r"^arn:"))]
    pub service_arn: String,
    /// The name: `example.com`, `api.example.com` or `*.example.com`. A change replaces.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^(\*\.)?([a-z0-9-]+\.)+[a-z]{2,}$"))]
    pub domain_name: String,
    /// Whether `www.` before the name leads to the service as well. Default `false`. A change
    /// replaces.
    #[serde(default)]
    pub enable_www_subdomain: bool,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Where the name has to lead: the value of a CNAME or an alias.
    pub dns_target: String,
    /// The records that prove to AWS that the name is yours.
    pub validation_records: Vec<Record>,
}

/// A record that has to be in the DNS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// `CNAME`.
    pub r#type: String,
    /// What it says.
    pub value: String,
}

impl Resource for CustomDomain {
    const KIND: &'static str = "apprunner.custom_domain";
    const TRAITS: Traits = Traits {
        immutable: &["service_arn", "domain_name", "enable_www_subdomain"],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |id| read_one(cx, id)).await
    }

    async fn find(&self, cx: &Context, _: &Owner) -> Result<Vec<Id>> {
        let found = read_one(cx, self.id().as_str()).await?;
        Ok(found.map(|_| self.id()).into_iter().collect())
    }

    async fn create(&self, cx: &Context, _: &Owner) -> Result<Created<Outputs>> {
        cx.clients
            .apprunner()
            .associate_custom_domain()
            .service_arn(&self.service_arn)
            .domain_name(&self.domain_name)
            .enable_www_subdomain(self.enable_www_subdomain)
            .send()
            .await?;
        // The records are known only later.
        Ok(Created::pending(self.id()))
    }

    async fn update(&self, _: &Context, _: &Id, _: &Change<Self>) -> Result<()> {
        Ok(())
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let Some([service, name]) = id.parts() else { return Ok(Deleted::Gone) };
        let request = cx.clients.apprunner().disassociate_custom_domain();
        let request = request.service_arn(service).domain_name(name);
        let answer = request.send().await.map_err(Error::from);
        Ok(Error::optional(answer)?.map_or(Deleted::Gone, |_| Deleted::Pending))
    }
}

impl CustomDomain {
    fn id(&self) -> Id {
        Id(format!("{}|{}", self.service_arn, self.domain_name))
    }
}

async fn read_one(cx: &Context, id: &str) -> Result<Option<Live<CustomDomain>>> {
    let Some((service, name)) = id.split_once('|') else { return Ok(None) };
    let request = cx.clients.apprunner().describe_custom_domains().service_arn(service);
    let pages = request.into_paginator().send().try_collect().await.map_err(Error::from);
    for page in Error::optional(pages)?.unwrap_or_default() {
        if let Some(found) = page.custom_domains.iter().find(|one| one.domain_name == name) {
            return Ok(Some(live(service, &page.dns_target, found)));
        }
    }
    Ok(None)
}

fn live(service: &str, target: &str, found: &apprunner::CustomDomain) -> Live<CustomDomain> {
    let records = found.certificate_validation_records().iter();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Live {
        spec: CustomDomain {
            service_arn: service.to_owned(),
            domain_name: found.domain_name.clone(),
            enable_www_subdomain: found.enable_www_subdomain,
        },
        outputs: Outputs {
            dns_target: target.to_owned(),
            validation_records: records
                .map(|record| Record {
                    name: text(record.name()),
                    r#type: text(record.r#type()),
                    value: text(record.value()),
                })
                .collect(),
        },
        tags: None,
        status: status(found.status.as_str()),
    }
}

/// AWS writes the states small, other than its model says. One that waits for records is ready:
/// they may be made from its outputs.
fn status(word: &str) -> Status {
    match word.to_ascii_lowercase().as_str() {
        "active" | "binding_certificate" | "pending_certificate_dns_validation" => Status::Ready,
        "create_failed" | "delete_failed" => Status::Failed(word.to_ascii_uppercase()),
        other => Status::Working(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_waits_for_its_records_is_ready() {
        assert_eq!(status("pending_certificate_dns_validation"), Status::Ready);
        assert_eq!(status("creating"), Status::Working("creating".to_owned()));
        assert_eq!(status("create_failed"), Status::Failed("CREATE_FAILED".to_owned()));
    }
}
