//! Files that are a list each, beside the stacks: controls, exceptions.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::load::{self, File};
use super::schema::Checker;
use super::source::Sources;
use crate::resource::schema_of;
use crate::value::{Node, Value};
use schemars::JsonSchema;

/// The YAML files of a folder of the project, by name; none where there is no such folder.
pub fn folder(root: &Path, folder: &str, diagnostics: &mut Diagnostics) -> Vec<File> {
    let names = load::names_in(&root.join(folder)).unwrap_or_default();
    let names = names.iter().filter(|name| name.ends_with(".yaml") || name.ends_with(".yml"));
    names
        .filter_map(|name| load::read_file(root, format!("{folder}/{name}"), diagnostics))
        .collect()
}

/// A file of the project; `None` where there is none.
pub fn file(root: &Path, path: &str, diagnostics: &mut Diagnostics) -> Option<File> {
    root.join(path).exists().then(|| load::read_file(root, path.to_owned(), diagnostics))?
}

/// The entries of a file that is a list, each with the value that it was written as. Those with
/// mistakes are left out; the mistakes are among the diagnostics then.
pub fn read<T: DeserializeOwned + JsonSchema>(
    file: File,
    subject: &str,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<(T, Value)> {
    let (id, value) = load::load(file, sources, diagnostics);
    let Some(value) = value else { return Vec::new() };
    let items = match value.node {
        Node::List(items) => items,
        Node::Null => return Vec::new(),
        _ => {
            let detail = format!("This file is a list: each item is one {subject}.");
            diagnostics.push(Diagnostic::error("Wrong type", load::start_of(id), detail));
            return Vec::new();
        }
    };
    let schema = schema_of::<T>();
    let mut entries = Vec::new();
    for item in items {
        let problems = Checker::before_binding().check(&item, &schema, subject);
        if !problems.is_empty() {
            diagnostics.extend(problems);
            continue;
        }
        match serde_json::from_value(item.evaluate(&|_, _| None)) {
            Ok(entry) => entries.push((entry, item)),
            Err(error) => {
                let detail = format!("This {subject} can't be used: {error}.");
                diagnostics.push(Diagnostic::error("Wrong type", item.span, detail));
            }
        }
    }
    entries
}
