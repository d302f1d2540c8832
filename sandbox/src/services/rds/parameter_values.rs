//! The parameters of a group: described, modified and reset.

use serde::{Deserialize, Serialize};

use super::errors;
use super::listing::{Criterion, Listing};
use super::parameter_group::{ApplyMethod, Setting, find, find_mut};
use super::parameters::{self, Definition};
use crate::call::Call;
use crate::fault::Fault;

/// AWS changes so many parameters in one request.
const MOST_CHANGES: usize = 20;

/// A parameter in a request to modify or reset a group.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    parameter_name: Option<String>,
    parameter_value: Option<String>,
    apply_method: Option<ApplyMethod>,
}

impl Change {
    /// The parameter, and how the change is to be applied. A static one waits for a reboot.
    fn resolve(&self) -> Result<(&'static Definition, ApplyMethod), Fault> {
        let name = self.parameter_name.as_deref().unwrap_or_default();
        let definition = parameters::find(name)?;
        let method = self.apply_method.ok_or_else(|| {
            errors::invalid_combination(format!("An ApplyMethod is required for {name}."))
        })?;
        if definition.is_static && method == ApplyMethod::Immediate {
            return Err(errors::invalid_combination(
                "cannot use immediate apply method for static parameter",
            ));
        }
        Ok((definition, method))
    }

    /// The new setting of a parameter that the family has.
    fn setting(&self, family: &str) -> Result<(String, Setting), Fault> {
        let (definition, method) = self.resolve()?;
        if !parameters::of_family(family).any(|known| known.name == definition.name) {
            return Err(errors::unknown_parameter(definition.name));
        }
        let value = self.parameter_value.clone().ok_or_else(|| {
            errors::invalid_value(format!("A value is required for {}.", definition.name))
        })?;
        definition.check(&value)?;
        Ok((definition.name.to_owned(), Setting { value, method }))
    }
}

fn check_count(changes: &[Change]) -> Result<(), Fault> {
    if (1..=MOST_CHANGES).contains(&changes.len()) {
        return Ok(());
    }
    Err(errors::invalid_value(format!(
        "Between 1 and {MOST_CHANGES} parameters can be changed in one request."
    )))
}

#[derive(Debug, Deserialize)]
pub(super) struct ModifyRequest {
    #[serde(rename = "DBClusterParameterGroupName")]
    name: String,
    #[serde(rename = "Parameters")]
    parameters: Vec<Change>,
}

#[derive(Debug, Serialize)]
pub(super) struct Named {
    #[serde(rename = "DBClusterParameterGroupName")]
    name: String,
}

pub(super) fn modify(call: &mut Call<'_>, request: ModifyRequest) -> Result<Named, Fault> {
    check_count(&request.parameters)?;
    let group = find_mut(call, &request.name, "modified")?;
    let (name, family) = (group.name.clone(), group.family.clone());
    let settings: Vec<_> = request
        .parameters
        .iter()
        .map(|change| change.setting(&family))
        .collect::<Result<_, _>>()?;
    let changed: Vec<_> = settings
        .into_iter()
        .filter(|(name, setting)| group.values.get(name) != Some(setting))
        .collect();
    let reboot = changed.iter().any(|(_, setting)| setting.method == ApplyMethod::PendingReboot);
    group.values.extend(changed);
    if reboot {
        call.region().rds.await_reboot(&name);
    }
    Ok(Named { name })
}

#[derive(Debug, Deserialize)]
pub(super) struct ResetRequest {
    #[serde(rename = "DBClusterParameterGroupName")]
    name: String,
    #[serde(rename = "ResetAllParameters", default)]
    all: bool,
    #[serde(rename = "Parameters", default)]
    parameters: Vec<Change>,
}

pub(super) fn reset(call: &mut Call<'_>, request: ResetRequest) -> Result<Named, Fault> {
    if request.all != request.parameters.is_empty() {
        return Err(errors::invalid_combination(
            "Either ResetAllParameters or Parameters must be specified, and not both.",
        ));
    }
    if !request.all {
        check_count(&request.parameters)?;
    }
    let group = find_mut(call, &request.name, "reset")?;
    let name = group.name.clone();
    let mut resets = Vec::new();
    for change in &request.parameters {
        let (definition, method) = change.resolve()?;
        resets.push((definition.name.to_owned(), method));
    }
    if request.all {
        // AWS: dynamic parameters are reset at once, static ones at the next reboot.
        resets = group.values.keys().map(|name| (name.clone(), reset_method(name))).collect();
    }
    let mut reboot = false;
    for (parameter, method) in resets {
        let was_set = group.values.remove(&parameter).is_some();
        reboot |= was_set && method == ApplyMethod::PendingReboot;
    }
    if reboot {
        call.region().rds.await_reboot(&name);
    }
    Ok(Named { name })
}

fn reset_method(name: &str) -> ApplyMethod {
    match parameters::find(name) {
        Ok(definition) if !definition.is_static => ApplyMethod::Immediate,
        _ => ApplyMethod::PendingReboot,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ParametersRequest {
    #[serde(rename = "DBClusterParameterGroupName")]
    name: String,
    #[serde(rename = "Source")]
    source: Option<String>,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
pub(super) struct Parameters {
    #[serde(rename = "Parameters")]
    parameters: Vec<Parameter>,
    #[serde(rename = "Marker", skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

/// A parameter in AWS's description of a group.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Parameter {
    parameter_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter_value: Option<String>,
    description: &'static str,
    source: &'static str,
    apply_type: &'static str,
    data_type: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    allowed_values: &'static str,
    is_modifiable: bool,
    apply_method: ApplyMethod,
    supported_engine_modes: [&'static str; 1],
}

impl Parameter {
    /// A parameter as it is in a group; without a setting, as the engine has it.
    pub(super) fn new(definition: &'static Definition, setting: Option<&Setting>) -> Self {
        let value = setting.map(|setting| setting.value.as_str()).or(definition.default);
        Self {
            parameter_name: definition.name,
            parameter_value: value.map(str::to_owned),
            description: definition.description,
            source: if setting.is_some() { "user" } else { "engine-default" },
            apply_type: definition.apply_type(),
            data_type: definition.data_type,
            allowed_values: definition.allowed,
            is_modifiable: true,
            apply_method: setting.map_or(ApplyMethod::PendingReboot, |setting| setting.method),
            supported_engine_modes: ["provisioned"],
        }
    }
}

const FILTERS: &[Criterion<Parameter>] =
    &[("parameter-name", |parameter| vec![parameter.parameter_name])];

pub(super) fn describe(
    call: &mut Call<'_>,
    request: ParametersRequest,
) -> Result<Parameters, Fault> {
    let group = find(call, &request.name)
        .ok_or_else(|| errors::parameter_group_not_found(&request.name))?;
    let mut all: Vec<Parameter> = parameters::of_family(&group.family)
        .map(|definition| Parameter::new(definition, group.values.get(definition.name)))
        .collect();
    match request.source.as_deref() {
        None => {}
        Some(source @ ("user" | "engine-default" | "system")) => {
            all.retain(|parameter| parameter.source == source);
        }
        Some(other) => {
            return Err(errors::invalid_value(format!("Invalid parameter source: {other}")));
        }
    }
    let kept: Vec<&str> =
        request.listing.select(&all, FILTERS)?.iter().map(|kept| kept.parameter_name).collect();
    all.retain(|parameter| kept.contains(&parameter.parameter_name));
    let page = request.listing.page(all, |parameter| parameter.parameter_name.to_owned())?;
    Ok(Parameters { parameters: page.items, marker: page.next })
}
