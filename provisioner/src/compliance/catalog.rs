//! The controls and the exceptions of a project, read and checked.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use super::condition::{Condition, RESOURCE};
use super::control::{self, Control};
use super::criteria;
use super::exception::{self, Exception};
use crate::definition::diagnostic::did_you_mean;
use crate::definition::schema::list_schema;
use crate::definition::{Diagnostic, Diagnostics, Sources, list};
use crate::resource::{Kind, Kinds, schema_of};
use crate::value::{Span, Value};

/// Where the controls are.
const CONTROLS: &str = "config/controls";
/// Where the exceptions are.
const EXCEPTIONS: &str = "config/exceptions.yaml";

/// Everything that is demanded of a project's objects, and what is let pass.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The controls, by file and place.
    pub controls: Vec<Control>,
    /// The exceptions, by place.
    pub exceptions: Vec<Exception>,
}

/// Reads the catalog of a project. Mistakes are among the diagnostics.
pub fn read(
    root: &Path,
    kinds: &Kinds,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Catalog {
    let mut catalog = Catalog::default();
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for file in list::folder(root, CONTROLS, diagnostics) {
        for (written, value) in list::read(file, "control", sources, diagnostics) {
            let mut reader = Reader { value: &value, kinds, diagnostics };
            let Some(control) = reader.control(written) else { continue };
            if let Some(first) = first.insert(control.id.clone(), control.span) {
                let detail = format!("`{}` is the name of two controls.", control.id);
                let twice = Diagnostic::error("Duplicate control", control.span, detail);
                diagnostics.push(twice.label(first, "first used here"));
            }
            catalog.controls.push(control);
        }
    }
    if let Some(file) = list::file(root, EXCEPTIONS, diagnostics) {
        for (written, value) in list::read(file, "exception", sources, diagnostics) {
            let names = first.keys().map(String::as_str);
            catalog.exceptions.extend(exception(written, &value, names, diagnostics));
        }
    }
    catalog
}

/// Whether a file is one of those that a catalog is read from.
pub fn is_of(path: &str) -> bool {
    path.starts_with(CONTROLS) || path == EXCEPTIONS
}

/// The schema of `config/controls/*.yaml`, for editors.
pub fn controls_schema() -> Json {
    list_schema("Controls: what objects have to be like", &schema_of::<control::Written>())
}

/// The schema of `config/exceptions.yaml`, for editors.
pub fn exceptions_schema() -> Json {
    list_schema("Exceptions: what is let pass, for a time", &schema_of::<exception::Written>())
}

/// One control on its way from text.
struct Reader<'a> {
    value: &'a Value,
    kinds: &'a Kinds,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn control(&mut self, written: control::Written) -> Option<Control> {
        let kind = self.kind(&written.applies_to, "applies_to");
        for (name, relation) in &written.related {
            self.relation(name, relation, &written.applies_to);
        }
        for (index, id) in written.criteria.iter().enumerate() {
            if criteria::find(id).is_none() {
                let detail = format!("`{id}` is not among the trust services criteria.");
                self.refuse("Unknown criterion", &format!("criteria.{index}"), detail, None);
            }
        }
        let when = written.when.as_deref().map(|text| self.condition(text, "when"));
        let expect = self.condition(&written.expect, "expect");
        let (expect, when) = (expect?, when.map_or(Some(None), |when| when.map(Some))?);
        let kind = kind?;
        for (condition, place) in
            when.iter().map(|when| (when, "when")).chain([(&expect, "expect")])
        {
            self.names(condition, place, &*kind, &written);
        }
        Some(Control {
            id: written.id,
            title: written.title,
            severity: written.severity,
            applies_to: written.applies_to,
            when,
            related: written.related,
            expect,
            criteria: written.criteria,
            security_hub: written.security_hub,
            fix: written.fix,
            span: self.value.nearest("id").span,
        })
    }

    fn kind(&mut self, name: &str, place: &str) -> Option<std::sync::Arc<dyn Kind>> {
        let kind = self.kinds.get(name).cloned();
        if kind.is_none() {
            let detail = format!("There is no kind `{name}`.");
            let hint = did_you_mean(name, self.kinds.names());
            self.refuse("Unknown kind", place, detail, hint);
        }
        kind
    }

    fn relation(&mut self, name: &str, relation: &control::Relation, applies_to: &str) {
        let place = format!("related.{name}");
        let Some(kind) = self.kind(&relation.kind, &format!("{place}.kind")) else { return };
        match (&relation.by, &relation.via) {
            (Some(by), None) => self.property(by, &*kind, &format!("{place}.by")),
            (None, Some(via)) => {
                if let Some(kind) = self.kinds.get(applies_to).cloned() {
                    self.property(via, &*kind, &format!("{place}.via"));
                }
            }
            _ => {
                let detail = format!(
                    "`{name}` is found either `by` a property of `{}` or `via` one of \
                     `{applies_to}`.",
                    relation.kind
                );
                self.refuse("Unclear relation", &place, detail, None);
            }
        }
    }

    fn condition(&mut self, text: &str, place: &str) -> Option<Condition> {
        match Condition::parse(text) {
            Ok(condition) => Some(condition),
            Err(error) => {
                let detail = format!("The condition is not CEL: {error}.");
                self.refuse("Bad condition", place, detail, None);
                None
            }
        }
    }

    /// A misspelt name would make a condition that nothing meets.
    fn names(
        &mut self,
        condition: &Condition,
        place: &str,
        kind: &dyn Kind,
        written: &control::Written,
    ) {
        let known = |name: &str| name == RESOURCE || written.related.contains_key(name);
        for name in condition.variables().iter().filter(|name| !known(name)) {
            let detail = format!(
                "The condition uses `{name}`, which is neither `{RESOURCE}` nor `related`."
            );
            let names = written.related.keys().map(String::as_str).chain([RESOURCE]);
            self.refuse("Unknown name", place, detail, did_you_mean(name, names));
        }
        for property in condition.properties(RESOURCE) {
            self.property(property, kind, place);
        }
    }

    fn property(&mut self, property: &str, kind: &dyn Kind, place: &str) {
        let properties = kind.schema()["properties"].as_object();
        if properties.is_none_or(|properties| properties.contains_key(property)) {
            return;
        }
        let detail = format!("`{}` has no property `{property}`.", kind.name());
        let names = properties.into_iter().flat_map(|all| all.keys()).map(String::as_str);
        self.refuse("Unknown property", place, detail, did_you_mean(property, names));
    }

    fn refuse(&mut self, summary: &'static str, place: &str, detail: String, hint: Option<String>) {
        let span = self.value.nearest(place).span;
        self.diagnostics.push(Diagnostic::error(summary, span, detail).maybe_hint(hint));
    }
}

fn exception<'a>(
    written: exception::Written,
    value: &Value,
    controls: impl Iterator<Item = &'a str> + Clone,
    diagnostics: &mut Diagnostics,
) -> Option<Exception> {
    if !controls.clone().any(|id| id == written.control) {
        let detail = format!("There is no control `{}`.", written.control);
        let unknown = Diagnostic::error("Unknown control", value.nearest("control").span, detail);
        diagnostics.push(unknown.maybe_hint(did_you_mean(&written.control, controls)));
        return None;
    }
    let Ok(expires) = written.expires.parse() else {
        let detail = format!("`{}` is no day of the calendar.", written.expires);
        let span = value.nearest("expires").span;
        diagnostics
            .push(Diagnostic::error("Bad date", span, detail).hint("such as \"2027-03-31\""));
        return None;
    };
    Some(Exception {
        control: written.control,
        resource: written.resource,
        environments: written.environments,
        reason: written.reason,
        approved_by: written.approved_by,
        expires,
        span: value.span,
    })
}
