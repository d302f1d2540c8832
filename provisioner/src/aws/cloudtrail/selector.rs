//! Which events a trail writes down.

use aws_sdk_cloudtrail::types as cloudtrail;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::Result;

/// Events of some resources, in CloudTrail's older form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventSelector {
    /// `All` (the default), `ReadOnly` or `WriteOnly`.
    #[schemars(extend("enum" = ["All", "ReadOnly", "WriteOnly"]))]
    #[serde(default = "all")]
    pub read_write_type: String,
    /// Whether management events are written: what changes or describes resources. Default `true`.
    #[serde(default = "on")]
    pub include_management_events: bool,
    /// The resources whose data events are written: what reads or changes what is in them. Default:
    /// none; each event costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_resources: Vec<DataResource>,
    /// Services whose management events are left out, e.g. `kms.amazonaws.com`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude_management_event_sources: Vec<String>,
}

/// Resources of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataResource {
    /// `AWS::S3::Object`, `AWS::Lambda::Function` or `AWS::DynamoDB::Table`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Their ARNs, or what these begin with: `arn:aws:s3:::reports/`; `arn:aws:s3` for all.
    pub values: Vec<String>,
}

/// Events whose fields are as said, in CloudTrail's newer form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdvancedEventSelector {
    /// What it is called.
    #[schemars(length(max = 1000))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What holds for the fields; one is `eventCategory`, which equals `Management` or `Data`.
    pub field_selectors: Vec<FieldSelector>,
}

/// What holds for a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldSelector {
    /// E.g. `eventCategory`, `resources.type`, `resources.ARN`, `readOnly`, `eventSource`.
    pub field: String,
    /// It is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equals: Vec<String>,
    /// It begins with one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts_with: Vec<String>,
    /// It ends with one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends_with: Vec<String>,
    /// It is none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_equals: Vec<String>,
    /// It begins with none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_starts_with: Vec<String>,
    /// It ends with none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_ends_with: Vec<String>,
}

fn all() -> String {
    "All".to_owned()
}

const fn on() -> bool {
    true
}

impl Default for EventSelector {
    /// What a trail has that was told nothing: all management events.
    fn default() -> Self {
        Self {
            read_write_type: all(),
            include_management_events: true,
            data_resources: Vec::new(),
            exclude_management_event_sources: Vec::new(),
        }
    }
}

impl EventSelector {
    pub(super) fn request(&self) -> cloudtrail::EventSelector {
        let resources = self.data_resources.iter().map(|it| {
            let values = Some(it.values.clone());
            cloudtrail::DataResource::builder().r#type(&it.kind).set_values(values).build()
        });
        cloudtrail::EventSelector::builder()
            .read_write_type(self.read_write_type.as_str().into())
            .include_management_events(self.include_management_events)
            .set_data_resources(Some(resources.collect()))
            .set_exclude_management_event_sources(Some(
                self.exclude_management_event_sources.clone(),
            ))
            .build()
    }

    pub(super) fn from_aws(selector: &cloudtrail::EventSelector) -> Self {
        let resources = selector.data_resources().iter().map(|it| DataResource {
            kind: it.r#type().unwrap_or_default().to_owned(),
            values: it.values().to_vec(),
        });
        Self {
            read_write_type: selector
                .read_write_type()
                .map_or_else(all, |it| it.as_str().to_owned()),
            include_management_events: selector.include_management_events().unwrap_or(true),
            data_resources: resources.collect(),
            exclude_management_event_sources: selector.exclude_management_event_sources().to_vec(),
        }
    }
}

impl AdvancedEventSelector {
    pub(super) fn request(&self) -> Result<cloudtrail::AdvancedEventSelector> {
        let fields = self.field_selectors.iter().map(FieldSelector::request);
        Ok(cloudtrail::AdvancedEventSelector::builder()
            .set_name(self.name.clone())
            .set_field_selectors(Some(fields.collect::<Result<_>>()?))
            .build()?)
    }

    pub(super) fn from_aws(selector: &cloudtrail::AdvancedEventSelector) -> Self {
        Self {
            name: selector.name().map(str::to_owned),
            field_selectors: selector
                .field_selectors()
                .iter()
                .map(FieldSelector::from_aws)
                .collect(),
        }
    }
}

impl FieldSelector {
    fn request(&self) -> Result<cloudtrail::AdvancedFieldSelector> {
        let some = |values: &[String]| Some(values.to_vec()).filter(|values| !values.is_empty());
        Ok(cloudtrail::AdvancedFieldSelector::builder()
            .field(&self.field)
            .set_equals(some(&self.equals))
            .set_starts_with(some(&self.starts_with))
            .set_ends_with(some(&self.ends_with))
            .set_not_equals(some(&self.not_equals))
            .set_not_starts_with(some(&self.not_starts_with))
            .set_not_ends_with(some(&self.not_ends_with))
            .build()?)
    }

    fn from_aws(selector: &cloudtrail::AdvancedFieldSelector) -> Self {
        Self {
            field: selector.field().to_owned(),
            equals: selector.equals().to_vec(),
            starts_with: selector.starts_with().to_vec(),
            ends_with: selector.ends_with().to_vec(),
            not_equals: selector.not_equals().to_vec(),
            not_starts_with: selector.not_starts_with().to_vec(),
            not_ends_with: selector.not_ends_with().to_vec(),
        }
    }
}
