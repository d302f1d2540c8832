//! What a component is: a well-made default that expands to resources.
//!
//! A component is a struct like a resource's, and a function from it to declarations. It runs
//! before AWS is asked, so it sees the environment and literal values; what only AWS can give
//! passes through it as an [`Input`] that it hands to a child unseen.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::{Environment, interpolate};
use crate::address::Address;
use crate::resource::{Problem, Tags, schema_of};

/// The keyword that marks a schema as that of a reference.
pub(super) const REFERENCE: &str = "x-reference";

/// A component: what YAML may say of it, and what it stands for.
///
/// The struct is the YAML, as with [`crate::resource::Resource`]: every field is documented with
/// its meaning, range and default; optional fields are `Option` with `#[serde(default)]`; unknown
/// fields are denied. `${config.…}`, `${env.…}` and `${each.…}` are replaced before it is parsed.
/// A field that may also refer to another object's output is an [`Input`].
pub trait Component: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// Its name in YAML, without a dot, e.g. `network`.
    const TYPE: &'static str;

    /// What others can refer to, `${main.vpc_id}`: names with their descriptions. One that
    /// [`Self::expand`] does not set is null.
    const OUTPUTS: &'static [(&'static str, &'static str)];

    /// Whether its objects are left on AWS when they leave the YAML, where that does not say.
    const RETAIN: bool = false;

    /// Rules that the schema can't express. Where one is broken, nothing is expanded.
    fn validate(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// Declares the children and the outputs.
    fn expand(&self, scope: &mut Expansion<'_>);
}

/// A value that is written down, or a `${…}` that is known only when AWS has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input<T> {
    /// The value.
    Literal(T),
    /// Text with at least one `${…}`, as it is written.
    Expression(String),
}

impl<T> Input<T> {
    /// The value, where it is written down.
    pub fn literal(&self) -> Option<&T> {
        match self {
            Self::Literal(value) => Some(value),
            Self::Expression(_) => None,
        }
    }
}

impl<T> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Self::Literal(value)
    }
}

impl<T: Serialize> Serialize for Input<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Literal(value) => value.serialize(serializer),
            Self::Expression(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Input<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(text) if interpolate::has_reference(&text) => Ok(Self::Expression(text)),
            json => T::deserialize(json).map(Self::Literal).map_err(D::Error::custom),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Input<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Input_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let literal = generator.subschema_for::<T>();
        json_schema!({
            "anyOf": [literal, { "type": "string", "pattern": r"\$\{", REFERENCE: true }]
        })
    }
}

/// What a component is expanding into.
///
/// Inside the JSON of a child, `${self.vpc.id}` is an output of the child `vpc`,
/// `${self.subnet["a"].id}` one of the child `subnet:a`, and `${self.subnet.*.id}` those of all
/// the children `subnet:…`, in the order of their keys. Literal text that holds `${` arrives, and
/// is written, as `$${`.
pub struct Expansion<'a> {
    environment: &'a Environment,
    address: &'a Address,
    pub(super) children: Vec<Child>,
    pub(super) outputs: IndexMap<String, Json>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Expansion<'a> {
    pub(super) fn new(environment: &'a Environment, address: &'a Address) -> Self {
        Self {
            environment,
            address,
            children: Vec::new(),
            outputs: IndexMap::new(),
            problems: Vec::new(),
        }
    }

    /// The environment: its name, region, prefix, availability zones and configuration.
    pub fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// The component's own address.
    pub fn address(&self) -> &'a Address {
        self.address
    }

    /// Declares a child: its name (`vpc`, or `subnet:a` for one of several), its kind, and its
    /// properties, a JSON object. Properties that are null are left out.
    pub fn resource(
        &mut self,
        name: impl Into<String>,
        kind: &'static str,
        properties: Json,
    ) -> &mut Child {
        self.children.push(Child::new(name.into(), kind, properties));
        let last = self.children.len() - 1;
        &mut self.children[last]
    }

    /// Sets one of [`Component::OUTPUTS`].
    pub fn output(&mut self, name: impl Into<String>, value: Json) {
        self.outputs.insert(name.into(), value);
    }

    /// Reports a rule that shows itself only on expanding, e.g. that there are too few zones.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// A child that a component declares.
#[derive(Debug, Clone)]
pub struct Child {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) properties: Json,
    pub(super) depends_on: Vec<String>,
    pub(super) protect: Option<bool>,
    pub(super) retain: Option<bool>,
    pub(super) timeout: Option<Duration>,
    pub(super) tags: Tags,
    pub(super) source: Option<String>,
}

impl Child {
    fn new(name: String, kind: &'static str, properties: Json) -> Self {
        Self {
            name,
            kind,
            properties,
            depends_on: Vec::new(),
            protect: None,
            retain: None,
            timeout: None,
            tags: Tags::new(),
            source: None,
        }
    }

    /// Other children that must be ready before it, without being referred to: `route`,
    /// `subnet:a`, or `subnet` for all the children `subnet:…`.
    pub fn depends_on<N: Into<String>>(&mut self, names: impl IntoIterator<Item = N>) -> &mut Self {
        self.depends_on.extend(names.into_iter().map(Into::into));
        self
    }

    /// Refuse to delete or replace it, whatever the component's own `protect` says.
    pub fn protect(&mut self, protect: bool) -> &mut Self {
        self.protect = Some(protect);
        self
    }

    /// Leave it on AWS when it is taken out, whatever the component's own `retain` says.
    pub fn retain(&mut self, retain: bool) -> &mut Self {
        self.retain = Some(retain);
        self
    }

    /// The longest that its creation, change or deletion may take.
    pub fn timeout(&mut self, timeout: Duration) -> &mut Self {
        self.timeout = Some(timeout);
        self
    }

    /// Adds a tag to the component's own and the environment's.
    pub fn tag(&mut self, key: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    /// The component's property that it comes from, e.g. `proxy` or `public_subnets.0`: errors
    /// point there, instead of at the component as a whole.
    pub fn from(&mut self, property: impl Into<String>) -> &mut Self {
        self.source = Some(property.into());
        self
    }
}

/// A [`Component`] with its types erased.
pub trait ErasedComponent: Send + Sync {
    /// Its name in YAML.
    fn name(&self) -> &'static str;
    /// JSON Schema of its properties.
    fn schema(&self) -> &Json;
    /// The outputs' names and descriptions.
    fn outputs(&self) -> &'static [(&'static str, &'static str)];
    /// See [`Component::RETAIN`].
    fn retains(&self) -> bool;
    /// See [`Component::expand`]. Problems are left in the scope.
    fn expand(&self, properties: &Json, scope: &mut Expansion<'_>);
}

struct Erased<C> {
    schema: Json,
    component: PhantomData<fn() -> C>,
}

impl<C: Component> ErasedComponent for Erased<C> {
    fn name(&self) -> &'static str {
        C::TYPE
    }

    fn schema(&self) -> &Json {
        &self.schema
    }

    fn outputs(&self) -> &'static [(&'static str, &'static str)] {
        C::OUTPUTS
    }

    fn retains(&self) -> bool {
        C::RETAIN
    }

    fn expand(&self, properties: &Json, scope: &mut Expansion<'_>) {
        match serde_path_to_error::deserialize::<_, C>(properties) {
            Ok(component) => {
                scope.problems = component.validate();
                if scope.problems.is_empty() {
                    component.expand(scope);
                }
            }
            Err(error) => {
                let path = error.path().to_string();
                let path = if path == "." { String::new() } else { path };
                scope.problem(Problem::at(path, format!("{}.", error.inner())));
            }
        }
    }
}

/// The components that a definition may name.
#[derive(Clone, Default)]
pub struct Components(BTreeMap<&'static str, Arc<dyn ErasedComponent>>);

impl Components {
    /// Adds a component.
    #[must_use]
    pub fn with<C: Component>(mut self) -> Self {
        let erased = Erased::<C> { schema: schema_of::<C>(), component: PhantomData };
        self.0.insert(C::TYPE, Arc::new(erased));
        self
    }

    /// The component of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn ErasedComponent>> {
        self.0.get(name)
    }

    /// All components, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn ErasedComponent>> {
        self.0.values()
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}
