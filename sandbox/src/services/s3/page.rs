//! Pages of keys: prefix, delimiter, marker and limit mean the same in every listing.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::S3Result;
use s3s::dto::{CommonPrefix, EncodingType};

use super::errors;

/// The most that one page holds.
const PAGE_LIMIT: usize = 1000;

/// What S3 leaves as it is when a client asks for `encoding-type=url`.
const URL: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/');

/// What of the keys a listing asks for.
#[derive(Debug, Default)]
pub struct Query {
    pub prefix: String,
    pub delimiter: Option<String>,
    pub limit: usize,
    url: bool,
}

impl Query {
    /// Reads the members that all listings share.
    ///
    /// # Errors
    /// `InvalidArgument` for a negative limit.
    pub fn new(
        prefix: Option<String>,
        delimiter: Option<String>,
        limit: Option<i32>,
        encoding: Option<&EncodingType>,
    ) -> S3Result<Self> {
        let limit = usize::try_from(limit.unwrap_or(1000)).map_err(|_| {
            errors::invalid_argument("Argument maxKeys must be an integer between 0 and 2147483647")
        })?;
        Ok(Self {
            prefix: prefix.unwrap_or_default(),
            delimiter: delimiter.filter(|delimiter| !delimiter.is_empty()),
            limit: limit.min(PAGE_LIMIT),
            url: encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL),
        })
    }

    /// The limit as the answer repeats it.
    pub fn shown_limit(&self) -> Option<i32> {
        i32::try_from(self.limit).ok()
    }

    /// A key or prefix in the encoding that the client asked for.
    pub fn encode(&self, text: &str) -> String {
        if self.url { utf8_percent_encode(text, URL).to_string() } else { text.to_owned() }
    }

    /// The common prefix under which a key is rolled up.
    pub fn rolled<'a>(&self, key: &'a str) -> Option<&'a str> {
        let delimiter = self.delimiter.as_deref()?;
        let rest = key.strip_prefix(self.prefix.as_str())?;
        let end = self.prefix.len() + rest.find(delimiter)? + delimiter.len();
        Some(&key[..end])
    }

    /// Divides entries, which come in the order of their keys, into a page. What is rolled up
    /// under the prefix `after` was on the page before.
    pub fn page<'a, T>(
        &self,
        entries: impl Iterator<Item = (&'a str, T)>,
        after: Option<&str>,
    ) -> Page<'a, T> {
        let mut page = Page { entries: Vec::new(), prefixes: Vec::new(), truncated: false };
        for (key, entry) in entries.filter(|(key, _)| key.starts_with(&self.prefix)) {
            let rolled = self.rolled(key);
            if rolled.is_some() && (rolled == after || rolled == page.prefixes.last().copied()) {
                continue;
            }
            if page.len() == self.limit {
                page.truncated = self.limit > 0;
                break;
            }
            match rolled {
                Some(prefix) => page.prefixes.push(prefix),
                None => page.entries.push((key, entry)),
            }
        }
        page
    }

    /// Common prefixes as an answer lists them.
    pub fn common_prefixes(&self, prefixes: &[&str]) -> Vec<CommonPrefix> {
        prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(self.encode(prefix)) }).collect()
    }
}

/// One page of a listing.
#[derive(Debug)]
pub struct Page<'a, T> {
    pub entries: Vec<(&'a str, T)>,
    pub prefixes: Vec<&'a str>,
    pub truncated: bool,
}

impl<'a, T> Page<'a, T> {
    /// How many keys and prefixes there are, which the limit counts together.
    pub fn len(&self) -> usize {
        self.entries.len() + self.prefixes.len()
    }

    /// Where the next page begins, if there is one: after the greatest key or prefix.
    pub fn next(&self) -> Option<&'a str> {
        let key = self.entries.last().map(|(key, _)| *key);
        key.max(self.prefixes.last().copied()).filter(|_| self.truncated)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn query(prefix: &str, delimiter: Option<&str>, limit: i32) -> Query {
        let delimiter = delimiter.map(str::to_owned);
        Query::new(Some(prefix.to_owned()), delimiter, Some(limit), None).unwrap()
    }

    /// All keys and prefixes, page by page.
    fn walk(keys: &[String], query: &Query) -> Vec<String> {
        let mut seen = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let rest = keys
                .iter()
                .map(|key| (key.as_str(), ()))
                .filter(|(key, ())| after.as_deref().is_none_or(|after| *key > after));
            let page = query.page(rest, after.as_deref());
            seen.extend(page.entries.iter().map(|(key, ())| (*key).to_owned()));
            seen.extend(page.prefixes.iter().map(|prefix| (*prefix).to_owned()));
            match page.next() {
                Some(next) => after = Some(next.to_owned()),
                None => return seen,
            }
        }
    }

    proptest! {
        #[test]
        fn pages_of_any_size_hold_what_one_page_holds(
            keys in proptest::collection::btree_set("[ab/]{1,5}", 0..40),
            prefix in "[ab/]{0,2}",
            limit in 1..7,
        ) {
            let keys: Vec<String> = keys.into_iter().collect();
            for delimiter in [None, Some("/")] {
                let mut small = walk(&keys, &query(&prefix, delimiter, limit));
                let mut whole = walk(&keys, &query(&prefix, delimiter, 1000));
                small.sort();
                whole.sort();
                prop_assert_eq!(small, whole);
            }
        }
    }

    #[test]
    fn a_page_of_nothing_is_the_last() {
        let page = query("", None, 0).page([("a", ())].into_iter(), None);
        assert_eq!((page.len(), page.truncated), (0, false));
    }
}
