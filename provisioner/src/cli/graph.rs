//! `provision graph ENV`

use clap::{Args, ValueEnum};

use super::plan::check_stack;
use super::session;
use super::{ExitStatus, Failed, Global};
use crate::aws;
use crate::engine::graph::with_dependencies;
use crate::view::graph::{self, Graph as Drawing};
use crate::view::{self, Stream, View};

/// Arguments of `graph`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision graph dev                            Mermaid, for a page on GitHub
  provision graph dev --format svg > graph.svg   a drawing, light and dark
  provision graph dev --stack db --format dot | dot -Tpdf > db.pdf

An arrow leads from what is needed to what waits for it. An arrow that a longer way implies is
left out. AWS is not asked.")]
pub struct Graph {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// What to draw it as.
    #[arg(long, value_enum, default_value = "mermaid")]
    format: Format,
    /// Only this stack and what it depends on (may be repeated).
    #[arg(long, value_name = "STACK")]
    stack: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For Markdown on GitHub and GitLab.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A drawing that every browser shows.
    Svg,
}

impl Graph {
    pub(super) fn run(self, global: &Global, view: &mut dyn View) -> Result<ExitStatus, Failed> {
        let loaded = session::load(global, &self.env, &aws::kinds(), view)?;
        for stack in &self.stack {
            check_stack(&loaded.program, stack)?;
        }
        let stacks = self.stack.iter().cloned().collect();
        let only = (!self.stack.is_empty()).then(|| with_dependencies(&loaded.program, &stacks));
        let drawing = Drawing::new(&loaded.program, only.as_ref());
        let text = match (global.json, self.format) {
            (true, _) => view::json::line("graph", graph::json(&drawing)),
            (false, Format::Mermaid) => graph::mermaid(&drawing),
            (false, Format::Dot) => graph::dot(&drawing),
            (false, Format::Svg) => graph::svg(&drawing),
        };
        global.streams().line(Stream::Out, &text);
        Ok(ExitStatus::Done)
    }
}
