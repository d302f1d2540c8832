//! `ecr.image`: an image, built from sources and pushed to a repository.
//!
//! Its tag says what it was built from, so an image that is there is never built again, whoever
//! pushed it. Nor is it deleted with its declaration: earlier releases are there to roll back to,
//! until the repository's lifecycle policy ends them.

use std::collections::HashMap;
use std::path::Path;

use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::read::in_order;
use crate::aws::{Context, Error, partition};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};
use crate::ship::build::{self, BuildError};
use crate::ship::image::{Container, Referrer, assemble};
use crate::ship::layout::{Layout, LayoutError};
use crate::ship::migrations;
use crate::ship::registry::{RegistryError, Repository};
use crate::ship::sbom;

/// Where builds leave what they make, from the project's directory.
const FOLDER: &str = ".local/images";
/// How many tags one DescribeImages takes.
const PAGE: usize = 100;

/// An image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The name of the repository. A change replaces.
    pub repository: String,
    /// Its tag: another for other sources. A change replaces.
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^\w[\w.-]*$"))]
    pub tag: String,
    /// How it is made where it is not there yet. Default: it has to be there. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<Recipe>,
    /// The migrations of a database that its program brings along, where the release before has to
    /// be able to live with them. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrations: Option<Migrations>,
}

/// The migrations that an image's program brings along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Migrations {
    /// The folder, from the project's directory.
    pub folder: String,
    /// The SHA-256 of each file by its name.
    pub files: migrations::Files,
}

/// How an image is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The command that builds it, run in the project's directory. `{output}` stands for the file
    /// that it has to write, e.g. `[scripts/build-app.sh, "{output}"]`.
    #[schemars(length(min = 1))]
    pub command: Vec<String>,
    /// What the command writes. Default `binary`.
    #[serde(default)]
    pub output: Output,
    /// For a `binary`: how it is run.
    #[serde(default)]
    pub container: Container,
    /// For a `binary`: the package of a lock file of Cargo's that it is built from, for the bill of
    /// materials that is kept beside the image. Default: none is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill_of_materials: Option<CargoPackage>,
}

/// What a command writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// A static program for Linux. The image is put together here, without an engine.
    #[default]
    Binary,
    /// An image as an archive of an OCI layout, as
    /// `docker buildx build --output type=oci,dest={output}` writes it.
    OciArchive,
}

/// A package of a Cargo workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CargoPackage {
    /// The lock file, from the project's directory. Default `Cargo.lock`.
    #[serde(default = "cargo_lock")]
    pub lock: String,
    /// The package's name.
    pub package: String,
}

fn cargo_lock() -> String {
    "Cargo.lock".to_owned()
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// What it is pulled as, by its digest:
    /// `123456789012.dkr.ecr.eu-central-1.amazonaws.com/vitality/api@sha256:…`.
    pub uri: String,
    /// `sha256:…`.
    pub digest: String,
    /// Its tag.
    pub tag: String,
}

impl Resource for Image {
    const KIND: &'static str = "ecr.image";
    const TRAITS: Traits = Traits {
        immutable: &["repository", "tag", "recipe"],
        compare: &[("recipe", Compare::WriteOnly), ("migrations", Compare::WriteOnly)],
        create_first: true,
        create_time: std::time::Duration::from_secs(180),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let Some(recipe) = &self.recipe else { return Vec::new() };
        let mut problems = Vec::new();
        if !recipe.command.iter().any(|word| word.contains(build::OUTPUT)) {
            problems.push(
                Problem::at("recipe.command", "The command is not told where to write.")
                    .hint("`{output}` stands for the file that it has to write"),
            );
        }
        let archive = recipe.output == Output::OciArchive;
        if archive && recipe.container != Container::default() {
            let message = "An archive says by itself how its program is run.";
            problems.push(Problem::at("recipe.container", message));
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let mut tags: HashMap<&str, Vec<&str>> = HashMap::new();
        for [repository, tag] in ids.iter().filter_map(Id::parts) {
            tags.entry(repository).or_default().push(tag);
        }
        let mut found = HashMap::new();
        for (repository, tags) in tags {
            for tags in tags.chunks(PAGE) {
                for image in describe(cx, repository, tags).await? {
                    for tag in image.image_tags() {
                        found.insert(id(repository, tag).0, live(cx, repository, tag, &image));
                    }
                }
            }
        }
        Ok(in_order(ids, found))
    }

    async fn find(&self, cx: &Context, _owner: &Owner) -> Result<Vec<Id>> {
        let found = describe(cx, &self.repository, &[&self.tag]).await?;
        Ok(found.iter().map(|_| id(&self.repository, &self.tag)).collect())
    }

    async fn create(&self, cx: &Context, _owner: &Owner) -> Result<Created<Outputs>> {
        let id = id(&self.repository, &self.tag);
        // The same sources may have been built for another environment, or before.
        if let Some(image) = describe(cx, &self.repository, &[&self.tag]).await?.first() {
            return Ok(Created::ready(id, outputs(cx, &self.repository, &self.tag, image)));
        }
        let Some(recipe) = &self.recipe else { return Err(self.missing()) };
        let layout = self.build(recipe, &cx.project).await?;
        self.repository(cx).await?.push(&layout, &self.tag).await.map_err(refused)?;
        let pushed = describe(cx, &self.repository, &[&self.tag]).await?;
        let image = pushed.first();
        let image = image.ok_or_else(|| Error::missing("ecr:DescribeImages", "imageDetails"))?;
        Ok(Created::ready(id, outputs(cx, &self.repository, &self.tag, image)))
    }

    async fn update(&self, _cx: &Context, _id: &Id, _change: &Change<Self>) -> Result<()> {
        Ok(())
    }

    async fn delete(&self, _cx: &Context, _id: &Id) -> Result<Deleted> {
        Ok(Deleted::Gone)
    }
}

impl Image {
    fn missing(&self) -> Error {
        let message = format!("there is no image `{}` in `{}`", self.tag, self.repository);
        let error = Error::invalid(message).conclusive();
        error.advise("a repository's lifecycle policy ends old images: choose a later release")
    }

    /// Builds it in a folder of its own, unless it was built here before: the tag follows from the
    /// sources.
    async fn build(&self, recipe: &Recipe, project: &Path) -> Result<Layout> {
        let folder = project.join(FOLDER).join(&self.tag);
        // The whole path, because the command runs elsewhere.
        let folder = std::fs::create_dir_all(&folder)
            .and_then(|()| folder.canonicalize())
            .map_err(|error| Error::invalid(format!("{}: {error}", folder.display())))?;
        let output = folder.join("output");
        if !output.exists() {
            build_whole(project, &recipe.command, &output).await?;
        }
        let layout = match recipe.output {
            Output::Binary => assemble_binary(recipe, project, &output, &folder.join("layout")),
            Output::OciArchive => Layout::unpack(&output, &folder.join("layout")).map_err(unusable),
        };
        layout.map_err(Error::conclusive)
    }

    /// The repository, for somebody who may push to it.
    async fn repository(&self, cx: &Context) -> Result<Repository> {
        let operation = "ecr:GetAuthorizationToken";
        let answer = cx.clients.ecr().get_authorization_token().send().await?;
        let data = answer.authorization_data.unwrap_or_default().into_iter().next();
        let data = data.ok_or_else(|| Error::missing(operation, "authorizationData"))?;
        let token = data.authorization_token();
        let token = token.ok_or_else(|| Error::missing(operation, "authorizationToken"))?;
        let endpoint = data.proxy_endpoint();
        let endpoint = endpoint.ok_or_else(|| Error::missing(operation, "proxyEndpoint"))?;
        Repository::new(endpoint, &self.repository, token).map_err(refused)
    }
}

/// Runs a command that writes a file. A file of this name is a whole one, even where a command was
/// killed before.
async fn build_whole(project: &Path, command: &[String], output: &Path) -> Result<()> {
    let broken = |error| Error::invalid(format!("{}: {error}", output.display()));
    let unfinished = output.with_extension("unfinished");
    if unfinished.exists() {
        std::fs::remove_file(&unfinished).map_err(broken)?;
    }
    build::run(project, command, &unfinished).await.map_err(failed)?;
    std::fs::rename(&unfinished, output).map_err(broken)
}

fn assemble_binary(
    recipe: &Recipe,
    project: &Path,
    output: &Path,
    folder: &Path,
) -> Result<Layout> {
    let binary = read(output)?;
    let mut referrers = Vec::new();
    if let Some(CargoPackage { lock, package }) = &recipe.bill_of_materials {
        let text = String::from_utf8_lossy(&read(&project.join(lock))?).into_owned();
        let content = sbom::of_cargo(&text, package)
            .map_err(|error| Error::invalid(format!("{lock}: {error}")))?;
        referrers.push(Referrer { media_type: sbom::MEDIA_TYPE, content });
    }
    assemble(&binary, &recipe.container, &referrers, folder).map_err(unusable)
}

fn id(repository: &str, tag: &str) -> Id {
    Id(format!("{repository}|{tag}"))
}

/// The images of these tags that exist. One that does not exist fails the call for all; then each
/// is asked for by itself.
async fn describe(cx: &Context, repository: &str, tags: &[&str]) -> Result<Vec<ImageDetail>> {
    if let Some(found) = tagged(cx, repository, tags).await? {
        return Ok(found);
    }
    if tags.len() == 1 {
        return Ok(Vec::new());
    }
    let each = tags.iter().map(|tag| tagged(cx, repository, std::slice::from_ref(tag)));
    let each = futures::future::try_join_all(each).await?;
    Ok(each.into_iter().flatten().flatten().collect())
}

async fn tagged(cx: &Context, repository: &str, tags: &[&str]) -> Result<Option<Vec<ImageDetail>>> {
    let ids = tags.iter().map(|tag| ImageIdentifier::builder().image_tag(*tag).build()).collect();
    let request = cx.clients.ecr().describe_images().repository_name(repository);
    let answer = request.set_image_ids(Some(ids)).send().await.map_err(Error::from);
    Ok(Error::optional(answer)?.map(|answer| answer.image_details.unwrap_or_default()))
}

fn live(cx: &Context, repository: &str, tag: &str, image: &ImageDetail) -> Live<Image> {
    let spec = Image {
        repository: repository.to_owned(),
        tag: tag.to_owned(),
        recipe: None,
        migrations: None,
    };
    let outputs = outputs(cx, repository, tag, image);
    Live { spec, outputs, tags: None, status: Status::Ready }
}

fn outputs(cx: &Context, repository: &str, tag: &str, image: &ImageDetail) -> Outputs {
    let registry = image.registry_id().unwrap_or(&cx.account);
    let suffix = if partition(&cx.region) == "aws-cn" { ".cn" } else { "" };
    let host = format!("{registry}.dkr.ecr.{}.amazonaws.com{suffix}", cx.region);
    let digest = image.image_digest().unwrap_or_default().to_owned();
    Outputs { uri: format!("{host}/{repository}@{digest}"), digest, tag: tag.to_owned() }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let read = std::fs::read(path);
    read.map_err(|error| Error::invalid(format!("{}: {error}", path.display())))
}

fn failed(error: BuildError) -> Error {
    Error::from_source("the image could not be built", error).conclusive()
}

fn unusable(error: LayoutError) -> Error {
    Error::from_source("the image could not be put together", error)
}

fn refused(error: RegistryError) -> Error {
    let code = error.code().map(str::to_owned);
    let failed = Error::from_source("the image could not be pushed", error);
    match code.as_deref() {
        Some("DENIED" | "UNAUTHORIZED") => failed
            .conclusive()
            .advise("the caller needs ecr:PutImage and its like on the repository"),
        _ => failed,
    }
}
