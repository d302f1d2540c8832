//! `image`: a container image, built from the project's sources where the registry lacks it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Component, Expansion, Input};
use crate::aws::ecr::image::{CargoPackage, Output, Recipe};
use crate::resource::Problem;
use crate::ship::image::Container;
use crate::ship::{migrations, source};

/// A container image: built by a command and put together without an engine, or built from a
/// Dockerfile, and pushed. Its tag follows from its sources: what is unchanged is neither built
/// nor pushed again.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The name of the ECR repository, e.g. `${stack.registry.name}`.
    pub repository: Input<String>,
    /// Builds a static program, of which an image is made. Either this or `dockerfile`.
    #[serde(default)]
    pub build: Option<Build>,
    /// Builds an image with Docker, where an engine runs. Either this or `build`.
    #[serde(default)]
    pub dockerfile: Option<Dockerfile>,
    /// With `build`: how the program is run.
    #[serde(default)]
    pub container: Container,
    /// The folder with the migrations that its program applies when it starts, from the project's
    /// directory. A release whose new migrations the one before can't live with is refused.
    /// Default: it has none.
    #[serde(default)]
    pub migrations: Option<String>,
}

/// How a static program is built.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// The command, run in the project's directory. `{output}` stands for the file that it has to
    /// write.
    #[schemars(length(min = 1))]
    pub command: Vec<String>,
    /// The files and folders that it is built from, from the project's directory; what git ignores
    /// is left out.
    #[schemars(length(min = 1))]
    pub sources: Vec<String>,
    /// The Cargo package that it is, for the bill of materials. Default: none is kept.
    #[serde(default)]
    pub bill_of_materials: Option<CargoPackage>,
}

/// How Docker builds an image.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dockerfile {
    /// The file, from the project's directory.
    pub path: String,
    /// The context, from the project's directory. Default: the project's directory.
    #[serde(default)]
    pub context: Option<String>,
    /// The files and folders that it is built from, as with `build`. Default: the context.
    #[serde(default)]
    pub sources: Option<Vec<String>>,
    /// For which platform. Default `linux/amd64`.
    #[serde(default)]
    pub platform: Option<String>,
}

impl Component for Image {
    const TYPE: &'static str = "image";
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("uri", "What it is pulled as, by its digest."),
        ("digest", "`sha256:…`."),
        ("tag", "Its tag, which follows from its sources."),
    ];

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.build.is_some() == self.dockerfile.is_some() {
            problems.push(
                Problem::at("build", "An image needs either `build` or `dockerfile`.")
                    .hint("write build: { command: [...], sources: [...] }"),
            );
        }
        if self.dockerfile.is_some() && self.container != Container::default() {
            problems.push(Problem::at("container", "A Dockerfile says by itself what is run."));
        }
        problems
    }

    fn expand(&self, scope: &mut Expansion<'_>) {
        let (recipe, sources, property) = match (&self.build, &self.dockerfile) {
            (Some(build), _) => (self.built(build), build.sources.clone(), "build.sources"),
            (None, Some(file)) => (file.recipe(), file.sources(), "dockerfile.sources"),
            (None, None) => return,
        };
        let root = &scope.environment().root;
        let digest = match source::digest(root, sources.iter().map(String::as_str)) {
            Ok(digest) => digest,
            Err(error) => {
                let problem = Problem::at(property, format!("The sources can't be read: {error}."));
                scope.problem(problem.hint("paths begin at the directory with `stacks`"));
                return;
            }
        };
        let recipe = json!(recipe);
        let tag = source::name(&digest, &recipe);
        let mut properties = json!({ "repository": self.repository, "tag": tag, "recipe": recipe });
        if let Some(folder) = &self.migrations {
            match migrations::files(&root.join(folder)) {
                Ok(files) => properties["migrations"] = json!({ "folder": folder, "files": files }),
                Err(error) => {
                    let message = format!("The migrations can't be read: {error}.");
                    scope.problem(Problem::at("migrations", message));
                }
            }
        }
        scope.resource("image", "ecr.image", properties);
        for (name, _) in Self::OUTPUTS {
            scope.output(*name, json!(format!("${{self.image.{name}}}")));
        }
    }
}

impl Image {
    fn built(&self, build: &Build) -> Recipe {
        Recipe {
            command: build.command.clone(),
            output: Output::Binary,
            container: self.container.clone(),
            bill_of_materials: build.bill_of_materials.clone(),
        }
    }
}

impl Dockerfile {
    fn context(&self) -> String {
        self.context.clone().unwrap_or_else(|| ".".to_owned())
    }

    fn sources(&self) -> Vec<String> {
        let mut sources = self.sources.clone().unwrap_or_else(|| vec![self.context()]);
        sources.push(self.path.clone());
        sources
    }

    fn recipe(&self) -> Recipe {
        let platform = self.platform.as_deref().unwrap_or("linux/amd64");
        let command = [
            "docker",
            "buildx",
            "build",
            "--platform",
            platform,
            "--provenance=false",
            "--file",
            &self.path,
            "--output",
            "type=oci,dest={output}",
            &self.context(),
        ];
        Recipe {
            command: command.map(str::to_owned).into(),
            output: Output::OciArchive,
            ..Recipe::default()
        }
    }
}
