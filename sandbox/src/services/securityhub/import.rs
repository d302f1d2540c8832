//! Findings from outside: checked, completed as AWS does, and told of.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::state::{hub, key};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::events::{Happening, tell};

/// How many findings a call may bring.
const LIMIT: usize = 100;
const SCHEMA: &str = "2018-10-08";
/// What customers set, which an import does not change.
const CUSTOMERS: [&str; 5] =
    ["Note", "UserDefinedFields", "VerificationState", "Workflow", "WorkflowState"];
/// AWS's severities and the numbers that stand for them.
const SEVERITIES: [(&str, u64); 5] =
    [("INFORMATIONAL", 0), ("LOW", 1), ("MEDIUM", 40), ("HIGH", 70), ("CRITICAL", 90)];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ImportRequest {
    findings: Vec<Value>,
}

/// Imports findings or updates what was imported; each is taken or refused by itself.
pub(super) fn import(call: &mut Call<'_>, request: ImportRequest) -> Result<Value, Fault> {
    hub(call)?;
    if !(1..=LIMIT).contains(&request.findings.len()) {
        return Err(errors::invalid(format!("Findings must be 1 to {LIMIT}.")));
    }
    let count = request.findings.len();
    let mut failed = Vec::new();
    for finding in request.findings {
        match check(call, &finding) {
            Ok(()) => keep(call, finding)?,
            Err(reason) => failed.push(json!({
                "Id": finding["Id"],
                "ErrorCode": "InvalidInput",
                "ErrorMessage": reason,
            })),
        }
    }
    Ok(json!({
        "SuccessCount": count - failed.len(),
        "FailedCount": failed.len(),
        "FailedFindings": failed,
    }))
}

/// AWS's rules for what customers import, with their account's own product.
fn check(call: &Call<'_>, finding: &Value) -> Result<(), String> {
    let product = call.arn("securityhub", &format!("product/{}/default", call.account));
    for (name, wanted) in [
        ("SchemaVersion", SCHEMA),
        ("AwsAccountId", call.account),
        ("ProductArn", product.as_str()),
    ] {
        if finding[name] != wanted {
            return Err(format!("Invalid parameter '{name}'. Must be '{wanted}'."));
        }
    }
    for (name, most) in [("Id", 512), ("GeneratorId", 512), ("Title", 256), ("Description", 1024)] {
        let length = finding[name].as_str().unwrap_or_default().chars().count();
        if !(1..=most).contains(&length) {
            return Err(format!("Invalid parameter '{name}'. Must be 1 to {most} characters."));
        }
    }
    for name in ["CreatedAt", "UpdatedAt", "FirstObservedAt", "LastObservedAt"] {
        let is_moment =
            |value: &Value| value.as_str().is_some_and(|it| it.parse::<Timestamp>().is_ok());
        if finding.get(name).is_some_and(|value| !is_moment(value)) {
            return Err(format!("Invalid parameter '{name}'. Must be a timestamp of RFC 3339."));
        }
    }
    if !(1..=32).contains(&finding["Resources"].as_array().map_or(0, Vec::len)) {
        return Err("Invalid parameter 'Resources'. Must be 1 to 32.".to_owned());
    }
    if severity(finding).is_none() {
        return Err("Severity.Label or Severity.Normalized is required.".to_owned());
    }
    Ok(())
}

/// A finding's severity: AWS takes a label, or a number of 0 to 100.
fn severity(finding: &Value) -> Option<(&'static str, u64)> {
    let given = match &finding["FindingProviderFields"]["Severity"] {
        Value::Null => &finding["Severity"],
        severity => severity,
    };
    if let Some(label) = given["Label"].as_str() {
        return SEVERITIES.into_iter().find(|(name, _)| *name == label);
    }
    let number = given["Normalized"].as_u64().filter(|number| *number <= 100)?;
    let (label, _) = SEVERITIES.into_iter().rev().find(|(_, least)| *least <= number)?;
    Some((label, number))
}

/// Puts a finding in place of its former form, of which the customer's own words stay.
fn keep(call: &mut Call<'_>, mut finding: Value) -> Result<(), Fault> {
    complete(call, &mut finding);
    let text = |name: &str| finding[name].as_str().unwrap_or_default();
    let key = key(text("ProductArn"), text("Id"));
    let former = hub(call)?.findings.get(&key).cloned();
    for name in CUSTOMERS {
        let kept = former.as_ref().and_then(|former| former.get(name)).cloned();
        finding[name] = kept.unwrap_or_else(|| match name {
            "Workflow" => json!({ "Status": "NEW" }),
            "WorkflowState" => json!("NEW"),
            _ => Value::Null,
        });
    }
    hub(call)?.findings.insert(key, finding.clone());
    announce(call, finding);
    Ok(())
}

/// Adds what AWS adds.
fn complete(call: &Call<'_>, finding: &mut Value) {
    if let Some((label, number)) = severity(finding) {
        let mut full = finding["Severity"].as_object().cloned().unwrap_or_default();
        full.insert("Label".to_owned(), json!(label));
        full.insert("Normalized".to_owned(), json!(number));
        finding["Severity"] = Value::Object(full);
    }
    if let Some(types) = finding["FindingProviderFields"].get("Types").cloned() {
        finding["Types"] = types;
    }
    let usual = [
        ("RecordState", "ACTIVE"),
        ("ProductName", "Default"),
        ("CompanyName", "Personal"),
        ("Region", call.region),
    ];
    for (name, value) in usual {
        if finding.get(name).is_none_or(Value::is_null) {
            finding[name] = json!(value);
        }
    }
    finding["ProcessedAt"] = json!(call.clock.now.to_string());
}

/// AWS tells EventBridge of every finding that is new or changed.
pub(super) fn announce(call: &mut Call<'_>, finding: Value) {
    let happening = Happening {
        source: "aws.securityhub",
        detail_type: "Security Hub Findings - Imported",
        account: call.account.to_owned(),
        region: call.region.to_owned(),
        resources: finding["Id"].as_str().map(str::to_owned).into_iter().collect(),
        detail: json!({ "findings": [finding] }),
        time: call.clock.now,
    };
    tell(call.region(), happening);
}
