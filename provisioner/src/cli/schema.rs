//! `provision schema`

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ExitStatus, Failed, Global};
use crate::definition::schema;
use crate::view::{Stream, View};
use crate::{aws, components};

/// Arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision schema stack                     print it
  provision schema --write config/schema     write both, for editors")]
pub struct Schema {
    /// Which file's schema.
    #[arg(value_enum, default_value = "stack")]
    of: Of,
    /// Write both schemas into this directory instead.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    /// `stacks/*.yaml`
    Stack,
    /// `config/*.yaml`
    Environment,
}

impl Schema {
    pub(super) fn run(self, global: &Global, view: &mut dyn View) -> Result<ExitStatus, Failed> {
        let stack = || schema::stack_schema(&aws::kinds(), &components::components());
        let Some(directory) = self.write else {
            let schema = match self.of {
                Of::Stack => stack(),
                Of::Environment => schema::environment_schema(),
            };
            global.streams().line(Stream::Out, &format!("{schema:#}"));
            return Ok(ExitStatus::Done);
        };
        for (name, schema) in [("stack", stack()), ("environment", schema::environment_schema())] {
            let path = directory.join(format!("{name}.schema.json"));
            fs::create_dir_all(&directory)
                .and_then(|()| fs::write(&path, format!("{schema:#}\n")))
                .map_err(|error| {
                    Failed::new(format!("{} could not be written: {error}", path.display()))
                        .hint("`--write` names a directory; it is made where there is none")
                })?;
            view.note(&format!("wrote {}", path.display()));
        }
        Ok(ExitStatus::Done)
    }
}
