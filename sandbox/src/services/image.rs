//! Images of ECR, by the identifiers that services have.

use serde::{Deserialize, Serialize};

use crate::call::Call;

/// An image that a service runs; whoever pushes another one under its tag changes nothing before
/// the next deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The account of the registry.
    pub account: String,
    /// The region of the registry.
    pub region: String,
    /// The repository.
    pub repository: String,
    /// `sha256:…`
    pub digest: String,
}

/// An image as a customer names it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Identifier<'a> {
    account: &'a str,
    region: &'a str,
    repository: &'a str,
    /// A tag or a digest.
    reference: &'a str,
}

impl<'a> Identifier<'a> {
    /// Reads `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY`, `:TAG` or `@DIGEST`. Without
    /// either it is the tag `latest`.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (registry, path) = text.split_once('/')?;
        let (account, rest) = registry.split_once(".dkr.ecr.")?;
        let region = rest.strip_suffix(".amazonaws.com")?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let (repository, reference) =
            path.split_once('@').or_else(|| path.split_once(':')).unwrap_or((path, "latest"));
        let is_whole = !region.is_empty() && !repository.is_empty() && !reference.is_empty();
        (is_account && is_whole).then_some(Self { account, region, repository, reference })
    }

    /// The image that this means now, if its registry is the sandbox's and has it.
    pub(crate) fn resolve(&self, call: &mut Call<'_>) -> Option<Image> {
        if self.account != call.account {
            return None;
        }
        let ecr = &call.world.region(self.region).ecr;
        let (digest, _) = ecr.manifest(self.repository, self.reference)?;
        Some(Image {
            account: self.account.to_owned(),
            region: self.region.to_owned(),
            repository: self.repository.to_owned(),
            digest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

    fn reference(path: &str) -> Option<(String, String)> {
        let text = format!("{REGISTRY}/{path}");
        let found = Identifier::parse(&text)?;
        Some((found.repository.to_owned(), found.reference.to_owned()))
    }

    #[test]
    fn an_identifier_has_a_tag_a_digest_or_neither() {
        let pair =
            |repository: &str, reference: &str| Some((repository.to_owned(), reference.to_owned()));
        assert_eq!(reference("shop/api:v1"), pair("shop/api", "v1"));
        assert_eq!(reference("api@sha256:abc"), pair("api", "sha256:abc"));
        assert_eq!(reference("api"), pair("api", "latest"));
    }

    #[test]
    fn what_is_not_in_ecr_is_refused() {
        for text in ["public.ecr.aws/x/y:1", "api:1", "1.dkr.ecr.us-east-1.amazonaws.com/a:1"] {
            assert_eq!(Identifier::parse(text), None, "{text}");
        }
        assert_eq!(reference("api:"), None);
    }
}
