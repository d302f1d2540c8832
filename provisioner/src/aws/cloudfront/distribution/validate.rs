//! What CloudFront refuses of a distribution, and a schema can't say.

use std::collections::BTreeSet;

use super::behavior::{Behavior, Method};
use super::{Distribution, Origin};
use crate::resource::Problem;

const READ: [Method; 2] = [Method::Get, Method::Head];
const ASK: [Method; 3] = [Method::Get, Method::Head, Method::Options];
const ALL: [Method; 7] = [
    Method::Get,
    Method::Head,
    Method::Options,
    Method::Put,
    Method::Post,
    Method::Patch,
    Method::Delete,
];

impl Distribution {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = self.problems_of_origins();
        let default = &self.default_cache_behavior;
        if default.path_pattern.is_some() {
            let message = "The default behavior is for all paths that no other is for.";
            problems.push(
                Problem::at("default_cache_behavior.path_pattern", message)
                    .hint("leave path_pattern out, or write an ordered behavior"),
            );
        }
        problems.extend(self.problems_of("default_cache_behavior", default));
        for (index, behavior) in self.ordered_cache_behaviors.iter().flatten().enumerate() {
            let path = format!("ordered_cache_behaviors.{index}");
            if behavior.path_pattern.is_none() {
                let message = "Only the default behavior is for no path in particular.";
                problems.push(Problem::at(&path, message).hint("write e.g. path_pattern: /api/*"));
            }
            problems.extend(self.problems_of(&path, behavior));
        }
        problems.extend(self.problems_of_names());
        problems.extend(self.problems_of_errors());
        problems
    }

    fn problems_of_origins(&self) -> Vec<Problem> {
        let (mut seen, mut problems) = (BTreeSet::new(), Vec::new());
        for (index, Origin { id, .. }) in self.origins.iter().enumerate() {
            if !seen.insert(id) {
                let message = format!("Another origin is called `{id}`.");
                problems.push(Problem::at(format!("origins.{index}.id"), message));
            }
        }
        problems
    }

    fn problems_of(&self, path: &str, behavior: &Behavior) -> Vec<Problem> {
        let mut problems = Vec::new();
        let target = &behavior.target_origin_id;
        if !self.origins.iter().any(|origin| origin.id == *target) {
            let known: Vec<&str> = self.origins.iter().map(|origin| origin.id.as_str()).collect();
            problems.push(
                Problem::at(
                    format!("{path}.target_origin_id"),
                    format!("No origin is called `{target}`."),
                )
                .hint(format!("write one of {}", known.join(", "))),
            );
        }
        if !is_one_of(behavior.allowed_methods.as_deref(), &[&READ, &ASK, &ALL]) {
            let message = "CloudFront takes GET and HEAD, these and OPTIONS, or all seven methods.";
            problems.push(Problem::at(format!("{path}.allowed_methods"), message));
        }
        if !is_one_of(behavior.cached_methods.as_deref(), &[&READ, &ASK]) {
            let message = "CloudFront keeps the answers to GET and HEAD, or to these and OPTIONS.";
            problems.push(Problem::at(format!("{path}.cached_methods"), message));
        }
        problems
    }

    fn problems_of_names(&self) -> Option<Problem> {
        let named = self.aliases.as_ref().is_some_and(|aliases| !aliases.is_empty());
        (named && self.viewer_certificate.is_none()).then(|| {
            let message = "CloudFront's own certificate is only for its own name.";
            Problem::at("aliases", message).hint("add viewer_certificate: { acm_certificate_arn }")
        })
    }

    fn problems_of_errors(&self) -> Vec<Problem> {
        let (mut seen, mut problems) = (BTreeSet::new(), Vec::new());
        for (index, error) in self.custom_error_responses.iter().flatten().enumerate() {
            let path = format!("custom_error_responses.{index}");
            if error.response_page_path.is_some() != error.response_code.is_some() {
                let message = "A page goes with a status: CloudFront takes both or neither.";
                problems.push(
                    Problem::at(&path, message)
                        .hint("write both response_page_path and response_code"),
                );
            }
            if !seen.insert(error.error_code) {
                let message = format!("There is another for {}.", error.error_code);
                problems.push(Problem::at(format!("{path}.error_code"), message));
            }
        }
        problems
    }
}

fn is_one_of(methods: Option<&[Method]>, sets: &[&[Method]]) -> bool {
    let Some(methods) = methods else { return true };
    let methods: BTreeSet<_> = methods.iter().collect();
    sets.iter().any(|set| set.iter().collect::<BTreeSet<_>>() == methods)
}
