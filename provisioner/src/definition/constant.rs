//! `${config.…}`, `${env.…}` and `${each.…}`: what is known before AWS is asked.

use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use super::each::Each;
use super::substitute::{Binder, Missing, descend};
use super::{Environment, interpolate};
use crate::value::{Node, Reference, Step, Value};

/// The values that are known before AWS is asked.
#[derive(Clone, Copy)]
pub(super) struct Constants<'a> {
    pub environment: &'a Environment,
}

impl<'a> Constants<'a> {
    /// A binder for them, with the item of a `for_each` where there is one.
    pub fn binder<'b>(
        self,
        each: Option<&'b Each>,
        diagnostics: &'b mut Diagnostics,
    ) -> ConstantBinder<'b>
    where
        'a: 'b,
    {
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
