//! References to other objects, to components and to other stacks' outputs, followed to the
//! outputs that they end at.

use std::collections::HashMap;

use super::constant::{Constants, unknown_step};
use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use super::expand::{Expanded, Instances};
use super::interpolate;
use super::schema::{Follow, follow};
use super::stack::Stack;
use super::substitute::{Binder, descend, placed_at, substitute};
use crate::address::Address;
use crate::value::{Node, OutputRef, Part, Reference, Span, Step, Value};

/// Whose names a reference uses.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub stack: String,
    /// The component whose children `self` names.
    pub parent: Option<Address>,
}

/// A value that has a name, and may refer to others that have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Named {
    Stack(String, String),
    Component(Address, String),
}

/// Follows references.
pub(super) struct References<'a> {
    pub expanded: &'a Expanded,
    pub stacks: &'a HashMap<&'a str, &'a Stack>,
    pub constants: Constants<'a>,
    pub diagnostics: &'a mut Diagnostics,
    pub scope: Scope,
    /// Values followed already; `None` for those with a mistake.
    known: HashMap<Named, Option<Value>>,
    /// Values that are being followed, and the references that led there.
    open: Vec<(Named, Span)>,
}

impl Binder for References<'_> {
    fn bind(&mut self, reference: &Reference) -> Option<Value> {
        let Some(Step::Name(first)) = reference.path.first() else { return None };
        match first.as_str() {
            "config" | "env" => self.constants.binder(None, self.diagnostics).bind(reference),
            // Outside of an output, it was either replaced or reported.
            "each" if self.open.is_empty() => None,
            "each" => self.constants.binder(None, self.diagnostics).bind(reference),
            "stack" => self.other_stack(reference),
            "self" => self.child(reference),
            name => self.sibling(name, reference),
        }
    }

    fn diagnostics(&mut self) -> &mut Diagnostics {
        self.diagnostics
    }
}

impl<'a> References<'a> {
    pub fn new(
        expanded: &'a Expanded,
        stacks: &'a HashMap<&'a str, &'a Stack>,
        constants: Constants<'a>,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let scope = Scope { stack: String::new(), parent: None };
        let (known, open) = (HashMap::new(), Vec::new());
        Self { expanded, stacks, constants, diagnostics, scope, known, open }
    }

    /// A value with every reference followed.
    pub fn bound(&mut self, value: &Value, scope: Scope) -> Value {
        self.scope = scope;
        substitute(value, self)
    }

    /// A stack's output with every reference followed; `None` where that failed.
    pub fn stack_output(&mut self, stack: &str, output: &str, span: Span) -> Option<Value> {
        self.named(Named::Stack(stack.to_owned(), output.to_owned()), span)
    }

    fn other_stack(&mut self, reference: &Reference) -> Option<Value> {
        let [_, Step::Name(name), rest @ ..] = reference.path.as_slice() else {
            let detail = "`stack` is followed by a stack's name and one of its outputs.";
            return self.refuse(
                reference,
                detail,
                Some("write ${stack.network.vpc_id}".to_owned()),
            );
        };
        let Some(stack) = self.stacks.get(name.as_str()) else {
            let detail = format!("There is no stack `{name}`.");
            let hint = did_you_mean(name, self.stacks.keys().copied());
            return self.refuse(reference, &detail, hint);
        };
        let outputs = || stack.outputs.keys().map(String::as_str);
        let Some((Step::Name(output), rest)) = rest.split_first() else {
            let detail = format!("Which output of the stack `{name}`?");
            return self.refuse(reference, &detail, did_you_mean("", outputs()));
        };
        if !stack.outputs.contains_key(output) {
            let detail = format!("The stack `{name}` has no output `{output}`.");
            return self.refuse(reference, &detail, did_you_mean(output, outputs()));
        }
        let value = self.stack_output(name, output, reference.span)?;
        self.part_of(reference, &value, rest)
    }

    fn child(&mut self, reference: &Reference) -> Option<Value> {
        let expanded = self.expanded;
        let parent = self.scope.parent.as_ref();
        let Some(component) = parent.and_then(|address| expanded.components.get(address)) else {
            let detail = "`self` exists only inside components.";
            return self.refuse(reference, detail, None);
        };
        let Some(Step::Name(name)) = reference.path.get(1) else {
            return self.refuse(reference, "`self` is followed by a child's name.", None);
        };
        match component.children.get(name) {
            Some(instances) => self.instances(reference, instances, 2),
            None => {
                let detail = format!("The component has no child `{name}`.");
                let names = component.children.keys().map(String::as_str);
                self.refuse(reference, &detail, did_you_mean(name, names))
            }
        }
    }

    fn sibling(&mut self, name: &str, reference: &Reference) -> Option<Value> {
        let expanded = self.expanded;
        let names = expanded.names.get(&self.scope.stack);
        if let Some(instances) = names.and_then(|names| names.get(name)) {
            return self.instances(reference, instances, 1);
        }
        let detail = format!("The stack `{}` has no resource `{name}`.", self.scope.stack);
        let hint = if self.stacks.contains_key(name) {
            Some(format!("write ${{stack.{}}}", interpolate::display(&reference.path)))
        } else {
            did_you_mean(name, names.into_iter().flat_map(|it| it.keys().map(String::as_str)))
        };
        self.refuse(reference, &detail, hint)
    }

    /// What a name stands for, from the step behind it.
    fn instances(
        &mut self,
        reference: &Reference,
        instances: &Instances,
        at: usize,
    ) -> Option<Value> {
        let name = interpolate::display(&reference.path[..at]);
        let rest = &reference.path[at..];
        match (instances, rest.first()) {
            (Instances::Broken, _) => None,
            (Instances::Absent, _) => Some(null(reference.span)),
            (Instances::One(_), Some(Step::Key(_) | Step::All | Step::Index(_))) => {
                let detail = format!("`{name}` is one object: it has no `for_each`.");
                self.refuse(reference, &detail, None)
            }
            (Instances::One(address), _) => self.output(reference, address, at),
            (Instances::Each { present, .. }, Some(Step::All)) => {
                let outputs =
                    present.values().map(|address| self.output(reference, address, at + 1));
                let outputs = outputs.collect::<Option<Vec<_>>>()?;
                Some(Value { node: Node::List(outputs), span: reference.span })
            }
            (Instances::Each { present, absent }, Some(Step::Key(key))) => {
                if let Some(address) = present.get(key) {
                    return self.output(reference, address, at + 1);
                }
                if absent.contains(key) {
                    return Some(null(reference.span));
                }
                let detail = format!("`{name}` has no instance `{key}`.");
                let hint = did_you_mean(key, present.keys().map(String::as_str));
                self.refuse(reference, &detail, hint)
            }
            (Instances::Each { present, .. }, _) => {
                let detail = format!("`{name}` has a `for_each`: which of its instances?");
                let key = present.keys().next().map_or("key", String::as_str);
                let rest = match rest.first() {
                    Some(Step::Name(_)) => format!(".{}", interpolate::display(rest)),
                    _ => ".id".to_owned(),
                };
                let hint = format!("write ${{{name}[\"{key}\"]{rest}}} or ${{{name}.*{rest}}}");
                self.refuse(reference, &detail, Some(hint))
            }
        }
    }

    fn output(&mut self, reference: &Reference, address: &Address, at: usize) -> Option<Value> {
        let expanded = self.expanded;
        if let Some(object) = expanded.objects.get(address) {
            let kind = object.kind.clone();
            return self.resource_output(reference, address, kind.as_ref(), at);
        }
        let component = expanded.components.get(address)?;
        let names = || component.declared.iter().map(|(name, _)| *name);
        let Some(Step::Name(output)) = reference.path.get(at) else {
            let detail = format!("Which output of `{}`?", address.path());
            return self.refuse(reference, &detail, did_you_mean("", names()));
        };
        if !names().any(|name| name == output) {
            let detail = format!("`{}` has no output `{output}`.", address.path());
            return self.refuse(reference, &detail, did_you_mean(output, names()));
        }
        let value =
            self.named(Named::Component(address.clone(), output.clone()), reference.span)?;
        self.part_of(reference, &value, &reference.path[at + 1..])
    }

    fn resource_output(
        &mut self,
        reference: &Reference,
        address: &Address,
        kind: &dyn crate::resource::Kind,
        at: usize,
    ) -> Option<Value> {
        let path = &reference.path[at..];
        let [Step::Name(output), rest @ ..] = path else {
            let detail = format!("Which output of `{}`?", address.path());
            let hint = match follow(kind.outputs_schema(), &[Step::Name(String::new())]) {
                Follow::Missing { names, .. } => did_you_mean("", names.iter().map(String::as_str)),
                Follow::Found(_) => None,
            };
            return self.refuse(reference, &detail, hint);
        };
        match follow(kind.outputs_schema(), path) {
            Follow::Found(_) => {
                let output = OutputRef {
                    address: address.clone(),
                    output: output.clone(),
                    path: rest.to_vec(),
                    span: reference.span,
                };
                let node = Node::Template(vec![Part::Output(output)]);
                Some(Value { node, span: reference.span })
            }
            Follow::Missing { step, names } => {
                let name = interpolate::display(&path[step..=step]);
                let detail = match step {
                    0 => format!(
                        "`{}`, of type `{}`, has no output `{name}`.",
                        address.path(),
                        kind.name()
                    ),
                    _ => format!(
                        "The output `{}` of `{}` has no `{name}`.",
                        interpolate::display(&path[..step]),
                        address.path()
                    ),
                };
                let hint = did_you_mean(&name, names.iter().map(String::as_str));
                self.refuse(reference, &detail, hint)
            }
        }
    }

    fn part_of(&mut self, reference: &Reference, value: &Value, rest: &[Step]) -> Option<Value> {
        let at = reference.path.len() - rest.len();
        match descend(value, rest) {
            Ok(value) => Some(placed_at(&value, reference.span)),
            Err((step, missing)) => {
                let place = format!("`{}`", interpolate::display(&reference.path[..at]));
                self.diagnostics.push(unknown_step(reference, at + step, missing, &place));
                None
            }
        }
    }

    fn named(&mut self, name: Named, span: Span) -> Option<Value> {
        if let Some(known) = self.known.get(&name) {
            return known.clone();
        }
        if let Some(start) = self.open.iter().position(|(open, _)| *open == name) {
            self.circle(start, span);
            return None;
        }
        let (value, scope) = match &name {
            Named::Stack(stack, output) => {
                let field = self.stacks.get(stack.as_str())?.outputs.get(output)?;
                (field.value.clone(), Scope { stack: stack.clone(), parent: None })
            }
            Named::Component(address, output) => {
                let component = self.expanded.components.get(address)?;
                let value = component.outputs.get(output).cloned().unwrap_or_else(|| null(span));
                let stack = address.stack().to_owned();
                (value, Scope { stack, parent: Some(address.clone()) })
            }
        };
        self.open.push((name.clone(), span));
        let outer = std::mem::replace(&mut self.scope, scope);
        let before = self.diagnostics.len();
        let bound = substitute(&value, self);
        let bound = (self.diagnostics.len() == before).then_some(bound);
        self.scope = outer;
        self.open.pop();
        self.known.insert(name, bound.clone());
        bound
    }

    /// Outputs that refer to each other in a circle.
    fn circle(&mut self, start: usize, span: Span) {
        let names: Vec<String> = self.open[start..]
            .iter()
            .chain(&self.open[start..=start])
            .map(|(name, _)| match name {
                Named::Stack(stack, output) => format!("stack.{stack}.{output}"),
                Named::Component(address, output) => format!("{}.{output}", address.path()),
            })
            .collect();
        let detail = format!("These outputs refer to each other: {}.", names.join(" → "));
        let mut diagnostic = Diagnostic::error("Circular outputs", span, detail);
        for ((_, place), name) in self.open[start..].iter().skip(1).zip(&names[1..]) {
            diagnostic = diagnostic.label(*place, format!("refers to `{name}`"));
        }
        self.diagnostics.push(diagnostic);
    }

    fn refuse(
        &mut self,
        reference: &Reference,
        detail: &str,
        hint: Option<String>,
    ) -> Option<Value> {
        self.diagnostics
            .push(Diagnostic::error("Unknown reference", reference.span, detail).maybe_hint(hint));
        None
    }
}

fn null(span: Span) -> Value {
    Value { node: Node::Null, span }
}
