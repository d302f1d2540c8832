//! Values known before AWS is asked put in, `for_each` and `when` followed, components expanded.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;

use super::Environment;
use super::component::{Child, Components, ErasedComponent, Expansion};
use super::constant::{ConstantBinder, Constants};
use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use super::each::{self, Each};
use super::json::{from_json, reference_places, to_json};
use super::option::{self, Options};
use super::schema::{Checker, describe};
use super::stack::Stack;
use super::substitute::{has_unbound, refers_to_objects, substitute};
use crate::address::Address;
use crate::resource::{Kind, Kinds};
use crate::value::{Field, Node, Span, Value};

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

    fn component(&mut self, mut instance: Instance, component: &dyn ErasedComponent) -> Option<()> {
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
        if has_unbound(&instance.properties) {
            return None;
        }
        let mut scope = Expansion::new(self.environment, &instance.address);
        component.expand(&to_json(&instance.properties), &mut scope);
        let Expansion { children, outputs, problems, .. } = scope;
        instance.options.retain.get_or_insert(component.retains());
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
            retain: child.retain.or(parent.options.retain),
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
        Constants { environment: self.environment }.binder(each, self.diagnostics)
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
