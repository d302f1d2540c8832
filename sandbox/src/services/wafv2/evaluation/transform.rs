//! Text transformations: what is done with a part of a request before it is looked at.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use serde::Deserialize;

/// A text transformation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Transformation {
    /// Its place; the smallest goes first.
    pub priority: u32,
    /// As AWS spells it.
    pub r#type: String,
}

/// Those that the sandbox does.
const KNOWN: [&str; 12] = [
    "NONE",
    "LOWERCASE",
    "URL_DECODE",
    "URL_DECODE_UNI",
    "HTML_ENTITY_DECODE",
    "COMPRESS_WHITE_SPACE",
    "CMD_LINE",
    "BASE64_DECODE",
    "HEX_DECODE",
    "REMOVE_NULLS",
    "REPLACE_NULLS",
    "NORMALIZE_PATH",
];

impl Transformation {
    /// Whether the sandbox does it.
    pub(super) fn is_known(&self) -> bool {
        KNOWN.contains(&self.r#type.as_str())
    }

    /// Whether it does anything.
    pub(in super::super) fn is_any(&self) -> bool {
        self.r#type != "NONE"
    }

    pub(super) fn apply(&self, text: &str) -> String {
        match self.r#type.as_str() {
            "LOWERCASE" => text.to_lowercase(),
            "URL_DECODE" | "URL_DECODE_UNI" => url_decode(text),
            "HTML_ENTITY_DECODE" => html_decode(text),
            "COMPRESS_WHITE_SPACE" => compress(text),
            "CMD_LINE" => command_line(text),
            "BASE64_DECODE" => {
                BASE64_STANDARD.decode(text).map_or_else(|_| text.to_owned(), |bytes| lossy(&bytes))
            }
            "HEX_DECODE" => hex_decode(text).unwrap_or_else(|| text.to_owned()),
            "REMOVE_NULLS" => text.replace('\0', ""),
            "REPLACE_NULLS" => text.replace('\0', " "),
            "NORMALIZE_PATH" => normalize(text),
            _ => text.to_owned(),
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `%41` and `+`.
pub(super) fn url_decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn html_decode(text: &str) -> String {
    const ENTITIES: [(&str, &str); 6] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, meant)| text.replace(entity, meant))
}

fn compress(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without what shells pass over, in lower case.
fn command_line(text: &str) -> String {
    let kept: String = text.chars().filter(|it| !"\\\"'^".contains(*it)).collect();
    let spaced: String = kept.chars().map(|it| if ",;".contains(it) { ' ' } else { it }).collect();
    compress(&spaced).replace(" /", "/").replace(" (", "(").to_lowercase()
}

fn hex_decode(text: &str) -> Option<String> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let bytes: Vec<u8> =
        digits?.chunks(2).map(|pair| pair.iter().fold(0, |all, it| all << 4 | it)).collect();
    Some(lossy(&bytes))
}

/// Without `.`, `..` and empty segments.
fn normalize(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let end = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_transformed() {
        for (kind, text, expected) in [
            ("LOWERCASE", "A", "a"),
            ("URL_DECODE", "%3Cscript+x", "<script x"),
            ("HTML_ENTITY_DECODE", "&lt;a&gt;", "<a>"),
            ("COMPRESS_WHITE_SPACE", "a \t b", "a b"),
            ("CMD_LINE", "C^md  \"/c\"", "cmd/c"),
            ("BASE64_DECODE", "YQ==", "a"),
            ("HEX_DECODE", "6162", "ab"),
            ("NORMALIZE_PATH", "/a/../b//c/", "/b/c/"),
            ("NONE", "A", "A"),
        ] {
            let transformation = Transformation { priority: 0, r#type: kind.to_owned() };
            assert!(transformation.is_known());
            assert_eq!(transformation.apply(text), expected, "{kind}");
        }
    }
}
