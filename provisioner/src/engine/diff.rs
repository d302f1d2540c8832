//! What differs between what is wanted and what is there. Pure: no network, clock or chance.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::resource::{Compare, Owner, TagChange, Tags, Traits};
use crate::state::{Entry, Status};
use crate::unknown;

mod compare;

use compare::{compare_mode, covers, is_empty, items};

/// One property that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertyChange {
    /// Its path, steps joined by dots.
    pub path: String,
    /// What is there; `null` where nothing is.
    pub before: Json,
    /// What is wanted; an [`unknown`] marker where only AWS can tell, `null` where it is taken away.
    pub after: Json,
    /// Whether AWS can't change it on a live object.
    pub replaces: bool,
}

impl PropertyChange {
    /// The top-level property that it belongs to.
    pub fn property(&self) -> &str {
        self.path.split('.').next().unwrap_or(&self.path)
    }
}

/// The properties that differ. Only what `wanted` says is compared; a property that `applied`
/// (what was last applied) had and `wanted` has not is taken away where the kind allows that.
pub fn properties(
    wanted: &Json,
    live: &Json,
    applied: Option<&Json>,
    traits: &Traits,
) -> Vec<PropertyChange> {
    let mut comparison = Comparison { traits, changes: Vec::new() };
    for (name, value) in entries(wanted) {
        let there = match compare_mode(traits, name) {
            Some(Compare::WriteOnly) => applied.map_or(&Json::Null, |applied| &applied[name]),
            Some(Compare::Ours) if live[name].is_null() => continue,
            _ => &live[name],
        };
        comparison.value(name, value, there);
    }
    for path in traits.clearable {
        let steps: Vec<&str> = path.split('.').collect();
        let applied = applied.unwrap_or(&Json::Null);
        comparison.taken_away("", &steps, wanted, (applied, live));
    }
    comparison.changes
}

/// Whether an entry's creation was interrupted, and the same is wanted still.
pub fn is_unfinished(entry: &Entry, wanted: &Json) -> bool {
    matches!(entry.status, Status::Creating { .. }) && entry.inputs == *wanted
}

/// A creation that takes several calls may have ended between them: what AWS has nothing of is
/// still to be done, and no change of what is there.
pub fn finish(changes: &mut [PropertyChange]) {
    for change in changes.iter_mut().filter(|change| change.before.is_null()) {
        change.replaces = false;
    }
}

/// What was last applied to an entry's object, as far as that is known: a change or a creation
/// that was interrupted leaves open what AWS took of the properties that it does not give back.
pub fn applied<'a>(entry: &'a Entry, traits: &Traits) -> Cow<'a, Json> {
    match entry.status {
        Status::Ready { .. } => Cow::Borrowed(&entry.inputs),
        _ => Cow::Owned(beyond_doubt(&entry.inputs, traits)),
    }
}

/// Of the properties that a creation was asked with, those that the object must have: what AWS
/// does not give back, and lets be changed, may have been left out.
pub fn beyond_doubt(inputs: &Json, traits: &Traits) -> Json {
    let sure = |name: &str| {
        compare_mode(traits, name) != Some(Compare::WriteOnly) || traits.immutable.contains(&name)
    };
    let fields = entries(inputs).filter(|(name, _)| sure(name));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What a live object that nobody has applied anything to counts as made with: of its properties
/// those that are wanted, for the others may be AWS's own; and those that AWS does not give back
/// and can't change, which are taken on trust.
pub fn taken_over(live: &Json, wanted: &Json, traits: &Traits) -> Json {
    let on_trust = |name: &str| {
        compare_mode(traits, name) == Some(Compare::WriteOnly) && traits.immutable.contains(&name)
    };
    let trusted = entries(wanted).filter(|(name, _)| on_trust(name));
    let declared = entries(live).filter(|(name, _)| !wanted[*name].is_null());
    let fields = declared.chain(trusted);
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What an object of ours, whose state was lost, counts as made with: of the declared properties
/// what AWS has, and what it does not give back on trust. What is not declared is AWS's default as
/// far as anybody knows.
pub fn recovered(live: &Json, wanted: &Json, traits: &Traits) -> Json {
    let made_with = |name: &str, wanted: &Json| match compare_mode(traits, name) {
        Some(Compare::WriteOnly) => wanted.clone(),
        _ => live[name].clone(),
    };
    let fields = entries(wanted).map(|(name, wanted)| (name.clone(), made_with(name, wanted)));
    fields.filter(|(_, value)| !value.is_null()).collect()
}

/// The tags that differ: `wanted` are all that should be there, `applied` those that an earlier
/// run set and may take away. Other tags are somebody else's and stay. Where AWS does not give the
/// tags back, those that an earlier run set count as there.
pub fn tags(wanted: &Tags, live: Option<&Tags>, applied: &Tags, traits: &Traits) -> TagChange {
    let live = match live {
        Some(live) => Cow::Borrowed(live),
        None if compare_mode(traits, "tags") == Some(Compare::WriteOnly) => {
            Cow::Owned(remembered(wanted, applied))
        }
        None => return TagChange::default(),
    };
    let set = wanted.iter().filter(|(key, value)| live.get(*key) != Some(value));
    let remove = applied.keys().filter(|key| !wanted.contains_key(*key) && live.contains_key(*key));
    TagChange {
        set: set.map(|(key, value)| (key.clone(), value.clone())).collect(),
        remove: remove.cloned().collect(),
    }
}

/// The user's tags as last applied, and those that say whose the object is, set at its creation.
fn remembered(wanted: &Tags, applied: &Tags) -> Tags {
    let identity = wanted.iter().filter(|(key, _)| Owner::is_identity(key));
    identity.chain(applied).map(|(key, value)| (key.clone(), value.clone())).collect()
}

struct Comparison<'a> {
    traits: &'a Traits,
    changes: Vec<PropertyChange>,
}

impl Comparison<'_> {
    /// Descends into maps, so that a change names the one key that differs.
    fn value(&mut self, path: &str, wanted: &Json, live: &Json) {
        let whole = compare_mode(self.traits, path).is_some();
        match (wanted, live) {
            // Nothing is what an optional property is when it is not given.
            (Json::Null, _) => {}
            (Json::Object(fields), Json::Object(_))
                if !whole && unknown::origin(wanted).is_none() =>
            {
                for (name, value) in fields {
                    self.value(&format!("{path}.{name}"), value, &live[name]);
                }
            }
            _ if covers(self.traits, path, wanted, live) => {}
            _ => self.push(path, live, wanted),
        }
    }

    /// What was applied at a path and is wanted no more. A change names the list that it is in, as
    /// every change in a list does.
    fn taken_away(
        &mut self,
        path: &str,
        steps: &[&str],
        wanted: &Json,
        (applied, live): (&Json, &Json),
    ) {
        match steps {
            [] if !applied.is_null() && wanted.is_null() && !is_empty(live) => {
                self.push(path, live, wanted);
            }
            [] => {}
            ["*", rest @ ..] => {
                let mut of_item = Comparison { traits: self.traits, changes: Vec::new() };
                let items = items(wanted).iter().zip(items(applied)).zip(items(live));
                for ((wanted, applied), live) in items {
                    of_item.taken_away(path, rest, wanted, (applied, live));
                }
                let is_told = self.changes.iter().any(|change| change.path == path);
                if !of_item.changes.is_empty() && !is_told {
                    self.push(path, live, wanted);
                }
            }
            [name, rest @ ..] if wanted.is_object() && unknown::origin(wanted).is_none() => {
                let path =
                    if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
                self.taken_away(&path, rest, &wanted[*name], (&applied[*name], &live[*name]));
            }
            _ => {}
        }
    }

    fn push(&mut self, path: &str, before: &Json, after: &Json) {
        let property = path.split('.').next().unwrap_or(path);
        self.changes.push(PropertyChange {
            path: path.to_owned(),
            before: before.clone(),
            after: after.clone(),
            replaces: self.traits.immutable.contains(&property),
        });
    }
}

fn entries(value: &Json) -> impl Iterator<Item = (&String, &Json)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TRAITS: Traits = Traits {
        immutable: &["name"],
        compare: &[
            ("groups", Compare::Set),
            ("rules", Compare::Set),
            ("rules.*.cidrs", Compare::Set),
            ("policy", Compare::Policy),
            ("secret", Compare::WriteOnly),
            ("bucket", Compare::Ours),
            ("version", Compare::Version),
            ("variables", Compare::Whole),
        ],
        clearable: &["note", "options.note", "steps.*.note"],
        ..Traits::DEFAULT
    };

    fn paths(wanted: Json, live: Json) -> Vec<String> {
        let changes = properties(&wanted, &live, Some(&wanted), &TRAITS);
        changes.into_iter().map(|change| change.path).collect()
    }

    #[test]
    fn what_an_interrupted_creation_left_out_is_no_replacement() {
        let wanted = json!({ "name": "a", "size": 2 });
        let creating = Entry {
            kind: "test.thing".into(),
            inputs: wanted.clone(),
            tags: Tags::new(),
            depends_on: Default::default(),
            protect: false,
            retain: false,
            status: Status::Creating { token: "t".into(), id: None },
            deposed: Vec::new(),
        };
        assert!(is_unfinished(&creating, &wanted));
        assert!(!is_unfinished(&creating, &json!({ "name": "b", "size": 2 })));
        let mut changes = properties(&wanted, &json!({ "size": 2 }), None, &TRAITS);
        assert!(changes[0].replaces);
        finish(&mut changes);
        assert!(!changes[0].replaces);
        let mut changes = properties(&wanted, &json!({ "name": "b", "size": 2 }), None, &TRAITS);
        finish(&mut changes);
        assert!(changes[0].replaces, "another name than the one that was asked for");
    }

    #[test]
    fn only_what_is_wanted_is_compared() {
        let live = json!({ "name": "a", "size": 2, "made_by_aws": true, "options": { "x": 1 } });
        assert_eq!(paths(json!({ "name": "a", "size": 2.0 }), live.clone()), [""; 0]);
        assert_eq!(paths(json!({ "options": { "x": 2 } }), live), ["options.x"]);
    }

    #[test]
    fn a_set_has_no_order_and_its_items_may_have_defaults_of_aws() {
        let live = json!({ "rules": [
            { "port": 80, "cidrs": ["b", "a"], "description": "" },
            { "port": 443, "cidrs": ["a"], "id": "sgr-1" },
        ]});
        let wanted = json!({ "rules": [
            { "port": 443, "cidrs": ["a"] }, { "port": 80, "cidrs": ["a", "b"] },
        ]});
        assert_eq!(paths(wanted, live.clone()), [""; 0]);
        assert_eq!(
            paths(json!({ "rules": [{ "port": 80, "cidrs": ["a", "b"] }] }), live),
            ["rules"]
        );
    }

    #[test]
    fn a_whole_map_has_no_key_that_is_not_declared() {
        let live = json!({ "variables": { "A": "1", "B": "2" } });
        assert_eq!(paths(json!({ "variables": { "A": "1" } }), live.clone()), ["variables"]);
        assert_eq!(paths(json!({ "variables": { "B": "2", "A": "1" } }), live), [""; 0]);
        assert_eq!(paths(json!({ "variables": {} }), json!({})), [""; 0]);
    }

    #[test]
    fn a_policy_is_compared_by_what_it_means() {
        let wanted = json!({ "policy": { "Statement": [
            { "Effect": "Allow", "Action": "s3:*", "Resource": ["b", "a"] },
        ]}});
        let live = json!({ "policy":
            r#"{"Statement":{"Resource":["a","b"],"Action":["s3:*"],"Effect":"Allow"}}"# });
        assert_eq!(paths(wanted.clone(), live), [""; 0]);
        let said = json!({ "policy": { "Action": "S3:GetObject", "AWS": ["123456789012"] } });
        let root = "arn:aws:iam::123456789012:root";
        let read = json!({ "policy": { "Action": ["s3:getobject"], "AWS": root } });
        assert_eq!(paths(said, read), [""; 0]);
        let other = json!({ "policy": r#"{"Statement":[{"Effect":"Deny"}]}"# });
        assert_eq!(paths(wanted, other), ["policy"]);
    }

    #[test]
    fn a_version_that_aws_raised_is_no_drift() {
        let differs = |wanted, live| {
            !paths(json!({ "version": wanted }), json!({ "version": live })).is_empty()
        };
        assert!(!differs("16.6", "16.8") && !differs("16", "16.10") && !differs("16.6", "16.6"));
        assert!(differs("16.6", "16.4") && differs("17", "16.8") && differs("16.10", "16.9"));
    }

    #[test]
    fn an_unknown_differs_from_everything_and_an_immutable_one_replaces() {
        let wanted = json!({ "name": unknown::marker("a.b.id") });
        let changes = properties(&wanted, &json!({ "name": "x" }), None, &TRAITS);
        assert!(changes[0].replaces && unknown::origin(&changes[0].after).is_some());
    }

    #[test]
    fn what_aws_does_not_give_back_is_compared_with_what_was_applied() {
        let wanted = json!({ "secret": 1 });
        assert!(properties(&wanted, &json!({}), Some(&wanted), &TRAITS).is_empty());
        assert_eq!(
            properties(&wanted, &json!({}), Some(&json!({ "secret": 2 })), &TRAITS).len(),
            1
        );
    }

    #[test]
    fn what_somebody_else_has_chosen_stays() {
        let wanted = json!({ "bucket": "ours" });
        assert_eq!(paths(wanted.clone(), json!({})), [""; 0]);
        assert_eq!(paths(wanted, json!({ "bucket": "another" })), ["bucket"]);
    }

    #[test]
    fn a_clearable_property_is_taken_away_and_others_stay() {
        let live = json!({ "note": "n", "size": 1 });
        let changes = properties(&json!({}), &live, Some(&live), &TRAITS);
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].path.as_str(), &changes[0].after), ("note", &Json::Null));
    }

    #[test]
    fn what_is_taken_away_may_lie_in_maps_and_lists() {
        let live = json!({
            "options": { "note": "n", "size": 1 },
            "steps": [{ "name": "a", "note": "n" }, { "name": "b", "size": 1 }],
        });
        let wanted = json!({ "options": {}, "steps": [{ "name": "a" }, { "name": "b" }] });
        let changes = properties(&wanted, &live, Some(&live), &TRAITS);
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, ["options.note", "steps"]);
        assert_eq!(changes[1].after, wanted["steps"]);
        assert!(properties(&wanted, &live, Some(&wanted), &TRAITS).is_empty(), "AWS's own stay");
        assert!(properties(&json!({}), &live, Some(&live), &TRAITS).is_empty());
        let other = json!({ "steps": [{ "name": "c" }, { "name": "b" }] });
        assert_eq!(properties(&other, &live, Some(&live), &TRAITS).len(), 1, "told once");
    }

    #[test]
    fn tags_of_others_stay() {
        let of = |pairs: &[(&str, &str)]| -> Tags {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let live = of(&[("a", "1"), ("old", "x"), ("theirs", "y")]);
        let change =
            tags(&of(&[("a", "2")]), Some(&live), &of(&[("a", "1"), ("old", "x")]), &TRAITS);
        assert_eq!(change.set, of(&[("a", "2")]));
        assert_eq!(change.remove, ["old"]);
        assert!(tags(&of(&[("a", "2")]), None, &of(&[]), &TRAITS).is_empty());
    }

    #[test]
    fn tags_that_aws_does_not_give_back_are_compared_with_what_was_applied() {
        let of = |pairs: &[(&str, &str)]| -> Tags {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let traits = Traits { compare: &[("tags", Compare::WriteOnly)], ..Traits::DEFAULT };
        let wanted = of(&[("a", "2"), (Owner::ADDRESS, "logs.api")]);
        assert!(tags(&wanted, None, &of(&[("a", "2")]), &traits).is_empty());
        let change = tags(&wanted, None, &of(&[("a", "1"), ("old", "x")]), &traits);
        assert_eq!(change.set, of(&[("a", "2")]));
        assert_eq!(change.remove, ["old"]);
    }
}
