//! What all Describe operations share: filters with wildcards, and pages.

use std::ops::RangeInclusive;

use serde::Deserialize;

use crate::fault::Fault;
use crate::services::page::{Page, page};
use crate::services::tags::Tag;

use super::errors;

/// How many values a call's filters may have in all.
const VALUE_LIMIT: usize = 200;
const PAGE_SIZES: RangeInclusive<usize> = 5..=1000;

/// Filter names, and how each finds its values in a description.
pub type Filters<T> = &'static [(&'static str, fn(&T) -> Vec<String>)];

/// An object as a Describe operation shows it; filters see what the caller sees.
pub trait Described: Sized + 'static {
    /// The filters beside those for tags.
    const FILTERS: Filters<Self>;

    /// Unique, and ascending in the order of the list.
    fn key(&self) -> String;

    /// For the filters `tag:KEY` and `tag-key`.
    fn tags(&self) -> Vec<Tag>;
}

/// A condition: one of the values fits one of the object's. `*` stands for any text, `?` for any
/// character, and a backslash takes the meaning from the next character.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Filter {
    /// What is compared.
    pub name: String,
    /// What it may be.
    pub values: Vec<String>,
}

/// The members that all Describe requests have; a few of them call the filters `Filter`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Listing {
    #[serde(alias = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// The page of `descriptions` that the caller asks for; `descriptions` ascend by key.
///
/// # Errors
/// An unknown filter, too many filter values, a page size out of range, or a foreign token.
pub fn list<T: Described>(descriptions: Vec<T>, listing: &Listing) -> Result<Page<T>, Fault> {
    let kept = filtered(descriptions, &listing.filters)?;
    let limit = listing.max_results.map_or(Ok(usize::MAX), page_size)?;
    page(kept, listing.next_token.as_deref(), limit, Described::key)
        .map_err(|_| errors::token_not_valid())
}

/// Those of `descriptions` that meet all filters.
///
/// # Errors
/// An unknown filter or too many filter values.
pub fn filtered<T: Described>(descriptions: Vec<T>, filters: &[Filter]) -> Result<Vec<T>, Fault> {
    if filters.iter().map(|filter| filter.values.len()).sum::<usize>() > VALUE_LIMIT {
        return Err(errors::filter_limit_exceeded());
    }
    let conditions = filters.iter().map(Condition::<T>::new).collect::<Result<Vec<_>, Fault>>()?;
    let meets_all = |item: &T| conditions.iter().all(|condition| condition.met_by(item));
    Ok(descriptions.into_iter().filter(meets_all).collect())
}

fn page_size(asked: i64) -> Result<usize, Fault> {
    usize::try_from(asked)
        .ok()
        .filter(|size| PAGE_SIZES.contains(size))
        .ok_or_else(|| errors::page_size_not_valid(asked, &PAGE_SIZES))
}

/// A filter whose name is known to exist.
struct Condition<'f, T> {
    subject: Subject<'f, T>,
    values: &'f [String],
}

enum Subject<'f, T> {
    Tag(&'f str),
    TagKey,
    Member(fn(&T) -> Vec<String>),
}

impl<'f, T: Described> Condition<'f, T> {
    fn new(filter: &'f Filter) -> Result<Self, Fault> {
        let subject = match (filter.name.strip_prefix("tag:"), filter.name.as_str()) {
            (Some(key), _) => Subject::Tag(key),
            (None, "tag-key") => Subject::TagKey,
            (None, name) => T::FILTERS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, values)| Subject::Member(*values))
                .ok_or_else(|| errors::filter_not_valid(name))?,
        };
        Ok(Self { subject, values: &filter.values })
    }

    fn met_by(&self, item: &T) -> bool {
        let found = match self.subject {
            Subject::Member(values) => values(item),
            Subject::TagKey => item.tags().into_iter().map(|tag| tag.key).collect(),
            Subject::Tag(key) => {
                let tags = item.tags().into_iter();
                tags.filter(|tag| tag.key == key).map(|tag| tag.value).collect()
            }
        };
        found.iter().any(|text| self.values.iter().any(|pattern| matches(pattern, text)))
    }
}

/// Whether `pattern` with its wildcards describes the whole of `text`.
fn matches(pattern: &str, text: &str) -> bool {
    let pattern = tokens(pattern);
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut token) = (0, 0);
    // Where the last `*` stands, and how far into the text it reaches so far.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(token) {
            Some(Token::Any) => {
                star = Some((token, at));
                token += 1;
            }
            Some(one) if one.fits(text[at]) => {
                at += 1;
                token += 1;
            }
            _ => match star {
                Some((position, reach)) => {
                    star = Some((position, reach + 1));
                    (at, token) = (reach + 1, position + 1);
                }
                None => return false,
            },
        }
    }
    pattern[token..].iter().all(|rest| *rest == Token::Any)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Any,
    One,
    Literal(char),
}

impl Token {
    fn fits(self, character: char) -> bool {
        self == Self::One || self == Self::Literal(character)
    }
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        tokens.push(match character {
            '*' => Token::Any,
            '?' => Token::One,
            '\\' => Token::Literal(characters.next().unwrap_or('\\')),
            other => Token::Literal(other),
        });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Thing(&'static str);

    impl Described for Thing {
        const FILTERS: Filters<Self> = &[("name", |thing| vec![thing.0.to_owned()])];

        fn key(&self) -> String {
            self.0.to_owned()
        }

        fn tags(&self) -> Vec<Tag> {
            vec![Tag { key: "Name".into(), value: self.0.into() }]
        }
    }

    fn names(filters: &[(&str, &[&str])]) -> Result<Vec<&'static str>, Fault> {
        let filters: Vec<Filter> = filters
            .iter()
            .map(|(name, values)| Filter {
                name: (*name).into(),
                values: values.iter().map(|&value| value.into()).collect(),
            })
            .collect();
        let things = vec![Thing("blue"), Thing("green"), Thing("grey")];
        Ok(filtered(things, &filters)?.into_iter().map(|thing| thing.0).collect())
    }

    #[test]
    fn values_are_alternatives_and_filters_are_not() {
        assert_eq!(names(&[("name", &["blue", "grey"])]).unwrap(), ["blue", "grey"]);
        assert_eq!(names(&[("name", &["g*"]), ("name", &["*y"])]).unwrap(), ["grey"]);
        assert!(names(&[("name", &[])]).unwrap().is_empty());
    }

    #[test]
    fn tags_can_be_filtered_by_value_and_by_key() {
        assert_eq!(names(&[("tag:Name", &["blu?"])]).unwrap(), ["blue"]);
        assert_eq!(names(&[("tag-key", &["Name"])]).unwrap().len(), 3);
        assert!(names(&[("tag:name", &["blue"])]).unwrap().is_empty());
    }

    #[test]
    fn an_unknown_filter_is_refused_even_when_nothing_exists() {
        assert_eq!(names(&[("colour", &["blue"])]).unwrap_err().code, "InvalidParameterValue");
    }

    #[test]
    fn two_hundred_values_are_the_most() {
        let values = vec!["x"; 201];
        assert_eq!(names(&[("name", &values)]).unwrap_err().code, "FilterLimitExceeded");
        assert!(names(&[("name", &values[..200])]).is_ok());
    }

    #[test]
    fn wildcards() {
        for (pattern, text) in [
            ("*", ""),
            ("a*c", "abbbc"),
            ("a?c", "abc"),
            ("*a*b*", "xaxxbx"),
            (r"\*", "*"),
            ("a**", "a"),
        ] {
            assert!(matches(pattern, text), "{pattern} should match {text}");
        }
        for (pattern, text) in [("a", "ab"), ("?", ""), (r"\*", "x"), ("a*c", "abcd"), ("A", "a")] {
            assert!(!matches(pattern, text), "{pattern} should not match {text}");
        }
    }

    #[test]
    fn a_page_has_5_to_1000_items() {
        for size in [4, 1001, -1] {
            let listing = Listing { max_results: Some(size), ..Listing::default() };
            let fault = list(vec![Thing("blue")], &listing).unwrap_err();
            assert_eq!(fault.code, "InvalidParameterValue");
        }
    }
}
