//! Tells Security Hub what the controls came to, in the AWS Security Finding Format.
//!
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html>

use std::collections::BTreeMap;

use aws_sdk_securityhub::types::{
    AwsSecurityFinding, AwsSecurityFindingFilters, Compliance, ComplianceStatus,
    FindingProviderFields, FindingProviderSeverity, Partition, Recommendation, RecordState,
    Remediation, Resource, SeverityLabel, StringFilter, StringFilterComparison,
};

use super::report::{Object, Report, Test, Tested};
use crate::aws::{Context, Error, partition};
use crate::compliance::assess::Verdict;
use crate::compliance::control::Severity;
use crate::resource::Result;

/// The findings that one call takes.
const BATCH: usize = 100;
const FORMAT: &str = "2018-10-08";
const TYPE: &str = "Software and Configuration Checks/Industry and Regulatory Standards/SOC 2";

/// What became of an import.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// How many findings Security Hub took.
    pub taken: usize,
    /// How many of these are of tests that there are no more: they are archived.
    pub archived: usize,
    /// What it refused, with its reason.
    pub refused: Vec<String>,
}

/// Imports every test that could be made, and archives what an earlier import told of tests that
/// there are no more.
///
/// # Errors
/// When Security Hub refuses a call.
pub async fn import(cx: &Context, report: &Report) -> Result<Imported> {
    let known = earlier(cx, report).await?;
    let made = report.tests().filter(|(_, test)| test.verdict != Verdict::Unknown);
    let mut findings: BTreeMap<String, AwsSecurityFinding> = BTreeMap::new();
    for (control, test) in made {
        let id = id(report, control, test);
        let created = known.get(&id).and_then(|finding| finding.created_at.clone());
        let created = created.unwrap_or_else(|| report.method.ended.to_string());
        findings.insert(id.clone(), finding(cx, report, (control, test), (id, created)));
    }
    let unknown: Vec<String> = report
        .tests()
        .filter(|(_, test)| test.verdict == Verdict::Unknown)
        .map(|(control, test)| id(report, control, test))
        .collect();
    let mut imported = Imported::default();
    for (id, old) in known {
        if findings.contains_key(&id) || unknown.contains(&id) {
            continue;
        }
        imported.archived += 1;
        findings.insert(id, archived(old, report));
    }
    let findings: Vec<AwsSecurityFinding> = findings.into_values().collect();
    for batch in findings.chunks(BATCH) {
        let request = cx.clients.securityhub().batch_import_findings();
        let answer = request.set_findings(Some(batch.to_vec())).send().await?;
        imported.taken += usize::try_from(answer.success_count.unwrap_or_default()).unwrap_or(0);
        for refused in answer.failed_findings.unwrap_or_default() {
            let (id, why) =
                (refused.id.unwrap_or_default(), refused.error_message.unwrap_or_default());
            imported.refused.push(format!("{id}: {why}"));
        }
    }
    Ok(imported)
}

/// The product that an account's own findings belong to.
fn product(cx: &Context) -> String {
    cx.arn("securityhub", &format!("product/{}/default", cx.account))
}

/// What all findings of an environment begin with.
fn prefix(report: &Report) -> String {
    format!("provision/{}/", report.scope.environment)
}

fn id(report: &Report, control: &Tested, test: &Test) -> String {
    format!("{}{}/{}", prefix(report), control.id, test.address)
}

/// The active findings of earlier imports, by id.
async fn earlier(cx: &Context, report: &Report) -> Result<BTreeMap<String, AwsSecurityFinding>> {
    let filter = |comparison: StringFilterComparison, value: &str| {
        StringFilter::builder().comparison(comparison).value(value).build()
    };
    let filters = AwsSecurityFindingFilters::builder()
        .product_arn(filter(StringFilterComparison::Equals, &product(cx)))
        .record_state(filter(StringFilterComparison::Equals, RecordState::Active.as_str()))
        .id(filter(StringFilterComparison::Prefix, &prefix(report)))
        .build();
    let request = cx.clients.securityhub().get_findings().filters(filters).max_results(100);
    let mut pages = request.into_paginator().items().send();
    let mut known = BTreeMap::new();
    while let Some(finding) = pages.next().await {
        let finding = finding.map_err(Error::from)?;
        known.insert(finding.id.clone().unwrap_or_default(), finding);
    }
    Ok(known)
}

fn finding(
    cx: &Context,
    report: &Report,
    (control, test): (&Tested, &Test),
    (id, created): (String, String),
) -> AwsSecurityFinding {
    let now = report.method.ended.to_string();
    let label = match test.verdict {
        Verdict::Pass => SeverityLabel::Informational,
        _ => label(control.severity),
    };
    let severity = FindingProviderSeverity::builder().label(label).build();
    let requirements = control.criteria.iter().map(|criterion| format!("SOC 2 {criterion}"));
    // A test that an exception lets pass is no failure, and no pass.
    let status = match test.verdict {
        Verdict::Pass => ComplianceStatus::Passed,
        _ if test.finding => ComplianceStatus::Failed,
        _ => ComplianceStatus::Warning,
    };
    let compliance =
        Compliance::builder().status(status).set_related_requirements(Some(requirements.collect()));
    let fix = Recommendation::builder().text(cut(&control.fix, 512)).build();
    AwsSecurityFinding::builder()
        .schema_version(FORMAT)
        .id(id)
        .product_arn(product(cx))
        .generator_id(format!("provision/{}", control.id))
        .aws_account_id(&report.scope.account)
        .region(&report.scope.region)
        .created_at(created)
        .updated_at(&now)
        .last_observed_at(now)
        .title(cut(&control.title, 256))
        .description(cut(&format!("{}: {}", test.address, control.expect), 1024))
        .finding_provider_fields(
            FindingProviderFields::builder().severity(severity).types(TYPE).build(),
        )
        .remediation(Remediation::builder().recommendation(fix).build())
        .resources(resource(report, test))
        .compliance(compliance.build())
        .record_state(RecordState::Active)
        .build()
}

/// A finding of a test that there is no more.
fn archived(old: AwsSecurityFinding, report: &Report) -> AwsSecurityFinding {
    let mut finding = old;
    finding.updated_at = Some(report.method.ended.to_string());
    finding.record_state = Some(RecordState::Archived);
    // What customers and Security Hub say of it is theirs.
    finding.workflow = None;
    finding.workflow_state = None;
    finding.note = None;
    finding.user_defined_fields = None;
    finding.verification_state = None;
    finding
}

fn resource(report: &Report, test: &Test) -> Resource {
    let object = report.object(&test.address);
    let name = object.map_or(test.address.as_str(), |it| it.arn.as_deref().unwrap_or(&it.id));
    let partition = Partition::from(partition(&report.scope.region));
    Resource::builder()
        .r#type(object.map_or("Other", resource_type))
        .id(name)
        .partition(partition)
        .region(&report.scope.region)
        .build()
}

/// What Security Hub calls objects of a kind.
/// <https://docs.aws.amazon.com/securityhub/latest/userguide/asff-resources.html>
fn resource_type(object: &Object) -> &'static str {
    match object.kind.as_str() {
        "acm.certificate" => "AwsCertificateManagerCertificate",
        "cloudfront.distribution" => "AwsCloudFrontDistribution",
        "cloudtrail.trail" => "AwsCloudTrailTrail",
        "cloudwatch.alarm" => "AwsCloudWatchAlarm",
        "ec2.eip" => "AwsEc2Eip",
        "ec2.route_table" => "AwsEc2RouteTable",
        "ec2.security_group" => "AwsEc2SecurityGroup",
        "ec2.subnet" => "AwsEc2Subnet",
        "ec2.vpc" => "AwsEc2Vpc",
        "ecr.image" => "AwsEcrContainerImage",
        "ecr.repository" => "AwsEcrRepository",
        "ecs.express_service" => "AwsEcsService",
        "guardduty.detector" => "AwsGuardDutyDetector",
        "iam.role" => "AwsIamRole",
        "kms.key" => "AwsKmsKey",
        "rds.cluster" => "AwsRdsDbCluster",
        "rds.instance" => "AwsRdsDbInstance",
        "s3.bucket" => "AwsS3Bucket",
        "secretsmanager.secret" => "AwsSecretsManagerSecret",
        "sns.topic" => "AwsSnsTopic",
        "wafv2.web_acl" => "AwsWafv2WebAcl",
        _ => "Other",
    }
}

fn label(severity: Severity) -> SeverityLabel {
    match severity {
        Severity::Informational => SeverityLabel::Informational,
        Severity::Low => SeverityLabel::Low,
        Severity::Medium => SeverityLabel::Medium,
        Severity::High => SeverityLabel::High,
        Severity::Critical => SeverityLabel::Critical,
    }
}

/// The first characters of a text: Security Hub refuses longer ones.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
