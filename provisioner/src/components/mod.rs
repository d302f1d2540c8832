//! The components: well-made defaults that expand to resources, one file each.

pub mod aurora;
pub mod content;
pub mod image;
pub mod network;

pub use crate::definition::component::{Child, Component, Components, Expansion, Input};

/// Every component that YAML may name.
pub fn components() -> Components {
    Components::default()
        .with::<aurora::Aurora>()
        .with::<content::Content>()
        .with::<image::Image>()
        .with::<network::Network>()
}
