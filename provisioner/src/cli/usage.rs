//! Arguments that can't be understood, and help.

use std::path::{Path, PathBuf};

use clap::builder::styling::{AnsiColor, Styles};
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{ExitStatus, definition};
use crate::definition::environments;

/// The colours of help, those of the other views.
pub(super) const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Shows help, or what is wrong with the arguments. Wrong ones are an ordinary failure: the exit
/// code 2 that is usual for them means changes here.
pub fn usage(mut error: clap::Error) -> ExitStatus {
    if lacks_environment(&error)
        && let Some(tip) = environments_tip(&root())
    {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    // A terminal that has gone away is no error of ours.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitStatus::Done,
        _ => ExitStatus::Failed,
    }
}

fn lacks_environment(error: &clap::Error) -> bool {
    let missing = error.get(ContextKind::InvalidArg);
    error.kind() == ErrorKind::MissingRequiredArgument
        && matches!(missing, Some(ContextValue::Strings(names)) if names.iter().any(|it| it == "<ENV>"))
}

fn environments_tip(root: &Path) -> Option<String> {
    let names = environments(root);
    match names.as_slice() {
        [] => None,
        [only] => Some(format!("the environment here is {only}")),
        _ => Some(format!("the environments here are {}", names.join(", "))),
    }
}

/// The project's directory, as far as the arguments can be understood.
fn root() -> PathBuf {
    let matches = definition().ignore_errors(true).try_get_matches().ok();
    let root = matches.and_then(|matches| matches.get_one::<PathBuf>("root").cloned());
    root.unwrap_or_else(|| PathBuf::from("."))
}
