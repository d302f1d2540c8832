//! `acm.certificate`: a certificate for a name, proven by records in DNS.
//!
//! It is ready when it is issued. Until the records that ACM asks for are found in DNS, what is
//! waited for names them; ACM looks for three days.

use aws_sdk_acm::Client;
use aws_sdk_acm::types as acm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::read::one_by_one;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status,
    TagChange, Tags, Traits,
};

/// A certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The name that it is for, e.g. `www.example.com` or `*.example.com`. A change replaces.
    #[schemars(
        length(min = 3, max = 253),
        regex(pattern = r"^(\*\.)?([a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}$")
    )]
    pub domain_name: String,
    /// Further names, at most nine unless AWS allows the account more. Default: none. A change
    /// replaces.
    #[schemars(
        length(max = 99),
        inner(regex(pattern = r"^(\*\.)?([a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}$"))
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_alternative_names: Option<Vec<String>>,
    /// What its key is. Default `RSA_2048`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_algorithm: Option<KeyAlgorithm>,
    /// The region that it is kept in. CloudFront takes those of `us-east-1`. Default: the
    /// environment's. A change replaces.
    #[schemars(regex(pattern = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// What a certificate's key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum KeyAlgorithm {
    /// RSA of 2048 bits, which everything understands.
    #[serde(rename = "RSA_2048")]
    Rsa2048,
    /// RSA of 3072 bits, which CloudFront does not take.
    #[serde(rename = "RSA_3072")]
    Rsa3072,
    /// RSA of 4096 bits.
    #[serde(rename = "RSA_4096")]
    Rsa4096,
    /// The elliptic curve P-256.
    #[serde(rename = "EC_prime256v1")]
    P256,
    /// The elliptic curve P-384, which CloudFront does not take.
    #[serde(rename = "EC_secp384r1")]
    P384,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// The records that prove its names, which must stay in DNS for it to be renewed.
    pub validation_records: Vec<ValidationRecord>,
}

/// A record that proves a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValidationRecord {
    /// The name that it proves.
    pub domain_name: String,
    /// What the record is called.
    pub name: String,
    /// `CNAME`
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    pub value: String,
}

impl Resource for Certificate {
    const KIND: &'static str = "acm.certificate";
    const TRAITS: Traits = Traits {
        immutable: &["domain_name", "subject_alternative_names", "key_algorithm", "region"],
        compare: &[("subject_alternative_names", Compare::Set)],
        create_first: true,
        create_time: std::time::Duration::from_secs(180),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut names = vec![&self.domain_name];
        let mut problems = Vec::new();
        for (index, name) in self.subject_alternative_names.iter().flatten().enumerate() {
            if names.contains(&name) {
                let message = format!("`{name}` is there already.");
                let path = format!("subject_alternative_names.{index}");
                problems.push(Problem::at(path, message));
            }
            names.push(name);
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |arn| read_one(cx, arn)).await
    }

    /// Of the certificates for the name, those with the owner's tags.
    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let client = self.client(cx);
        // ACM lists those of RSA with 2048 bits alone unless it is told.
        let all = acm::KeyAlgorithm::values().iter().map(|it| acm::KeyAlgorithm::from(*it));
        let all = acm::Filters::builder().set_key_types(Some(all.collect())).build();
        let mut pages = client.list_certificates().includes(all).into_paginator().send();
        let mut ours = Vec::new();
        while let Some(page) = pages.next().await {
            let list = page?.certificate_summary_list.unwrap_or_default().into_iter();
            let named = list.filter(|it| it.domain_name() == Some(&self.domain_name));
            for arn in named.filter_map(|it| it.certificate_arn) {
                if owner.owns(&list_tags(&client, &arn).await?.unwrap_or_default()) {
                    ours.push(Id(arn));
                }
            }
        }
        Ok(ours)
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let answer = self
            .client(cx)
            .request_certificate()
            .domain_name(&self.domain_name)
            .set_subject_alternative_names(self.subject_alternative_names.clone())
            .validation_method(acm::ValidationMethod::Dns)
            .idempotency_token(idempotency_token(&owner.token))
            .set_key_algorithm(self.key_algorithm.map(|it| word(&it).as_str().into()))
            .set_tags(Some(to_tags(&owner.tags)?))
            .send()
            .await?;
        let arn = answer.certificate_arn;
        let arn = arn.ok_or_else(|| Error::missing("acm:RequestCertificate", "CertificateArn"))?;
        Ok(Created::pending(arn))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(&client(cx, id.as_str()), id.as_str(), &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = client(cx, id.as_str()).delete_certificate().certificate_arn(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        let found = describe(&client(cx, id.as_str()), id.as_str()).await?;
        Ok(found.and_then(|detail| detail.in_use_by).unwrap_or_default())
    }
}

impl Certificate {
    fn client(&self, cx: &Context) -> Client {
        cx.clients.acm_in(self.region.as_deref().unwrap_or(&cx.region))
    }
}

/// The client of the region that an ARN names.
fn client(cx: &Context, arn: &str) -> Client {
    cx.clients.acm_in(region_of(arn).unwrap_or(&cx.region))
}

fn region_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(3).filter(|region| !region.is_empty())
}

/// ACM takes letters, digits and `_`, at most 32.
fn idempotency_token(token: &str) -> String {
    token.chars().filter(char::is_ascii_alphanumeric).take(32).collect()
}

async fn describe(client: &Client, arn: &str) -> Result<Option<acm::CertificateDetail>> {
    let answer = client.describe_certificate().certificate_arn(arn).send().await;
    Ok(Error::optional(answer.map_err(Error::from))?.and_then(|answer| answer.certificate))
}

async fn read_one(cx: &Context, arn: &str) -> Result<Option<Live<Certificate>>> {
    let client = client(cx, arn);
    let (found, tags) = futures::try_join!(describe(&client, arn), list_tags(&client, arn))?;
    Ok(found.map(|detail| live(arn, detail, tags.unwrap_or_default())))
}

fn live(arn: &str, detail: acm::CertificateDetail, tags: Tags) -> Live<Certificate> {
    let status = status(&detail);
    let outputs = Outputs { arn: arn.to_owned(), validation_records: records(&detail) };
    let domain_name = detail.domain_name.unwrap_or_default();
    let mut names = detail.subject_alternative_names.unwrap_or_default();
    // ACM counts the name itself as one of them.
    names.retain(|name| *name != domain_name);
    Live {
        spec: Certificate {
            domain_name,
            subject_alternative_names: (!names.is_empty()).then_some(names),
            key_algorithm: detail.key_algorithm.and_then(|it| algorithm(it.as_str())),
            region: region_of(arn).map(str::to_owned),
        },
        outputs,
        tags: Some(tags),
        status,
    }
}

/// ACM takes `RSA_2048` and gives `RSA-2048`.
fn algorithm(word: &str) -> Option<KeyAlgorithm> {
    from_word(&word.replace("RSA-", "RSA_"))
}

fn records(detail: &acm::CertificateDetail) -> Vec<ValidationRecord> {
    let record = |it: &acm::DomainValidation| {
        let record = it.resource_record()?;
        Some(ValidationRecord {
            domain_name: it.domain_name.clone(),
            name: record.name.clone(),
            kind: record.r#type.as_str().to_owned(),
            value: record.value.clone(),
        })
    };
    detail.domain_validation_options().iter().filter_map(record).collect()
}

fn status(detail: &acm::CertificateDetail) -> Status {
    let word = detail.status().map_or("", |status| status.as_str());
    match word {
        "ISSUED" => Status::Ready,
        "PENDING_VALIDATION" => Status::Working(match wanted(detail).as_str() {
            "" => word.to_owned(),
            records => format!("{word}: DNS needs {records}"),
        }),
        _ => Status::Failed(match detail.failure_reason() {
            Some(reason) => format!("{word}: {}", reason.as_str()),
            None => word.to_owned(),
        }),
    }
}

/// The records that are still looked for. A wildcard shares the record of its parent.
fn wanted(detail: &acm::CertificateDetail) -> String {
    let proven = |name: &str| {
        detail.domain_validation_options().iter().any(|it| {
            it.domain_name == name && it.validation_status() == Some(&acm::DomainStatus::Success)
        })
    };
    let missing = records(detail).into_iter().filter(|record| !proven(&record.domain_name));
    let mut missing: Vec<String> =
        missing.map(|it| format!("{} {} {}", it.name, it.kind, it.value)).collect();
    missing.dedup();
    missing.join(", ")
}

async fn list_tags(client: &Client, arn: &str) -> Result<Option<Tags>> {
    let answer = client.list_tags_for_certificate().certificate_arn(arn).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    let tags = answer.map(|answer| answer.tags.unwrap_or_default().into_iter());
    Ok(tags.map(|tags| tags.map(|tag| (tag.key, tag.value.unwrap_or_default())).collect()))
}

async fn sync_tags(client: &Client, arn: &str, change: &TagChange) -> Result<()> {
    if !change.set.is_empty() {
        let tags = Some(to_tags(&change.set)?);
        client.add_tags_to_certificate().certificate_arn(arn).set_tags(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let tag = |key: &String| Ok(acm::Tag::builder().key(key).build()?);
        let tags = change.remove.iter().map(tag).collect::<Result<_>>()?;
        let request = client.remove_tags_from_certificate().certificate_arn(arn);
        request.set_tags(Some(tags)).send().await?;
    }
    Ok(())
}

fn to_tags(tags: &Tags) -> Result<Vec<acm::Tag>> {
    let tag = |(key, value)| Ok(acm::Tag::builder().key(key).value(value).build()?);
    tags.iter().map(tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_as_acm_takes_it() {
        let token = idempotency_token("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
        assert_eq!(token, "6ba7b8109dad11d180b400c04fd430c8");
    }

    #[test]
    fn what_is_waited_for_names_the_record() {
        let record = acm::ResourceRecord::builder()
            .name("_a.example.com.")
            .r#type(acm::RecordType::Cname)
            .value("_b.acm-validations.aws.");
        let validation = acm::DomainValidation::builder()
            .domain_name("example.com")
            .resource_record(record.build().unwrap());
        let pending = acm::CertificateStatus::PendingValidation;
        let detail = acm::CertificateDetail::builder().status(pending);
        let detail = detail.domain_validation_options(validation.build().unwrap()).build();
        let words = "PENDING_VALIDATION: DNS needs _a.example.com. CNAME _b.acm-validations.aws.";
        assert_eq!(status(&detail), Status::Working(words.to_owned()));
    }

    #[test]
    fn a_name_is_there_once() {
        let names = Some(vec!["a.b".to_owned(), "a.b".to_owned()]);
        let certificate = Certificate {
            domain_name: "c.d".to_owned(),
            subject_alternative_names: names,
            ..Certificate::default()
        };
        assert_eq!(certificate.validate()[0].path, "subject_alternative_names.1");
    }

    #[test]
    fn algorithms_have_two_spellings() {
        assert_eq!(algorithm("RSA-2048"), Some(KeyAlgorithm::Rsa2048));
        assert_eq!(algorithm("EC_prime256v1"), Some(KeyAlgorithm::P256));
    }
}
