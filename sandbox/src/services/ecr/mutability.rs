//! Which tags of a repository may be moved to another image.

use serde::{Deserialize, Serialize};

use super::errors;
use super::state::find;
use crate::call::Call;
use crate::fault::Fault;

const MOST_EXCLUSIONS: usize = 5;

/// The setting, and the tags for which the opposite holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Mutability {
    pub setting: Setting,
    pub exclusions: Vec<Exclusion>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Setting {
    #[default]
    Mutable,
    Immutable,
    ImmutableWithExclusion,
    MutableWithExclusion,
}

/// A pattern of tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Exclusion {
    filter_type: String,
    filter: String,
}

impl Mutability {
    /// Refuses exclusions where the setting has none, and their absence where it has.
    pub(super) fn new(setting: Setting, exclusions: Vec<Exclusion>) -> Result<Self, Fault> {
        let with_exclusions =
            matches!(setting, Setting::ImmutableWithExclusion | Setting::MutableWithExclusion);
        let member = "imageTagMutabilityExclusionFilters";
        if with_exclusions == exclusions.is_empty() {
            return Err(errors::invalid(
                member,
                "filters go with IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION, and only \
                 with these",
            ));
        }
        if exclusions.len() > MOST_EXCLUSIONS {
            return Err(errors::invalid(member, "at most 5 filters"));
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._*-".contains(c);
        let valid = |exclusion: &Exclusion| {
            let filter = &exclusion.filter;
            (1..=128).contains(&filter.len())
                && filter.chars().all(allowed)
                && filter.matches('*').count() <= 2
        };
        if exclusions.iter().all(valid) {
            Ok(Self { setting, exclusions })
        } else {
            Err(errors::invalid(
                member,
                "filters are 1 to 128 letters, digits, '.', '_', '-', and up to two '*'",
            ))
        }
    }

    /// Whether the tag stays with the image that it was given to.
    pub(super) fn fixes(&self, tag: &str) -> bool {
        let excluded = self.exclusions.iter().any(|one| wildcard(&one.filter, tag));
        match self.setting {
            Setting::Mutable => false,
            Setting::Immutable => true,
            Setting::ImmutableWithExclusion => !excluded,
            Setting::MutableWithExclusion => excluded,
        }
    }
}

/// Whether `*` in the pattern, standing for any text, makes it fit.
pub(super) fn wildcard(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let end = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match text.split_once(piece) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    text.ends_with(end)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRequest {
    registry_id: Option<String>,
    repository_name: String,
    image_tag_mutability: Setting,
    #[serde(default)]
    image_tag_mutability_exclusion_filters: Vec<Exclusion>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutResponse {
    registry_id: String,
    repository_name: String,
    image_tag_mutability: Setting,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tag_mutability_exclusion_filters: Vec<Exclusion>,
}

/// Replaces the setting.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<PutResponse, Fault> {
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let exclusions = request.image_tag_mutability_exclusion_filters;
    repository.mutability = Mutability::new(request.image_tag_mutability, exclusions)?;
    Ok(PutResponse {
        registry_id: repository.registry.clone(),
        repository_name: request.repository_name,
        image_tag_mutability: repository.mutability.setting,
        image_tag_mutability_exclusion_filters: repository.mutability.exclusions.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exclusions(filters: &[&str]) -> Vec<Exclusion> {
        let exclusion =
            |filter: &&str| Exclusion { filter_type: "WILDCARD".into(), filter: (*filter).into() };
        filters.iter().map(exclusion).collect()
    }

    #[test]
    fn exclusions_turn_the_setting_round() {
        let fixes = |setting, tag| {
            let mutability = Mutability::new(setting, exclusions(&["latest", "dev-*"])).unwrap();
            mutability.fixes(tag)
        };
        assert!(fixes(Setting::ImmutableWithExclusion, "v1"));
        assert!(!fixes(Setting::ImmutableWithExclusion, "dev-7"));
        assert!(!fixes(Setting::MutableWithExclusion, "v1"));
        assert!(fixes(Setting::MutableWithExclusion, "latest"));
    }

    #[test]
    fn exclusions_go_with_their_settings_only() {
        for (setting, filters) in [
            (Setting::Immutable, vec!["a"]),
            (Setting::ImmutableWithExclusion, vec![]),
            (Setting::ImmutableWithExclusion, vec!["a/b"]),
            (Setting::ImmutableWithExclusion, vec!["*a*b*"]),
            (Setting::MutableWithExclusion, vec!["1", "2", "3", "4", "5", "6"]),
        ] {
            assert!(Mutability::new(setting, exclusions(&filters)).is_err(), "{filters:?}");
        }
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*b*c", "a-b-c", true),
            ("a*", "ba", false),
            ("*a", "ab", false),
            ("ab*b", "ab", false),
        ] {
            assert_eq!(wildcard(pattern, text), fits, "{pattern} {text}");
        }
    }
}
