//! What an account has one of: one that was there before is adopted, and neither tagged nor deleted.
//!
//! Its id says so: it ends with `|adopted`, after what AWS calls the object. Account settings bear
//! no tags that would tell whose they are, so what an interrupted run may have made counts as
//! adopted as well: it stays on rather than that somebody else's is switched off.

use super::Error;
use crate::resource::{Created, Deleted, Id, Live, Resource};

const MARK: &str = "|adopted";

/// The id of an object that was there before.
pub(super) fn adopted(name: &str) -> Id {
    Id(format!("{name}{MARK}"))
}

/// The id of an object: its own name where it is the owner's.
pub(super) fn owned_or_adopted(name: &str, ours: bool) -> Id {
    if ours { Id::from(name) } else { adopted(name) }
}

/// What AWS calls an object.
pub(super) fn name(id: &Id) -> &str {
    id.as_str().strip_suffix(MARK).unwrap_or(id.as_str())
}

/// Whether the object was there before.
pub(super) fn is_adopted(id: &Id) -> bool {
    id.as_str().ends_with(MARK)
}

/// An object in the shape that its id asks for: another's tags are nobody's to change.
pub(super) fn seen<R: Resource>(id: &Id, live: Live<R>) -> Live<R> {
    let tags = live.tags.filter(|_| !is_adopted(id));
    Live { tags, ..live }
}

/// The one answer to a creation where there is one already.
pub(super) fn refuse_existing<T>(what: &str) -> Result<Created<T>, Error> {
    let message = format!("the account has {what} already");
    Err(Error::with_code("ResourceAlreadyExists", message))
}

/// What a deletion comes to that is none: the object was there before.
pub(super) const LEFT: Deleted = Deleted::Gone;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_whether_the_object_was_there_before() {
        let id = adopted("arn:aws:securityhub:us-east-1:1:hub/default");
        assert!(is_adopted(&id) && !is_adopted(&Id::from(name(&id))));
        assert_eq!(name(&id), "arn:aws:securityhub:us-east-1:1:hub/default");
        assert_eq!(owned_or_adopted("default", true), Id::from("default"));
    }
}
