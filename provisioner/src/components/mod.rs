//! The components: well-made defaults that expand to resources, one file each.

pub mod aurora;
pub mod compliance;
pub mod content;
pub mod image;
pub mod network;
pub mod observability;
pub mod service;
pub mod site;

use serde_json::Value as Json;

pub use crate::definition::component::{Child, Component, Components, Expansion, Input};

/// Every component that YAML may name.
pub fn components() -> Components {
    Components::default()
        .with::<aurora::Aurora>()
        .with::<compliance::Compliance>()
        .with::<content::Content>()
        .with::<image::Image>()
        .with::<network::Network>()
        .with::<observability::Observability>()
        .with::<service::Service>()
        .with::<site::Site>()
}

/// A nested object without the fields that are not set.
fn without_nulls(mut object: Json) -> Json {
    if let Json::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    object
}
