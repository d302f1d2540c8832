//! Kinds and a component that exist only to be defined: small, and with one of everything.

use std::collections::BTreeMap;

use provisioner::aws::{Context, Error};
use provisioner::components::{Component, Components, Expansion, Input};
use provisioner::resource::{
    Change, Created, Deleted, Id, Kinds, Live, Owner, Problem, Resource, Result,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A network.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Its range.
    pub range: String,
    /// Whether it has names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<bool>,
}

/// What others can refer to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NetworkOutputs {
    /// Its id.
    pub id: String,
    /// Its ranges.
    pub ranges: Vec<String>,
    /// How many addresses it has.
    pub size: u32,
}

/// How a host boots.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Boot {
    /// From a disk.
    Disk,
    /// From the network.
    Network,
}

/// A rule.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The port.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// From where.
    pub from: Vec<String>,
}

/// A host.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// The network that it is in.
    pub network: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 8), regex(pattern = "^[a-z-]+$"))]
    pub name: Option<String>,
    /// How large it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 64))]
    pub size: Option<u32>,
    /// How it boots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<Boot>,
    /// Who may reach it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<serde_json::Value>,
}

/// What others can refer to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HostOutputs {
    /// Its id.
    pub id: String,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

macro_rules! declared_only {
    ($spec:ty, $kind:literal, $outputs:ty, $validate:expr) => {
        impl Resource for $spec {
            const KIND: &'static str = $kind;
            type Outputs = $outputs;

            fn validate(&self) -> Vec<Problem> {
                let validate: fn(&Self) -> Vec<Problem> = $validate;
                validate(self)
            }

            async fn read(_: &Context, _: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
                Err(Error::invalid("only declared"))
            }

            async fn find(&self, _: &Context, _: &Owner) -> Result<Vec<Id>> {
                Err(Error::invalid("only declared"))
            }

            async fn create(&self, _: &Context, _: &Owner) -> Result<Created<$outputs>> {
                Err(Error::invalid("only declared"))
            }

            async fn update(&self, _: &Context, _: &Id, _: &Change<Self>) -> Result<()> {
                Err(Error::invalid("only declared"))
            }

            async fn delete(&self, _: &Context, _: &Id) -> Result<Deleted> {
                Err(Error::invalid("only declared"))
            }
        }
    };
}

declared_only!(Network, "test.network", NetworkOutputs, |network| {
    if network.range.contains('/') {
        return Vec::new();
    }
    vec![Problem::at("range", "A range has a prefix length.").hint("write 10.0.0.0/16")]
});

declared_only!(Host, "test.host", HostOutputs, |host| {
    let twice = host.rules.iter().enumerate().filter(|(_, rule)| rule.from.is_empty());
    twice.map(|(index, _)| Problem::at(format!("rules.{index}.from"), "Nobody may.")).collect()
});

/// A network with hosts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The network's range.
    pub range: String,
    /// How many hosts there are in each zone.
    #[serde(default)]
    #[schemars(range(max = 9))]
    pub hosts: Option<u8>,
    /// Who may reach them.
    #[serde(default)]
    pub from: Option<Input<Vec<Input<String>>>>,
    /// How large they are.
    #[serde(default)]
    pub size: Option<Input<u32>>,
}

impl Component for Site {
    const TYPE: &'static str = "site";
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("network_id", "The network's id."),
        ("hosts", "The hosts' ids."),
        ("gateway", "The gateway's address, where there is one."),
    ];

    fn validate(&self) -> Vec<Problem> {
        match self.range.as_str() {
            "0.0.0.0/0" => vec![Problem::at("range", "That is the whole internet.")],
            _ => Vec::new(),
        }
    }

    fn expand(&self, scope: &mut Expansion<'_>) {
        let network = json!({ "range": self.range, "names": null });
        scope.resource("network", "test.network", network).from("range").protect(true);
        let zones = scope.environment().availability_zones();
        for (zone, index) in
            zones.iter().flat_map(|z| (0..self.hosts.unwrap_or(1)).map(move |i| (z, i)))
        {
            let rules = self.from.as_ref().map(|from| json!([{ "port": 22, "from": from }]));
            let host = json!({
                "network": "${self.network.id}",
                "size": self.size,
                "rules": rules,
                "labels": { "zone": zone, "note": "costs $${much}" },
            });
            scope
                .resource(format!("host:{zone}-{index}"), "test.host", host)
                .from("size")
                .tag("zone", zone);
        }
        scope.output("network_id", json!("${self.network.id}"));
        scope.output("hosts", json!("${self.host.*.id}"));
    }
}

pub fn kinds() -> Kinds {
    Kinds::default().with_resource::<Network>().with_resource::<Host>()
}

pub fn components() -> Components {
    Components::default().with::<Site>()
}
