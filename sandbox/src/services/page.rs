//! Paging: lists in slices, with tokens that only their maker can read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A slice of a list, and the token that asks for the next one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// `None` on the last page.
    pub next: Option<String>,
}

/// The token was not made by [`page`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidToken;

/// The slice of `items` after `token`, at most `limit` long.
///
/// `items` ascend by `key`. The token names the last item given, not a position, so that whoever
/// deletes what is listed misses nothing.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = T>,
    token: Option<&str>,
    limit: usize,
    key: impl Fn(&T) -> String,
) -> Result<Page<T>, InvalidToken> {
    let last = token.map(decode).transpose()?;
    let mut rest =
        items.into_iter().filter(|item| last.as_ref().is_none_or(|last| key(item) > *last));
    let items: Vec<T> = rest.by_ref().take(limit.max(1)).collect();
    let next = rest.next().and(items.last()).map(|last| URL_SAFE_NO_PAD.encode(key(last)));
    Ok(Page { items, next })
}

fn decode(token: &str) -> Result<String, InvalidToken> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| InvalidToken)?;
    String::from_utf8(bytes).map_err(|_| InvalidToken)
}

/// A key that sorts the other way round. The last letter stands above all digits, so that a
/// prefix comes after what it begins.
pub(crate) fn descending(key: &str) -> String {
    key.bytes().map(|byte| format!("{:02x}", !byte)).chain(["g".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(letters: &str, token: Option<&str>) -> Page<char> {
        page(letters.chars(), token, 2, char::to_string).unwrap()
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let first = letters("abcd", None);
        assert_eq!(first.items, ['a', 'b']);
        let second = letters("abcd", first.next.as_deref());
        assert_eq!(second, Page { items: vec!['c', 'd'], next: None });
    }

    #[test]
    fn deleting_what_was_listed_skips_nothing() {
        let first = letters("abcd", None);
        assert_eq!(letters("cd", first.next.as_deref()).items, ['c', 'd']);
    }

    #[test]
    fn a_foreign_token_is_refused() {
        assert_eq!(page("abc".chars(), Some("%"), 2, char::to_string), Err(InvalidToken));
    }

    #[test]
    fn a_prefix_sorts_after_what_it_begins_when_descending() {
        assert!(descending("ab") < descending("a"));
        assert!(descending("b") < descending("ab"));
    }
}
