//! Values known before AWS is asked put in, `for_each` and `when` followed, components expanded.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::component::{Child, Components, ErasedComponent, Expansion};
use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use super::each::{self, Each};
use super::option::{self, Options};
use super::schema::{Checker, describe};
use super::stack::Stack;
use super::substitute::{Binder, Missing, descend, refers_to_objects, substitute};
use super::{Environment, interpolate, yaml};
use crate::address::Address;
use crate::resource::{Kind, Kinds};
use crate::value::{Field, Node, Part, Reference, Span, Step, Value};

/// What is declared, with references to other objects not bound yet.
#[derive(Default)]
pub(super) struct Expanded {
    pub objects: BTreeMap<Address, Object>,
    pub components: BTreeMap<Address, ExpandedComponent>,
    /// By stack and name.
    pub names: HashMap<String, IndexMap<String, Instances>>,
}

/// One resource.
pub(super) struct Object {
    pub kind: Arc<dyn Kind>,
    pub properties: Value,
    pub options: Options,
    pub span: Span,
    /// The component that it is a child of.
    pub parent: Option<Address>,
}

/// One component, expanded.
pub(super) struct ExpandedComponent {
    pub outputs: IndexMap<String, Value>,
    pub declared: &'static [(&'static str, &'static str)],
    pub children: IndexMap<String, Instances>,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Instances {
    /// One object.
    One(Address),
    /// None in this environment, for its `when`.
    Absent,
    /// One for each key, in the keys' order; and the keys whose `when` is false.
    Each { present: BTreeMap<String, Address>, absent: BTreeSet<String> },
    /// Nobody knows: what is wrong with it was reported.
    Broken,
}

/// What expansion works with.
pub(super) struct Expander<'a> {
    pub environment: &'a Environment,
    pub kinds: &'a Kinds,
    pub components: &'a Components,
    pub diagnostics: &'a mut Diagnostics,
    pub expanded: Expanded,
}

/// What a declaration is.
#[derive(Clone)]
enum What {
    Resource(Arc<dyn Kind>),
    Component(Arc<dyn ErasedComponent>),
}

/// One instance of a declaration, on its way to become objects.
struct Instance {
    address: Address,
    properties: Value,
    options: Options,
    span: Span,
}

impl Expander<'_> {
    /// Expands a stack.
    pub fn stack(&mut self, stack: &Stack) {
        let mut names = IndexMap::new();
        for (name, field) in &stack.resources {
            let instances = self.declaration(stack, name, field);
            names.insert(name.clone(), instances.unwrap_or(Instances::Broken));
        }
        self.expanded.names.insert(stack.name.clone(), names);
    }

    fn declaration(&mut self, stack: &Stack, name: &str, field: &Field) -> Option<Instances> {
        let Node::Map(fields) = &field.value.node else { return None };
        let what = self.what(field.key, name, fields)?;
        let address = Address::new(&stack.name, name).ok()?;
        let Some(over) = fields.get("for_each") else {
            let present = self.instance(stack, &what, address.clone(), field, None)?;
            return Some(if present { Instances::One(address) } else { Instances::Absent });
        };
        let over = substitute(&over.value, &mut self.binder(None));
        if matches!(&over.node, Node::Template(parts) if !refers_to_objects(parts)) {
            return None;
        }
        let (mut present, mut absent) = (BTreeMap::new(), BTreeSet::new());
        for each in each::instances(&over, self.diagnostics)? {
            let address = address.instance(&each.key).ok()?;
            if self.instance(stack, &what, address.clone(), field, Some(&each))? {
                present.insert(each.key, address);
            } else {
                absent.insert(each.key);
            }
        }
        Some(Instances::Each { present, absent })
    }

    fn what(&mut self, key: Span, name: &str, fields: &IndexMap<String, Field>) -> Option<What> {
        let Some(field) = fields.get("type") else {
            let detail = format!("`{name}` needs a `type`: what it is.");
            self.diagnostics.push(Diagnostic::error("Missing property", key, detail));
            return None;
        };
        let Node::String(text) = &field.value.node else {
            let detail = "`type` is the name of a kind or a component, written out.";
            self.diagnostics.push(Diagnostic::error("Wrong type", field.value.span, detail));
            return None;
        };
        if let Some(kind) = self.kinds.get(text) {
            return Some(What::Resource(kind.clone()));
        }
        if let Some(component) = self.components.get(text) {
            return Some(What::Component(component.clone()));
        }
        let names = self.kinds.names().chain(self.components.names());
        let detail = format!("There is no type `{text}`.");
        self.diagnostics.push(
            Diagnostic::error("Unknown type", field.value.span, detail)
                .maybe_hint(did_you_mean(text, names)),
        );
        None
    }

    /// Adds one instance. `None` when something is wrong with it, else whether it is there.
    fn instance(
        &mut self,
        stack: &Stack,
        what: &What,
        address: Address,
        field: &Field,
        each: Option<&Each>,
    ) -> Option<bool> {
        let Node::Map(fields) = &field.value.node else { return None };
        if let Some(when) = fields.get("when")
            && !self.when(&when.value, each)?
        {
            return Some(false);
        }
        let (mut options, mut properties) = (IndexMap::new(), IndexMap::new());
        for (name, field) in fields {
            if matches!(name.as_str(), "type" | "when" | "for_each") {
                continue;
            }
            let value = substitute(&field.value, &mut self.binder(each));
            let is_option = option::NAMES.contains(&name.as_str());
            let target = if is_option { &mut options } else { &mut properties };
            target.insert(name.clone(), Field { key: field.key, value });
        }
        // What is missing in the map is missing at the name, not over all of its lines.
        let map = |fields| Value { node: Node::Map(fields), span: field.key };
        let mut options = option::read(&map(options), self.diagnostics);
        let mut tags = self.environment.tags.clone();
        tags.extend(stack.tags.clone());
        tags.append(&mut options.tags);
        options.tags = tags;
        let properties = map(properties);
        let instance = Instance { address, properties, options, span: field.key };
        match what {
            What::Resource(kind) => self.resource(instance, kind.clone()),
            What::Component(component) => self.component(instance, component.as_ref())?,
        }
        Some(true)
    }

    fn when(&mut self, value: &Value, each: Option<&Each>) -> Option<bool> {
        let value = substitute(value, &mut self.binder(each));
        match &value.node {
            Node::Bool(present) => return Some(*present),
            // References to the environment that lead nowhere were reported.
            Node::Template(parts) if !refers_to_objects(parts) => {}
            Node::Template(_) => {
                self.diagnostics.push(
                    Diagnostic::error(
                        "Not known yet",
                        value.span,
                        "`when` must be known before AWS is asked, and this is known only after.",
                    )
                    .hint("use ${config.…}, ${env.…} or ${each.…}"),
                );
            }
            other => {
                let detail = format!("`when` is a boolean; this is {}.", describe(other));
                self.diagnostics.push(Diagnostic::error("Wrong type", value.span, detail));
            }
        }
        None
    }

    fn resource(&mut self, instance: Instance, kind: Arc<dyn Kind>) {
        let object = Object {
            kind,
            properties: instance.properties,
            options: instance.options,
            span: instance.span,
            parent: None,
        };
        self.expanded.objects.insert(instance.address, object);
    }

    fn component(&mut self, instance: Instance, component: &dyn ErasedComponent) -> Option<()> {
        let problems = Checker::before_binding().beside(&option::NAMES).check(
            &instance.properties,
            component.schema(),
            component.name(),
        );
        if !problems.is_empty() {
            let about = problems.into_iter().map(|problem| problem.about(&instance.address));
            self.diagnostics.extend(about);
            return None;
        }
        let mut scope = Expansion::new(self.environment, &instance.address);
        component.expand(&to_json(&instance.properties), &mut scope);
        let Expansion { children, outputs, problems, .. } = scope;
        if !problems.is_empty() {
            for problem in problems {
                let diagnostic =
                    super::resolve::broken_rule(&instance.properties, instance.span, problem);
                self.diagnostics.push(diagnostic.about(&instance.address));
            }
            return None;
        }
        let places = reference_places(&instance.properties);
        let mut names = IndexMap::new();
        for child in children {
            self.child(&instance, child, &places, &mut names);
        }
        let outputs = outputs.into_iter().map(|(name, json)| {
            let value = from_json(&json, instance.span, &places, self.diagnostics);
            (name, value)
        });
        let expanded = ExpandedComponent {
            outputs: outputs.collect(),
            declared: component.outputs(),
            children: names,
        };
        self.expanded.components.insert(instance.address, expanded);
        Some(())
    }

    fn child(
        &mut self,
        parent: &Instance,
        child: Child,
        places: &HashMap<String, Span>,
        names: &mut IndexMap<String, Instances>,
    ) {
        let (Ok(address), Some(kind)) =
            (parent.address.child(&child.name), self.kinds.get(child.kind))
        else {
            let detail = format!(
                "The component declares `{}` of type `{}`, which does not exist.",
                child.name, child.kind
            );
            let broken = Diagnostic::error("Broken component", parent.span, detail);
            self.diagnostics.push(broken.about(&parent.address));
            return;
        };
        let source = child.source.as_deref().map_or(parent.span, |path| {
            let found = parent.properties.nearest(path).span;
            if found == parent.properties.span { parent.span } else { found }
        });
        let own = child.depends_on.iter().map(|name| (format!("self.{name}"), source));
        let mut tags = parent.options.tags.clone();
        tags.extend(child.tags);
        let options = Options {
            depends_on: parent.options.depends_on.iter().cloned().chain(own).collect(),
            protect: child.protect.unwrap_or(parent.options.protect),
            retain: child.retain.unwrap_or(parent.options.retain),
            timeout: child.timeout.or(parent.options.timeout),
            tags,
        };
        let properties = from_json(&child.properties, source, places, self.diagnostics);
        add_name(names, &child.name, &address);
        let object = Object {
            kind: kind.clone(),
            properties,
            options,
            span: source,
            parent: Some(parent.address.clone()),
        };
        if self.expanded.objects.insert(address, object).is_some() {
            let detail = format!("The component declares `{}` twice.", child.name);
            self.diagnostics.push(Diagnostic::error("Broken component", parent.span, detail));
        }
    }

    fn binder<'b>(&'b mut self, each: Option<&'b Each>) -> ConstantBinder<'b> {
        ConstantBinder { environment: self.environment, each, diagnostics: self.diagnostics }
    }
}

/// Adds a child under its name, or under its name and key.
fn add_name(names: &mut IndexMap<String, Instances>, name: &str, address: &Address) {
    let Some((base, key)) = name.split_once(':') else {
        names.insert(name.to_owned(), Instances::One(address.clone()));
        return;
    };
    let entry = names
        .entry(base.to_owned())
        .or_insert_with(|| Instances::Each { present: BTreeMap::new(), absent: BTreeSet::new() });
    if let Instances::Each { present, .. } = entry {
        present.insert(key.to_owned(), address.clone());
    }
}

/// The values that are known before AWS is asked.
pub(super) struct Constants<'a> {
    pub environment: &'a Environment,
}

impl Constants<'_> {
    /// A binder for them, with the item of a `for_each` where there is one.
    pub fn binder<'b>(
        &'b self,
        each: Option<&'b Each>,
        diagnostics: &'b mut Diagnostics,
    ) -> ConstantBinder<'b> {
        ConstantBinder { environment: self.environment, each, diagnostics }
    }
}

/// Binds `${config.…}`, `${env.…}` and `${each.…}`.
pub(super) struct ConstantBinder<'a> {
    environment: &'a Environment,
    each: Option<&'a Each>,
    diagnostics: &'a mut Diagnostics,
}

impl Binder for ConstantBinder<'_> {
    fn bind(&mut self, reference: &Reference) -> Option<Value> {
        let Some(Step::Name(first)) = reference.path.first() else { return None };
        match first.as_str() {
            "config" => self.config(reference),
            "env" => self.env(reference),
            "each" => self.item(reference),
            _ => None,
        }
    }

    fn diagnostics(&mut self) -> &mut Diagnostics {
        self.diagnostics
    }
}

impl ConstantBinder<'_> {
    fn config(&mut self, reference: &Reference) -> Option<Value> {
        match descend(&self.environment.config, &reference.path[1..]) {
            Ok(value) => Some(value),
            Err((step, missing)) => {
                let file = format!("`config/{}.yaml`", self.environment.name);
                self.unknown(reference, step + 1, missing, &file);
                None
            }
        }
    }

    fn env(&mut self, reference: &Reference) -> Option<Value> {
        let environment = self.environment;
        let text = match &reference.path[1..] {
            [Step::Name(name)] => match name.as_str() {
                "name" => Some(environment.name.clone()),
                "region" => Some(environment.region.clone()),
                "prefix" => Some(environment.prefix.clone()),
                "account" => return self.account(reference),
                _ => None,
            },
            _ => None,
        };
        if text.is_none() {
            let path = interpolate::display(&reference.path);
            let detail = format!("`{path}` does not exist.");
            self.diagnostics.push(
                Diagnostic::error("Unknown reference", reference.span, detail)
                    .hint("there are `env.name`, `env.account`, `env.region`, `env.prefix`"),
            );
        }
        text.map(|text| Value { node: Node::String(text), span: reference.span })
    }

    fn account(&mut self, reference: &Reference) -> Option<Value> {
        let Some(account) = &self.environment.account else {
            let detail = format!(
                "`config/{}.yaml` does not name its account, so `env.account` has no value.",
                self.environment.name
            );
            self.diagnostics.push(
                Diagnostic::error("Unknown reference", reference.span, detail)
                    .hint("add `account: \"000000000000\"` to the environment's file"),
            );
            return None;
        };
        Some(Value { node: Node::String(account.clone()), span: reference.span })
    }

    fn item(&mut self, reference: &Reference) -> Option<Value> {
        let Some(each) = self.each else {
            let detail = "`each` exists only inside a resource that has a `for_each`.";
            self.diagnostics.push(Diagnostic::error("Unknown reference", reference.span, detail));
            return None;
        };
        match &reference.path[1..] {
            [Step::Name(name)] if name == "key" => {
                Some(Value { node: Node::String(each.key.clone()), span: reference.span })
            }
            [Step::Name(name), rest @ ..] if name == "value" => match descend(&each.value, rest) {
                Ok(value) => Some(value),
                Err((step, missing)) => {
                    self.unknown(reference, step + 2, missing, "this item of the `for_each`");
                    None
                }
            },
            _ => {
                let path = interpolate::display(&reference.path);
                let detail = format!("`{path}` does not exist.");
                self.diagnostics.push(
                    Diagnostic::error("Unknown reference", reference.span, detail)
                        .hint("there are `each.key` and `each.value`"),
                );
                None
            }
        }
    }

    fn unknown(&mut self, reference: &Reference, step: usize, missing: Missing, place: &str) {
        self.diagnostics.push(unknown_step(reference, step, missing, place));
    }
}

/// A reference of which one step leads nowhere.
pub(super) fn unknown_step(
    reference: &Reference,
    step: usize,
    missing: Missing,
    place: &str,
) -> Diagnostic {
    let path = interpolate::display(&reference.path[..=step]);
    let before = interpolate::display(&reference.path[..step]);
    let (detail, hint) = match missing {
        Missing::Key(names) => {
            let hint = match &reference.path[step] {
                Step::Name(name) | Step::Key(name) => {
                    did_you_mean(name, names.iter().map(String::as_str))
                }
                _ => None,
            };
            (format!("There is no `{path}` in {place}."), hint)
        }
        Missing::Index(length) => {
            (format!("There is no `{path}` in {place}: the list has {length} items."), None)
        }
        Missing::NoParts(what) => {
            (format!("There is no `{path}` in {place}: `{before}` is {what}."), None)
        }
    };
    Diagnostic::error("Unknown reference", reference.span, detail).maybe_hint(hint)
}

/// Where each reference stands, by its text.
fn reference_places(value: &Value) -> HashMap<String, Span> {
    let mut places = HashMap::new();
    collect_places(value, &mut places);
    places
}

fn collect_places(value: &Value, places: &mut HashMap<String, Span>) {
    match &value.node {
        Node::List(items) => items.iter().for_each(|item| collect_places(item, places)),
        Node::Map(fields) => {
            fields.values().for_each(|field| collect_places(&field.value, places));
        }
        Node::Template(parts) => {
            for part in parts {
                if let Part::Reference(reference) = part {
                    places.insert(interpolate::display(&reference.path), reference.span);
                }
            }
        }
        _ => {}
    }
}

/// A component's properties as it sees them: references as text, other `${` escaped.
pub(super) fn to_json(value: &Value) -> Json {
    match &value.node {
        Node::Null => Json::Null,
        Node::Bool(value) => Json::Bool(*value),
        Node::Number(number) => Json::Number(number.clone()),
        Node::String(text) => Json::String(interpolate::escape(text)),
        Node::List(items) => items.iter().map(to_json).collect(),
        Node::Map(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), to_json(&field.value))).collect()
        }
        Node::Template(parts) => Json::String(parts.iter().map(part_text).collect()),
    }
}

fn part_text(part: &Part) -> String {
    match part {
        Part::Text(text) => interpolate::escape(text),
        Part::Reference(reference) => format!("${{{}}}", interpolate::display(&reference.path)),
        Part::Output(output) => format!("${{{}.{}}}", output.address, output.output),
    }
}

/// What a component wrote, back as a value: null entries left out.
fn from_json(
    json: &Json,
    span: Span,
    places: &HashMap<String, Span>,
    diagnostics: &mut Diagnostics,
) -> Value {
    let node = match json {
        Json::Null => Node::Null,
        Json::Bool(value) => Node::Bool(*value),
        Json::Number(number) => Node::Number(number.clone()),
        Json::String(text) => text_from_json(text, span, places, diagnostics),
        Json::Array(items) => Node::List(
            items.iter().map(|item| from_json(item, span, places, diagnostics)).collect(),
        ),
        Json::Object(fields) => {
            let present = fields.iter().filter(|(_, value)| !value.is_null());
            let fields = present.map(|(name, value)| {
                let value = from_json(value, span, places, diagnostics);
                (name.clone(), Field { key: span, value })
            });
            Node::Map(fields.collect())
        }
    };
    Value { node, span }
}

fn text_from_json(
    text: &str,
    span: Span,
    places: &HashMap<String, Span>,
    diagnostics: &mut Diagnostics,
) -> Node {
    match interpolate::parse(text) {
        Ok(pieces) => {
            let place = |range: std::ops::Range<usize>| {
                let inner = text[range].trim_start_matches("${").trim_end_matches('}');
                places.get(inner.trim()).copied().unwrap_or(span)
            };
            yaml::template(pieces, place)
        }
        Err(error) => {
            let detail = format!("The component wrote a reference that can't be read: {error}");
            diagnostics.push(Diagnostic::error("Broken component", span, detail));
            Node::Null
        }
    }
}
