//! What a path of the registry's API names. Names of repositories have slashes of their own.

use http::Method;
use uuid::Uuid;

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `/v2/`: whether this is a registry, and who asks.
    Base,
    /// `/v2/_catalog`: the repositories.
    Catalog,
    /// `/v2/NAME/tags/list`.
    Tags(String),
    /// `/v2/NAME/blobs/DIGEST`.
    Blob(String, Digest),
    /// `/v2/NAME/blobs/uploads/`.
    Uploads(String),
    /// `/v2/NAME/blobs/uploads/ID`.
    Upload(String, Uuid),
    /// `/v2/NAME/manifests/REFERENCE`, where the reference is a tag or a digest.
    Manifest(String, Reference),
    /// `/v2/NAME/referrers/DIGEST`.
    Referrers(String, Digest),
}

/// What names a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// What it hashes to.
    Digest(Digest),
    /// A name that may move.
    Tag(String),
}

/// `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(String);

impl Digest {
    /// A digest of the one algorithm that ECR knows.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:")?;
        let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (digits.len() == 64 && digits.bytes().all(lower)).then(|| Self(text.to_owned()))
    }

    /// With the name of the algorithm.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits alone.
    pub fn digits(&self) -> &str {
        &self.0["sha256:".len()..]
    }
}

impl Reference {
    fn parse(text: &str) -> Option<Self> {
        match Digest::parse(text) {
            Some(digest) => Some(Self::Digest(digest)),
            None => is_tag(text).then(|| Self::Tag(text.to_owned())),
        }
    }
}

impl Target {
    /// What `path` names, if it is one of the API's.
    pub fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/v2")?;
        let rest = match rest {
            "" | "/" => return Some(Self::Base),
            "/_catalog" => return Some(Self::Catalog),
            rest => rest.strip_prefix('/')?.trim_end_matches('/'),
        };
        // The last two parts tell what it is: whatever stands before them is the name.
        let (before, last) = rest.rsplit_once('/')?;
        let (name, keyword) = before.rsplit_once('/')?;
        let name = name.to_owned();
        match (keyword, last) {
            ("tags", "list") => Some(Self::Tags(name)),
            ("blobs", "uploads") => Some(Self::Uploads(name)),
            ("uploads", id) => {
                let name = name.strip_suffix("/blobs")?.to_owned();
                Some(Self::Upload(name, id.parse().ok()?))
            }
            ("blobs", digest) => Some(Self::Blob(name, Digest::parse(digest)?)),
            ("referrers", digest) => Some(Self::Referrers(name, Digest::parse(digest)?)),
            ("manifests", reference) => Some(Self::Manifest(name, Reference::parse(reference)?)),
            _ => None,
        }
    }

    /// What is done, as the log names it.
    pub fn operation(&self, method: &Method) -> &'static str {
        match (self, method.as_str()) {
            (Self::Base, _) => "CheckRegistry",
            (Self::Catalog, _) => "ListCatalog",
            (Self::Tags(_), _) => "ListTags",
            (Self::Referrers(..), _) => "ListReferrers",
            (Self::Blob(..), "HEAD") => "HeadBlob",
            (Self::Blob(..), "GET") => "GetBlob",
            (Self::Uploads(_), "POST") => "StartUpload",
            (Self::Upload(..), "GET") => "GetUpload",
            (Self::Upload(..), "PATCH") => "ContinueUpload",
            (Self::Upload(..), "PUT") => "FinishUpload",
            (Self::Upload(..), "DELETE") => "CancelUpload",
            (Self::Manifest(..), "HEAD") => "HeadManifest",
            (Self::Manifest(..), "GET") => "GetManifest",
            (Self::Manifest(..), "PUT") => "PutManifest",
            _ => "Unknown",
        }
    }
}

/// <https://github.com/opencontainers/distribution-spec>: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
fn is_tag(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.len() <= 128
        && text.starts_with(word)
        && text.chars().all(|c| word(c) || c == '.' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_slashes_and_confusing_parts() {
        let name = "acme/blobs/manifests".to_owned();
        let parse = |rest: &str| Target::parse(&format!("/v2/{name}/{rest}"));
        assert_eq!(parse("tags/list"), Some(Target::Tags(name.clone())));
        assert_eq!(parse("blobs/uploads/"), Some(Target::Uploads(name.clone())));
        let tag = Reference::Tag("v1.0".to_owned());
        assert_eq!(parse("manifests/v1.0"), Some(Target::Manifest(name.clone(), tag)));
        let digest = Digest::parse(&format!("sha256:{}", "a0".repeat(32))).unwrap();
        let blob = Target::Blob(name.clone(), digest.clone());
        assert_eq!(parse(&format!("blobs/{}", digest.as_str())), Some(blob));
    }

    #[test]
    fn what_could_leave_the_folder_names_nothing() {
        for path in [
            "/v2/a/blobs/sha256:../../etc",
            "/v2/a/blobs/uploads/../x",
            "/v2/a/blobs/md5:00",
            "/v2/a/manifests/-x",
            "/v2x",
        ] {
            assert_eq!(Target::parse(path), None, "{path}");
        }
    }
}
