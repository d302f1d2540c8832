//! The hub: on, changed, off.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::standard;
use super::state::{Hub, hub};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EnableRequest {
    #[serde(default)]
    tags: BTreeMap<String, String>,
    enable_default_standards: Option<bool>,
    control_finding_generator: Option<String>,
}

/// Switches the hub on, with AWS's default standards unless they are not wanted.
pub(super) fn enable(call: &mut Call<'_>, request: EnableRequest) -> Result<Empty, Fault> {
    if call.region().securityhub.hub.is_some() {
        return Err(errors::already_subscribed());
    }
    let tags = request.tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    let mut new = Hub {
        arn: call.arn("securityhub", "hub/default"),
        subscribed: call.clock.now,
        enables_new_controls: true,
        generator: request.control_finding_generator.unwrap_or_else(|| "SECURITY_CONTROL".into()),
        tags: Tags::new(tags).map_err(errors::tags)?,
        standards: BTreeMap::new(),
        findings: BTreeMap::new(),
    };
    if request.enable_default_standards.unwrap_or(true) {
        let due = call.clock.after(standard::TYPICAL);
        new.standards = standard::defaults(call.region).map(|arn| (arn, due)).collect();
    }
    call.region().securityhub.hub = Some(new);
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    hub_arn: Option<String>,
}

/// The hub.
pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Value, Fault> {
    let hub = hub(call)?;
    match request.hub_arn {
        Some(arn) if arn != hub.arn => Err(errors::resource_not_found(&arn)),
        _ => Ok(json!({
            "HubArn": hub.arn,
            "SubscribedAt": hub.subscribed.to_string(),
            "AutoEnableControls": hub.enables_new_controls,
            "ControlFindingGenerator": hub.generator,
        })),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateRequest {
    auto_enable_controls: Option<bool>,
    control_finding_generator: Option<String>,
}

/// Changes what is sent.
pub(super) fn update(call: &mut Call<'_>, request: UpdateRequest) -> Result<Empty, Fault> {
    let hub = hub(call)?;
    hub.enables_new_controls = request.auto_enable_controls.unwrap_or(hub.enables_new_controls);
    if let Some(generator) = request.control_finding_generator {
        hub.generator = generator;
    }
    Ok(Empty {})
}

#[derive(Deserialize)]
pub(super) struct DisableRequest {}

/// Switches the hub off; its standards and findings go with it.
pub(super) fn disable(call: &mut Call<'_>, _: DisableRequest) -> Result<Empty, Fault> {
    hub(call)?;
    call.region().securityhub.hub = None;
    Ok(Empty {})
}
