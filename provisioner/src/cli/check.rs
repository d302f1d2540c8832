//! `provision check ENV`

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::session;
use super::{ExitStatus, Failed, Global};
use crate::aws;
use crate::compliance::assess::{Assessment, assess};
use crate::compliance::catalog;
use crate::compliance::control::Severity;
use crate::compliance::population::Population;
use crate::definition::{Definition, Diagnostics, Refusal};
use crate::view::{self, Failure, Stream, View};

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision check prod                      before it is made: needs no account
  provision check prod --fail-on medium     exit code 2 from medium on; never: `--fail-on none`
  provision check prod --sarif check.sarif  for the code host's security tab
  provision check prod --all                what is met as well

The controls are in config/controls/, what is let pass in config/exceptions.yaml.")]
pub struct Check {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// From which severity on a finding fails the run.
    #[arg(long, value_name = "SEVERITY", default_value = "high")]
    fail_on: FailOn,
    /// Show what is met and what can't be told yet as well.
    #[arg(long)]
    all: bool,
    /// Write the findings as SARIF 2.1.0 too.
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FailOn {
    None,
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

impl FailOn {
    pub(super) fn severity(self) -> Option<Severity> {
        Some(match self {
            Self::None => return None,
            Self::Informational => Severity::Informational,
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
        })
    }
}

impl Check {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let kinds = aws::kinds();
        let Definition { program, mut sources, .. } =
            session::load(global, &self.env, &kinds, view)?;
        let mut diagnostics = Diagnostics::default();
        let catalog = catalog::read(&global.root, &kinds, &mut sources, &mut diagnostics);
        if diagnostics.has_errors() {
            let diagnostics = diagnostics.sorted();
            return Err(Failed::Definition(Box::new(Refusal { sources, diagnostics })));
        }
        if catalog.controls.is_empty() {
            return Err(no_controls());
        }
        let population = Population::declared(&program);
        let today = jiff::Zoned::now().date();
        let sources = std::sync::Arc::new(sources);
        let assessments = assess(&catalog, &population, &self.env, today)
            .map_err(|error| Failed::Other(Failure::of(&error)).at(error.span, &sources))?;
        let found =
            view::check::Found { catalog: &catalog, assessments: &assessments, sources: &sources };
        if let Some(file) = &self.sarif {
            write(file, &view::sarif::log(&found))?;
        }
        self.show(global, &found);
        Ok(self.status(&assessments))
    }

    fn show(&self, global: &Global, found: &view::check::Found<'_>) {
        let streams = global.streams();
        if global.json {
            for line in view::check::lines(found) {
                streams.line(Stream::Out, &line);
            }
            return;
        }
        let width = streams.width(Stream::Out);
        streams.line(Stream::Out, &view::check::text(found, self.all, width));
    }

    fn status(&self, assessments: &[Assessment<'_>]) -> ExitStatus {
        let Some(severity) = self.fail_on.severity() else { return ExitStatus::Done };
        match assessments.iter().any(|assessment| assessment.is_at_least(severity)) {
            true => ExitStatus::Changes,
            false => ExitStatus::Done,
        }
    }
}

pub(super) fn no_controls() -> Failed {
    Failed::new("there are no controls in `config/controls`")
        .hint("the project's template has some: each is an entry of a YAML file in that folder")
}

fn write(file: &std::path::Path, text: &str) -> Result<(), Failed> {
    fs::write(file, text).map_err(|error| {
        Failed::new(format!("{} could not be written: {error}", file.display()))
            .hint("`--sarif` names a file in a directory that exists")
    })
}
