//! `application/x-www-form-urlencoded` parameters, as a tree: `Tags.member.1.Key=a`.

use bytes::Bytes;
use http::Request;
use indexmap::IndexMap;
use percent_encoding::percent_decode_str;

use super::refusal::Refusal;

/// How many dots a parameter's name may have.
const MAX_DEPTH: usize = 64;

/// A parameter, and those whose names begin with its name and a dot.
#[derive(Debug, Default)]
pub struct Node {
    /// The parameter's own value.
    pub value: Option<String>,
    /// What follows the dot.
    pub children: IndexMap<String, Node>,
}

impl Node {
    /// The parameters of a request: its query string and its body.
    ///
    /// # Errors
    /// When they are not UTF-8, or a name has too many dots.
    pub fn of(request: &Request<Bytes>) -> Result<Self, Refusal> {
        let body = std::str::from_utf8(request.body())
            .map_err(|_| Refusal::Malformed("The body is not valid UTF-8.".to_owned()))?;
        let query = request.uri().query().unwrap_or_default();
        let mut root = Self::default();
        for pair in query.split('&').chain(body.trim().split('&')).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            root.insert(&decode(name)?, decode(value)?)?;
        }
        Ok(root)
    }

    fn insert(&mut self, name: &str, value: String) -> Result<(), Refusal> {
        if name.matches('.').count() > MAX_DEPTH {
            return Err(Refusal::Malformed(
                "The name of a parameter has too many dots.".to_owned(),
            ));
        }
        let leaf = name
            .split('.')
            .fold(self, |node, step| node.children.entry(step.to_owned()).or_default());
        leaf.value = Some(value);
        Ok(())
    }

    /// The value of a parameter without dots in its name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.children.get(name).and_then(|node| node.value.as_deref())
    }

    /// The numbered children, by number; none when a child has another name.
    pub fn numbered(&self) -> Option<Vec<&Self>> {
        let mut numbered: Vec<(u32, &Self)> = self
            .children
            .iter()
            .map(|(name, node)| name.parse().ok().map(|number| (number, node)))
            .collect::<Option<_>>()?;
        numbered.sort_by_key(|(number, _)| *number);
        Some(numbered.into_iter().map(|(_, node)| node).collect())
    }
}

/// A name or value without its encoding.
///
/// # Errors
/// When what it stands for is not UTF-8.
pub fn decode(text: &str) -> Result<String, Refusal> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .map(|text| text.into_owned())
        .map_err(|_| Refusal::Malformed("A parameter is not valid UTF-8.".to_owned()))
}
