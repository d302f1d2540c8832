//! Aurora PostgreSQL: its releases, what each can do, and the instance classes that run it.

use super::errors;
use crate::fault::Fault;

/// The engine's name.
pub(super) const ENGINE: &str = "aurora-postgresql";
/// Aurora PostgreSQL writes these logs.
pub(super) const LOG_TYPES: [&str; 3] = ["instance", "postgresql", "iam-db-auth-error"];
/// Certificate authorities of Amazon; the first is the default.
pub(super) const AUTHORITIES: [&str; 3] =
    ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"];
/// The major version that a cluster gets when the request names none.
const DEFAULT_MAJOR: u32 = 17;

/// One version of the engine, as `16.6`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Release {
    pub major: u32,
    pub minor: u32,
    /// Which of the releases that AWS brings out together, counted from the oldest.
    round: usize,
}

/// The majors, and for each round the minors that came out in it.
const MAJORS: [u32; 5] = [13, 14, 15, 16, 17];
const ROUNDS: [[Option<u32>; 5]; 8] = [
    [Some(14), Some(11), Some(6), Some(2), None],
    [Some(15), Some(12), Some(7), Some(3), None],
    [Some(16), Some(13), Some(8), Some(4), None],
    [Some(18), Some(15), Some(10), Some(6), None],
    [Some(20), Some(17), Some(12), Some(8), Some(4)],
    [Some(21), Some(18), Some(13), Some(9), Some(5)],
    [Some(22), Some(19), Some(14), Some(10), Some(6)],
    [Some(23), Some(20), Some(15), Some(11), Some(7)],
];
/// The round whose minors are the default of their major.
const DEFAULT_ROUND: usize = 4;

/// Every release, ascending.
pub(super) fn releases() -> impl Iterator<Item = Release> {
    MAJORS.into_iter().enumerate().flat_map(|(column, major)| {
        ROUNDS.iter().enumerate().filter_map(move |(round, minors)| {
            minors[column].map(|minor| Release { major, minor, round })
        })
    })
}

impl Release {
    /// The release that a request means by `16.6`, by `16` (the major's default) or by nothing.
    pub(super) fn find(version: Option<&str>) -> Result<Self, Fault> {
        let default = DEFAULT_MAJOR.to_string();
        let version = version.unwrap_or(&default);
        releases()
            .find(|release| {
                release.version() == version
                    || release.is_default() && release.major.to_string() == version
            })
            .ok_or_else(|| {
                errors::invalid_value(format!("Cannot find version {version} for {ENGINE}"))
            })
    }

    /// `16.6`.
    pub(super) fn version(self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    /// The parameter group family, `aurora-postgresql16`.
    pub(super) fn family(self) -> String {
        format!("{ENGINE}{}", self.major)
    }

    /// Whether it is what the major version alone means.
    pub(super) fn is_default(self) -> bool {
        self.round == DEFAULT_ROUND
    }

    /// Whether it is what a request without a version means.
    pub(super) fn is_engine_default(self) -> bool {
        self.is_default() && self.major == DEFAULT_MAJOR
    }

    /// The smallest Serverless v2 capacity: 0 where the release can pause, else 0.5.
    pub(super) fn smallest_capacity(self) -> f64 {
        if self.round == 0 { 0.5 } else { 0.0 }
    }

    /// Whether AWS upgrades a cluster in place to `target`.
    ///
    /// A later minor always; a later major where the minor is not older than this one.
    pub(super) fn upgrades_to(self, target: Self) -> bool {
        target.major == self.major && target.minor > self.minor
            || target.major > self.major && target.round >= self.round
    }
}

/// The parameter group families.
pub(super) fn families() -> impl Iterator<Item = String> {
    MAJORS.into_iter().map(|major| format!("{ENGINE}{major}"))
}

/// Sizes of instance classes, smallest first.
const SIZES: [&str; 10] = [
    "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge",
    "24xlarge", "32xlarge",
];
/// Instance families, with their smallest and largest size.
const CLASS_FAMILIES: [(&str, &str, &str); 11] = [
    ("t3", "medium", "large"),
    ("t4g", "medium", "large"),
    ("r5", "large", "24xlarge"),
    ("r6g", "large", "16xlarge"),
    ("r6gd", "xlarge", "16xlarge"),
    ("r6i", "large", "32xlarge"),
    ("r7g", "large", "16xlarge"),
    ("r7i", "large", "24xlarge"),
    ("r8g", "large", "24xlarge"),
    ("r8gd", "large", "24xlarge"),
    ("x2g", "large", "16xlarge"),
];
/// The class of an instance that scales by itself.
pub(super) const SERVERLESS: &str = "db.serverless";

/// Every instance class that runs the engine, in the order of their names.
pub(super) fn classes() -> Vec<String> {
    let position = |size| SIZES.iter().position(|known| *known == size).unwrap_or(0);
    let mut classes: Vec<String> = CLASS_FAMILIES
        .iter()
        .flat_map(|(family, smallest, largest)| {
            SIZES[position(*smallest)..=position(*largest)]
                .iter()
                .map(move |size| format!("db.{family}.{size}"))
        })
        .collect();
    classes.push(SERVERLESS.to_owned());
    classes.sort();
    classes
}

/// Refuses a class that does not run the engine.
pub(super) fn check_class(class: &str) -> Result<(), Fault> {
    if classes().iter().any(|known| known == class) {
        return Ok(());
    }
    Err(errors::invalid_value(format!("Invalid DB Instance class: {class}")))
}

/// Refuses a certificate authority that Amazon does not have.
pub(super) fn check_authority(identifier: &str) -> Result<(), Fault> {
    if AUTHORITIES.contains(&identifier) {
        return Ok(());
    }
    Err(errors::certificate_not_found(identifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_whole_by_major_or_by_default() {
        assert_eq!(Release::find(Some("16.6")).unwrap().family(), "aurora-postgresql16");
        assert_eq!(Release::find(Some("16")).unwrap().version(), "16.8");
        assert!(Release::find(None).unwrap().is_engine_default());
        assert!(Release::find(Some("16.5")).is_err());
    }

    #[test]
    fn upgrades_go_forward_and_never_to_an_older_minor_of_the_next_major() {
        let release = |version| Release::find(Some(version)).unwrap();
        assert!(release("16.6").upgrades_to(release("16.8")));
        assert!(release("16.8").upgrades_to(release("17.4")));
        assert!(!release("16.9").upgrades_to(release("17.4")));
        assert!(!release("16.8").upgrades_to(release("16.6")));
    }

    #[test]
    fn classes_are_known() {
        for class in ["db.serverless", "db.t4g.medium", "db.r7g.16xlarge"] {
            assert!(check_class(class).is_ok(), "{class}");
        }
        for class in ["db.t4g.micro", "db.r7g.24xlarge", "r7g.large"] {
            assert!(check_class(class).is_err(), "{class}");
        }
    }
}
