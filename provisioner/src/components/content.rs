//! `content`: the files of a site, built from the project's sources where the bucket lacks them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Component, Expansion, Input};
use crate::resource::Problem;
use crate::ship::source;

/// The files of a site: built, uploaded where they changed, pages after what they need; the CDN is
/// told, and what is gone is removed. What is unchanged is neither built nor uploaded again.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The bucket, which has nothing else in it.
    pub bucket: Input<String>,
    /// The CloudFront distribution that serves it. Default: none is told of changes.
    #[serde(default)]
    pub distribution_id: Option<Input<String>>,
    /// The command that builds the site, run in the project's directory. `{output}` stands for the
    /// folder that it has to write. Default: the site is built already, in `sources`.
    #[serde(default)]
    pub command: Option<Vec<String>>,
    /// The files and folders that it is built from, from the project's directory; what git ignores
    /// is left out. Without `command`: the one folder with the site's files.
    #[schemars(length(min = 1))]
    pub sources: Vec<String>,
    /// The keys of files that never change under their name, which browsers may keep for a year;
    /// `*` stands for anything. Default: none.
    #[serde(default)]
    pub immutable: Option<Vec<String>>,
}

impl Component for Content {
    const TYPE: &'static str = "content";
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("release", "What is served now: another for other sources."),
        ("files", "How many files."),
        ("bytes", "How large they are together."),
    ];

    fn validate(&self) -> Vec<Problem> {
        if self.command.is_none() && self.sources.len() != 1 {
            let problem = Problem::at("sources", "Without a command, the site is in one folder.");
            return vec![
                problem.hint("name the folder alone, or the command that builds the site"),
            ];
        }
        Vec::new()
    }

    fn expand(&self, scope: &mut Expansion<'_>) {
        let root = &scope.environment().root;
        let digest = match source::digest(root, self.sources.iter().map(String::as_str)) {
            Ok(digest) => digest,
            Err(error) => {
                let message = format!("The sources can't be read: {error}.");
                scope.problem(
                    Problem::at("sources", message)
                        .hint("paths begin at the directory with `stacks`"),
                );
                return;
            }
        };
        let recipe = json!([self.command, self.immutable]);
        let folder = self.command.is_none().then(|| self.sources.first());
        let properties = json!({
            "bucket": self.bucket,
            "release": source::name(&digest, &recipe),
            "command": self.command,
            "folder": folder,
            "immutable": self.immutable,
            "distribution_id": self.distribution_id,
        });
        scope.resource("files", "s3.content", properties);
        for (name, _) in Self::OUTPUTS {
            scope.output(*name, json!(format!("${{self.files.{name}}}")));
        }
    }
}
