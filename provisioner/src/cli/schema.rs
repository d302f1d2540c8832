//! `provision schema`

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use serde_json::Value as Json;

use super::{ExitStatus, Failed, Global};
use crate::compliance::catalog;
use crate::definition::schema;
use crate::view::{Stream, View};
use crate::{aws, components};

/// Arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision schema stack                     print it
  provision schema --write config/schema     write all of them, for editors")]
pub struct Schema {
    /// Which file's schema.
    #[arg(value_enum, default_value = "stack")]
    of: Of,
    /// Write every schema into this directory instead.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    /// `stacks/*.yaml`
    Stack,
    /// `config/*.yaml`
    Environment,
    /// `config/controls/*.yaml`
    Control,
    /// `config/exceptions.yaml`
    Exception,
}

impl Of {
    fn schema(self) -> Json {
        match self {
            Self::Stack => schema::stack_schema(&aws::kinds(), &components::components()),
            Self::Environment => schema::environment_schema(),
            Self::Control => catalog::controls_schema(),
            Self::Exception => catalog::exceptions_schema(),
        }
    }
}

impl Schema {
    pub(super) fn run(self, global: &Global, view: &mut dyn View) -> Result<ExitStatus, Failed> {
        let Some(directory) = self.write else {
            global.streams().line(Stream::Out, &format!("{:#}", self.of.schema()));
            return Ok(ExitStatus::Done);
        };
        for of in Of::value_variants() {
            let schema = of.schema();
            let name = of.to_possible_value().map(|value| value.get_name().to_owned());
            let name = name.unwrap_or_default();
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
