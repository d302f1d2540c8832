//! Kinds with their types erased to JSON, and the registry of them.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use futures::future::BoxFuture;
use schemars::generate::SchemaSettings;

use super::*;

/// A [`Resource`] with its types erased. Fakes in tests implement it directly.
pub trait Kind: Send + Sync {
    /// Its name in YAML.
    fn name(&self) -> &'static str;
    /// What the engine must know of it.
    fn traits(&self) -> &Traits;
    /// JSON Schema of its properties.
    fn schema(&self) -> &Json;
    /// JSON Schema of its outputs.
    fn outputs_schema(&self) -> &Json;
    /// The properties in canonical form: defaults of the struct filled in, empty options left out.
    ///
    /// # Errors
    /// Every rule that they break. The schema was checked before, so a type error is rare here.
    fn normalize(&self, properties: &Json) -> Result<Json, Vec<Problem>>;
    /// See [`Resource::read`].
    fn read<'a>(
        &'a self,
        cx: &'a Context,
        ids: &'a [Id],
    ) -> BoxFuture<'a, Result<Vec<Option<Observed>>>>;
    /// See [`Resource::find`].
    fn find<'a>(
        &'a self,
        cx: &'a Context,
        properties: &'a Json,
        owner: &'a Owner,
    ) -> BoxFuture<'a, Result<Vec<Id>>>;
    /// See [`Resource::create`].
    fn create<'a>(
        &'a self,
        cx: &'a Context,
        properties: &'a Json,
        owner: &'a Owner,
    ) -> BoxFuture<'a, Result<Created>>;
    /// See [`Resource::update`].
    fn update<'a>(
        &'a self,
        cx: &'a Context,
        id: &'a Id,
        properties: &'a Json,
        change: &'a Change,
    ) -> BoxFuture<'a, Result<()>>;
    /// See [`Resource::confirm`]. `live` is what the object is.
    fn confirm<'a>(
        &'a self,
        _cx: &'a Context,
        _id: &'a Id,
        _properties: &'a Json,
        _live: &'a Json,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
    /// See [`Resource::watch`].
    fn watch(&self, _properties: &Json, _changed: &[String], _outputs: &Json) -> Option<Watch> {
        None
    }
    /// See [`Resource::traffic`].
    fn traffic<'a>(
        &'a self,
        _cx: &'a Context,
        _outputs: &'a Json,
        _since: Timestamp,
    ) -> BoxFuture<'a, Result<Option<Traffic>>> {
        Box::pin(std::future::ready(Ok(None)))
    }
    /// See [`Resource::delete`]. `properties` are what was last applied.
    fn delete<'a>(
        &'a self,
        cx: &'a Context,
        id: &'a Id,
        properties: &'a Json,
    ) -> BoxFuture<'a, Result<Deleted>>;
    /// See [`Resource::loss`]. `properties` are what was last applied.
    fn loss<'a>(
        &'a self,
        _cx: &'a Context,
        _id: &'a Id,
        _properties: &'a Json,
    ) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(std::future::ready(Ok(None)))
    }
    /// See [`Resource::blockers`].
    fn blockers<'a>(&'a self, cx: &'a Context, id: &'a Id) -> BoxFuture<'a, Result<Vec<String>>>;
}

/// A live object as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Its properties as the YAML would write them.
    pub properties: Json,
    /// What others can refer to.
    pub outputs: Json,
    /// Its tags, or `None` where AWS has none for this kind.
    pub tags: Option<Tags>,
    /// Whether it can be used.
    pub status: Status,
}

/// What a creation gave, as JSON.
pub type Created = super::Created<Json>;

/// What to change, as JSON.
pub type Change = super::Change<Json>;

/// The kinds that a definition may name.
#[derive(Clone, Default)]
pub struct Kinds(BTreeMap<&'static str, Arc<dyn Kind>>);

impl Kinds {
    /// Adds a kind.
    #[must_use]
    pub fn with(mut self, kind: Arc<dyn Kind>) -> Self {
        self.0.insert(kind.name(), kind);
        self
    }

    /// Adds a typed kind.
    #[must_use]
    pub fn with_resource<R: Resource>(self) -> Self {
        self.with(erase::<R>())
    }

    /// The kind of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Kind>> {
        self.0.get(name)
    }

    /// All kinds, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Kind>> {
        self.0.values()
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

/// A typed kind as an untyped one.
pub fn erase<R: Resource>() -> Arc<dyn Kind> {
    Arc::new(Erased::<R> {
        schema: schema_of::<R>(),
        outputs_schema: schema_of::<R::Outputs>(),
        resource: PhantomData,
    })
}

struct Erased<R> {
    schema: Json,
    outputs_schema: Json,
    resource: PhantomData<fn() -> R>,
}

/// The schema of a type with its subschemas in place, so that a walker meets no reference.
pub(crate) fn schema_of<T: JsonSchema>() -> Json {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

fn typed<R: Resource>(properties: &Json) -> Result<R> {
    serde_path_to_error::deserialize(properties).map_err(|error| {
        Error::invalid(format!("the properties of {} do not fit: {error}", R::KIND))
    })
}

fn untyped<T: Serialize>(value: &T) -> Result<Json> {
    serde_json::to_value(value)
        .map_err(|error| Error::invalid(format!("a value has no JSON form: {error}")))
}

fn observed<R: Resource>(live: Live<R>) -> Result<Observed> {
    Ok(Observed {
        properties: untyped(&live.spec)?,
        outputs: untyped(&live.outputs)?,
        tags: live.tags,
        status: live.status,
    })
}

impl<R: Resource> Kind for Erased<R> {
    fn name(&self) -> &'static str {
        R::KIND
    }

    fn traits(&self) -> &Traits {
        &R::TRAITS
    }

    fn schema(&self) -> &Json {
        &self.schema
    }

    fn outputs_schema(&self) -> &Json {
        &self.outputs_schema
    }

    fn normalize(&self, properties: &Json) -> Result<Json, Vec<Problem>> {
        let spec: R = serde_path_to_error::deserialize(properties).map_err(|error| {
            let path = error.path().to_string();
            let path = if path == "." { String::new() } else { path };
            vec![Problem::at(path, format!("{}.", error.inner()))]
        })?;
        let problems = spec.validate();
        if !problems.is_empty() {
            return Err(problems);
        }
        untyped(&spec).map_err(|error| vec![Problem::at("", format!("{error}."))])
    }

    fn read<'a>(
        &'a self,
        cx: &'a Context,
        ids: &'a [Id],
    ) -> BoxFuture<'a, Result<Vec<Option<Observed>>>> {
        Box::pin(async move {
            let lives = R::read(cx, ids).await?;
            lives.into_iter().map(|live| live.map(observed::<R>).transpose()).collect()
        })
    }

    fn find<'a>(
        &'a self,
        cx: &'a Context,
        properties: &'a Json,
        owner: &'a Owner,
    ) -> BoxFuture<'a, Result<Vec<Id>>> {
        Box::pin(async move { typed::<R>(properties)?.find(cx, owner).await })
    }

    fn create<'a>(
        &'a self,
        cx: &'a Context,
        properties: &'a Json,
        owner: &'a Owner,
    ) -> BoxFuture<'a, Result<Created>> {
        Box::pin(async move {
            let created = typed::<R>(properties)?.create(cx, owner).await?;
            let outputs = created.outputs.as_ref().map(untyped).transpose()?;
            Ok(Created { id: created.id, outputs, unfinished: created.unfinished })
        })
    }

    fn update<'a>(
        &'a self,
        cx: &'a Context,
        id: &'a Id,
        properties: &'a Json,
        change: &'a Change,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let change = super::Change {
                before: typed::<R>(&change.before)?,
                properties: change.properties.clone(),
                tags: change.tags.clone(),
            };
            typed::<R>(properties)?.update(cx, id, &change).await
        })
    }

    fn confirm<'a>(
        &'a self,
        cx: &'a Context,
        id: &'a Id,
        properties: &'a Json,
        live: &'a Json,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { typed::<R>(properties)?.confirm(cx, id, &typed::<R>(live)?).await })
    }

    fn watch(&self, properties: &Json, changed: &[String], outputs: &Json) -> Option<Watch> {
        let outputs = R::Outputs::deserialize(outputs).ok()?;
        typed::<R>(properties).ok()?.watch(changed, &outputs)
    }

    fn traffic<'a>(
        &'a self,
        cx: &'a Context,
        outputs: &'a Json,
        since: Timestamp,
    ) -> BoxFuture<'a, Result<Option<Traffic>>> {
        Box::pin(async move {
            let outputs = R::Outputs::deserialize(outputs).map_err(|error| {
                Error::invalid(format!("the outputs of {} do not fit: {error}", R::KIND))
            })?;
            R::traffic(cx, &outputs, since).await
        })
    }

    fn delete<'a>(
        &'a self,
        cx: &'a Context,
        id: &'a Id,
        properties: &'a Json,
    ) -> BoxFuture<'a, Result<Deleted>> {
        Box::pin(async move { typed::<R>(properties)?.delete(cx, id).await })
    }

    fn loss<'a>(
        &'a self,
        cx: &'a Context,
        id: &'a Id,
        properties: &'a Json,
    ) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move { typed::<R>(properties)?.loss(cx, id).await })
    }

    fn blockers<'a>(&'a self, cx: &'a Context, id: &'a Id) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(R::blockers(cx, id))
    }
}
