//! Reading many objects at once: in bulk where AWS can, else side by side.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};

use crate::resource::{Id, Result};

/// How many single reads are under way at once.
const SIDE_BY_SIDE: usize = 16;

/// Puts what a bulk read gave into the order of `ids`; `None` for what it did not give.
pub(super) fn in_order<T>(ids: &[Id], mut found: HashMap<String, T>) -> Vec<Option<T>> {
    ids.iter().map(|id| found.remove(id.as_str())).collect()
}

/// Reads objects that AWS gives only one at a time. The answers have the order of `ids`.
///
/// # Errors
/// The first error of any read.
pub(super) async fn one_by_one<'a, T, F>(
    ids: &'a [Id],
    read: impl Fn(&'a str) -> F,
) -> Result<Vec<Option<T>>>
where
    F: Future<Output = Result<Option<T>>>,
{
    let reads: Vec<F> = ids.iter().map(|id| read(id.as_str())).collect();
    stream::iter(reads).buffered(SIDE_BY_SIDE).try_collect().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_have_the_order_of_the_ids() {
        let ids: Vec<Id> = (0..40).map(|number| Id(number.to_string())).collect();
        let read = |id| async move { Ok((id != "7").then_some(id)) };
        let found = one_by_one(&ids, read).await.unwrap();
        assert_eq!(found[39], Some("39"));
        assert_eq!(found[7], None);

        let bulk = HashMap::from([("39".to_owned(), "last")]);
        assert_eq!(in_order(&ids, bulk)[39], Some("last"));
    }
}
