//! References bound, properties checked against their kinds, and the whole made a [`Program`].

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use super::Environment;
use super::bind::{References, Scope};
use super::constant::Constants;
use super::cycle;
use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use super::expand::{Expanded, Instances, Object};
use super::interpolate::{self, Piece};
use super::option;
use super::program::{Declaration, Program};
use super::schema::{Checker, Follow, follow};
use super::stack::Stack;
use crate::address::Address;
use crate::resource::Problem;
use crate::unknown;
use crate::value::{OutputRef, Span, Step, Value};

/// What must be ready before an object, and where the YAML says so.
pub(super) type Dependencies = BTreeMap<Address, Span>;

/// Binds and checks everything. The program is whole only if no error was reported.
pub(super) fn resolve(
    environment: Environment,
    expanded: &Expanded,
    stacks: &[Stack],
    diagnostics: &mut Diagnostics,
) -> Program {
    let by_name: HashMap<&str, &Stack> =
        stacks.iter().map(|stack| (stack.name.as_str(), stack)).collect();
    let (properties, outputs) = {
        let constants = Constants { environment: &environment };
        let mut references = References::new(expanded, &by_name, constants, diagnostics);
        (bound_properties(expanded, &mut references), bound_outputs(stacks, &mut references))
    };
    check_properties(expanded, &properties, diagnostics);
    let mut dependencies = BTreeMap::new();
    for (address, object) in &expanded.objects {
        let on = Needs { expanded, stacks: &by_name, diagnostics }.of(address, object, &properties);
        dependencies.insert(address.clone(), on);
    }
    cycle::refuse(&dependencies, diagnostics);
    let declarations = declare(expanded, properties, dependencies);
    Program { environment, declarations, outputs }
}

fn bound_properties(
    expanded: &Expanded,
    references: &mut References<'_>,
) -> HashMap<Address, Value> {
    let bound = expanded.objects.iter().map(|(address, object)| {
        let stack = address.stack().to_owned();
        let scope = Scope { stack, parent: object.parent.clone() };
        (address.clone(), references.bound(&object.properties, scope))
    });
    bound.collect()
}

fn bound_outputs(
    stacks: &[Stack],
    references: &mut References<'_>,
) -> BTreeMap<String, BTreeMap<String, Value>> {
    let mut outputs = BTreeMap::new();
    for stack in stacks {
        let bound = stack.outputs.iter().filter_map(|(name, field)| {
            let value = references.stack_output(&stack.name, name, field.value.span)?;
            Some((name.clone(), value))
        });
        outputs.insert(stack.name.clone(), bound.collect());
    }
    outputs
}

fn check_properties(
    expanded: &Expanded,
    properties: &HashMap<Address, Value>,
    diagnostics: &mut Diagnostics,
) {
    let output_schema = |output: &OutputRef| {
        let kind = &expanded.objects.get(&output.address)?.kind;
        let mut path = vec![Step::Name(output.output.clone())];
        path.extend_from_slice(&output.path);
        match follow(kind.outputs_schema(), &path) {
            Follow::Found(schema) => schema,
            Follow::Missing { .. } => None,
        }
    };
    let checker = Checker::after_binding(&output_schema).beside(&option::NAMES);
    for (address, object) in &expanded.objects {
        let Some(value) = properties.get(address) else { continue };
        let problems = checker.check(value, object.kind.schema(), object.kind.name());
        if problems.is_empty() {
            check_rules(address, object, value, diagnostics);
        }
        diagnostics.extend(problems.into_iter().map(|problem| problem.about(address)));
    }
}

/// The rules that a schema can't express, for properties that are known as a whole.
fn check_rules(address: &Address, object: &Object, value: &Value, diagnostics: &mut Diagnostics) {
    let json = value.evaluate(&|_, _| None);
    if unknown::is_partial(&json) || has_unbound(value) {
        return;
    }
    if let Err(problems) = object.kind.normalize(&json) {
        for problem in problems {
            diagnostics.push(broken_rule(value, object.span, problem).about(address));
        }
    }
}

/// Whether a reference is left that could not be bound, which was reported.
fn has_unbound(value: &Value) -> bool {
    use crate::value::{Node, Part};
    match &value.node {
        Node::List(items) => items.iter().any(has_unbound),
        Node::Map(fields) => fields.values().any(|field| has_unbound(&field.value)),
        Node::Template(parts) => {
            parts.is_empty() || parts.iter().any(|part| matches!(part, Part::Reference(_)))
        }
        _ => false,
    }
}

/// A kind's or component's own complaint, at the property that it is about.
pub(super) fn broken_rule(properties: &Value, whole: Span, problem: Problem) -> Diagnostic {
    let path = problem.path.replace('[', ".").replace(']', "");
    let place = properties.nearest(&path).span;
    let span = if place == properties.span { whole } else { place };
    Diagnostic::error("Invalid property", span, problem.message).maybe_hint(problem.hint)
}

fn declare(
    expanded: &Expanded,
    mut properties: HashMap<Address, Value>,
    mut dependencies: BTreeMap<Address, Dependencies>,
) -> BTreeMap<Address, Declaration> {
    let mut declarations = BTreeMap::new();
    for (address, object) in &expanded.objects {
        let Some(properties) = properties.remove(address) else { continue };
        let depends_on = dependencies.remove(address).unwrap_or_default();
        let declaration = Declaration {
            address: address.clone(),
            kind: object.kind.clone(),
            properties,
            depends_on: depends_on.into_keys().collect(),
            protect: object.options.protect,
            retain: object.options.retain.unwrap_or(false),
            timeout: object.options.timeout,
            tags: object.options.tags.clone(),
            span: object.span,
        };
        declarations.insert(address.clone(), declaration);
    }
    declarations
}

/// Finds what an object needs: what it refers to, and what `depends_on` names.
struct Needs<'a> {
    expanded: &'a Expanded,
    stacks: &'a HashMap<&'a str, &'a Stack>,
    diagnostics: &'a mut Diagnostics,
}

impl Needs<'_> {
    fn of(
        &mut self,
        address: &Address,
        object: &Object,
        properties: &HashMap<Address, Value>,
    ) -> Dependencies {
        let mut on = Dependencies::new();
        if let Some(value) = properties.get(address) {
            value.for_each_output(&mut |output| {
                on.entry(output.address.clone()).or_insert(output.span);
            });
        }
        for (text, span) in &object.options.depends_on {
            let prefix = match (text.strip_prefix("self."), &object.parent) {
                (Some(name), Some(parent)) => self.child(parent, name, *span),
                _ => self.named(address.stack(), text, *span),
            };
            self.add(&mut on, prefix, *span);
        }
        let stack = self.stacks.get(address.stack()).copied();
        for (name, span) in stack.into_iter().flat_map(|stack| &stack.depends_on) {
            let prefix = self.stack(name, *span);
            self.add(&mut on, prefix, *span);
        }
        on
    }

    /// Adds everything at or below an address.
    fn add(&self, on: &mut Dependencies, prefix: Option<String>, span: Span) {
        let Some(prefix) = prefix else { return };
        if let Some((address, _)) = self.expanded.objects.get_key_value(prefix.as_str()) {
            on.entry(address.clone()).or_insert(span);
        }
        for separator in ['.', ':'] {
            let below = format!("{prefix}{separator}");
            let range = self
                .expanded
                .objects
                .range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded));
            for (address, _) in range.take_while(|(it, _)| it.as_str().starts_with(&below)) {
                on.entry(address.clone()).or_insert(span);
            }
        }
    }

    fn child(&mut self, parent: &Address, name: &str, span: Span) -> Option<String> {
        let base = name.split(':').next().unwrap_or(name);
        let component = self.expanded.components.get(parent)?;
        if !component.children.contains_key(base) {
            let detail = format!("The component's children depend on `{name}`, which it lacks.");
            self.diagnostics.push(Diagnostic::error("Broken component", span, detail));
            return None;
        }
        Some(format!("{parent}.{name}"))
    }

    fn named(&mut self, stack: &str, text: &str, span: Span) -> Option<String> {
        let path = match interpolate::parse(&format!("${{{text}}}")).as_deref() {
            Ok([Piece::Reference { path, .. }]) => path.clone(),
            _ => return self.unreadable(text, span),
        };
        if let [Step::Name(first), Step::Name(name)] = path.as_slice()
            && first == "stack"
        {
            return self.stack(name, span);
        }
        let mut prefix = stack.to_owned();
        for step in &path {
            match step {
                Step::Name(name) => prefix.extend([".", name]),
                Step::Key(key) => prefix.extend([":", key]),
                Step::Index(_) | Step::All => return self.unreadable(text, span),
            }
        }
        let Some(Step::Name(first)) = path.first() else { return None };
        let names = self.expanded.names.get(stack);
        match names.and_then(|names| names.get(first)) {
            // A part that a component has or has not, as its properties say.
            Some(Instances::One(address)) if path.len() > 1 => self.part(address, &prefix, span),
            Some(_) => Some(prefix),
            None => {
                let known = names.into_iter().flat_map(|it| it.keys().map(String::as_str));
                let hint = did_you_mean(first, known);
                let detail = format!("The stack `{stack}` has no resource `{first}`.");
                self.diagnostics
                    .push(Diagnostic::error("Unknown reference", span, detail).maybe_hint(hint));
                None
            }
        }
    }

    fn part(&mut self, address: &Address, prefix: &str, span: Span) -> Option<String> {
        let children = self.expanded.components.get(address).map(|it| &it.children);
        let child = prefix.strip_prefix(&format!("{address}."));
        let base = child.and_then(|child| child.split(['.', ':']).next()).unwrap_or_default();
        if children.is_some_and(|children| children.contains_key(base)) {
            return Some(prefix.to_owned());
        }
        let names = children.into_iter().flat_map(|it| it.keys().map(String::as_str));
        let hint = did_you_mean(base, names);
        let detail = format!("`{}` has no part `{base}`.", address.path());
        self.diagnostics
            .push(Diagnostic::error("Unknown reference", span, detail).maybe_hint(hint));
        None
    }

    fn stack(&mut self, name: &str, span: Span) -> Option<String> {
        if self.stacks.contains_key(name) {
            return Some(name.to_owned());
        }
        let hint = did_you_mean(name, self.stacks.keys().copied());
        let detail = format!("There is no stack `{name}`.");
        self.diagnostics
            .push(Diagnostic::error("Unknown reference", span, detail).maybe_hint(hint));
        None
    }

    fn unreadable(&mut self, text: &str, span: Span) -> Option<String> {
        let detail = format!("`{text}` does not name a resource.");
        self.diagnostics.push(
            Diagnostic::error("Unreadable reference", span, detail)
                .hint("write `main`, `main.vpc`, `subnet[\"a\"]` or `stack.network`"),
        );
        None
    }
}
