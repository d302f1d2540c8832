//! A bill of materials: what a program is made of, from the lock file of its workspace.
//!
//! CycloneDX 1.6, <https://cyclonedx.org/docs/1.6/json/>. Cargo's lock names what may be linked on
//! any platform and in tests too, so the bill lists more rather than less.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// The media type of a bill.
pub const MEDIA_TYPE: &str = "application/vnd.cyclonedx+json";

/// A lock file from which no bill can be made.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It is no lock file.
    #[error("it is no lock file of Cargo's")]
    Invalid(#[from] toml::de::Error),
    /// It does not have the package.
    #[error("it has no package `{0}`")]
    NoPackage(String),
}

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Package {
    /// A package URL, <https://github.com/package-url/purl-spec>.
    fn url(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }

    /// Whether a line of another package's dependencies means it: `name`, `name version`, or
    /// `name version (source)`, as much as is needed to tell it from others.
    fn is_meant_by(&self, line: &str) -> bool {
        let mut words = line.splitn(3, ' ');
        words.next() == Some(&self.name)
            && words.next().is_none_or(|version| version == self.version)
            && words.next().is_none_or(|source| {
                self.source.as_deref() == Some(source.trim_matches(['(', ')']))
            })
    }

    fn component(&self) -> Json {
        let mut component = json!({
            "type": "library",
            "bom-ref": self.url(),
            "name": self.name,
            "version": self.version,
            "purl": self.url(),
        });
        if let Some(checksum) = &self.checksum {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        component
    }
}

/// The bill of one package of a workspace.
///
/// # Errors
/// When the text is no lock file, or does not have the package.
pub fn of_cargo(lock: &str, package: &str) -> Result<Json, LockError> {
    let lock: Lock = toml::from_str(lock)?;
    let root = lock.package.iter().find(|one| one.name == package && one.source.is_none());
    let root = root.ok_or_else(|| LockError::NoPackage(package.to_owned()))?;
    let mut reached: BTreeMap<String, (&Package, Vec<String>)> = BTreeMap::new();
    let mut open = vec![root];
    while let Some(package) = open.pop() {
        if reached.contains_key(&package.url()) {
            continue;
        }
        let meant = |line: &String| lock.package.iter().find(|one| one.is_meant_by(line));
        let needs: Vec<&Package> = package.dependencies.iter().filter_map(meant).collect();
        reached.insert(package.url(), (package, needs.iter().map(|one| one.url()).collect()));
        open.extend(needs);
    }
    let components = reached.values().filter(|(one, _)| one.url() != root.url());
    let components: Vec<Json> = components.map(|(one, _)| one.component()).collect();
    let dependencies =
        reached.iter().map(|(url, (_, needs))| json!({ "ref": url, "dependsOn": needs }));
    let dependencies: Vec<Json> = dependencies.collect();
    // The number follows from the content, so that the same content is the same bill.
    let content = json!([components, dependencies]).to_string();
    let serial = Uuid::new_v5(&Uuid::NAMESPACE_OID, content.as_bytes());
    let mut about = root.component();
    about["type"] = json!("application");
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{serial}"),
        "version": 1,
        "metadata": { "component": about },
        "components": components,
        "dependencies": dependencies,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
        version = 4
        [[package]]
        name = "app"
        version = "0.1.0"
        dependencies = ["http 1.0.0", "serde"]
        [[package]]
        name = "http"
        version = "0.2.0"
        source = "registry+https://example.invalid"
        [[package]]
        name = "http"
        version = "1.0.0"
        source = "registry+https://example.invalid"
        checksum = "abc"
        dependencies = ["serde"]
        [[package]]
        name = "serde"
        version = "1.0.1"
        source = "registry+https://example.invalid"
        [[package]]
        name = "other"
        version = "0.1.0"
    "#;

    #[test]
    fn what_is_reached_is_listed_and_nothing_else() {
        let bill = of_cargo(LOCK, "app").unwrap();
        let urls: Vec<&str> = bill["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|component| component["purl"].as_str().unwrap())
            .collect();
        assert_eq!(urls, ["pkg:cargo/http@1.0.0", "pkg:cargo/serde@1.0.1"]);
        assert_eq!(bill["components"][0]["hashes"][0]["content"], "abc");
        assert_eq!(bill["metadata"]["component"]["purl"], "pkg:cargo/app@0.1.0");
        assert_eq!(bill, of_cargo(LOCK, "app").unwrap());
        assert!(of_cargo(LOCK, "http").is_err(), "it is nobody's own package");
    }
}
