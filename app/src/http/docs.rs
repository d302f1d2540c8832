//! The OpenAPI document, and a page for people that is made from it: no scripts, no requests to
//! anywhere else.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{EntityTag, Shared, openapi, revalidated};

const STYLE: &str = include_str!("docs.css");

static JSON: LazyLock<Vec<u8>> =
    LazyLock::new(|| serde_json::to_vec(&openapi::document()).unwrap_or_default());

static PAGE: LazyLock<String> = LazyLock::new(|| {
    let document = serde_json::from_slice(&JSON).unwrap_or_default();
    page(&document)
});

pub(super) fn router() -> Router<Shared> {
    Router::new().route("/openapi.json", get(json)).route("/docs", get(docs))
}

async fn json(headers: HeaderMap) -> Response {
    revalidated(&headers, &EntityTag::of_bytes(&JSON), JSON.clone())
}

async fn docs() -> Response {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!("default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'");
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(PAGE.as_str())).into_response()
}

fn page(document: &Value) -> String {
    let title = escape(text(&document["info"]["title"]));
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1><p>{} Version {}. \
         <a href=\"openapi.json\">OpenAPI {}</a></p>",
        prose(text(&document["info"]["description"])),
        escape(text(&document["info"]["version"])),
        escape(text(&document["openapi"])),
    );
    for tag in members(&document["tags"]) {
        let name = text(&tag["name"]);
        let _ = write!(html, "<h2>{}</h2>", escape(name));
        for (path, operations) in entries(&document["paths"]) {
            for (method, operation) in entries(operations) {
                if members(&operation["tags"]).any(|tag| tag == name) {
                    operation_section(&mut html, path, method, operation);
                }
            }
        }
    }
    html.push_str("<h2>Shapes</h2>");
    for (name, schema) in entries(&document["components"]["schemas"]) {
        schema_section(&mut html, name, schema);
    }
    html + "</main></body></html>"
}

fn operation_section(html: &mut String, path: &str, method: &str, operation: &Value) {
    let lock = if operation.get("security").is_some() { " <em>needs a token</em>" } else { "" };
    let _ = write!(
        html,
        "<section><h3><code class=\"{method}\">{}</code> <code>{}</code> {}{lock}</h3><p>{}</p>",
        method.to_uppercase(),
        escape(path),
        escape(text(&operation["summary"])),
        prose(text(&operation["description"])),
    );
    let parameters: Vec<_> = members(&operation["parameters"])
        .map(|parameter| {
            let place = text(&parameter["in"]);
            let about = with_example(parameter, prose(text(&parameter["description"])));
            [code(text(&parameter["name"])), escape(place), about]
        })
        .collect();
    table(html, ["Parameter", "In", "Meaning"], &parameters);
    if let Some(body) = operation.pointer("/requestBody/content/application~1json/schema") {
        let _ = write!(html, "<p>Body: {}</p>", shape(body));
    }
    let answers: Vec<_> = entries(&operation["responses"])
        .map(|(status, answer)| {
            let schema = entries(&answer["content"]).next().map(|(_, content)| &content["schema"]);
            let about = prose(text(&answer["description"]));
            [code(status), schema.map(shape).unwrap_or_default(), about]
        })
        .collect();
    table(html, ["Answer", "Body", "Meaning"], &answers);
    html.push_str("</section>");
}

fn schema_section(html: &mut String, name: &str, schema: &Value) {
    let _ = write!(
        html,
        "<section><h3 id=\"{0}\"><code>{0}</code></h3><p>{1}</p>",
        escape(name),
        prose(text(&schema["description"])),
    );
    let fields: Vec<_> = entries(&schema["properties"])
        .map(|(field, property)| {
            let about = with_example(property, prose(text(&property["description"])));
            [code(field), shape(property), about]
        })
        .collect();
    table(html, ["Field", "Type", "Meaning"], &fields);
    html.push_str("</section>");
}

fn table(html: &mut String, heads: [&str; 3], rows: &[[String; 3]]) {
    if rows.is_empty() {
        return;
    }
    html.push_str("<div class=\"wide\"><table><thead><tr>");
    for head in heads {
        let _ = write!(html, "<th scope=\"col\">{head}</th>");
    }
    html.push_str("</tr></thead><tbody>");
    for [first, second, third] in rows {
        let _ = write!(html, "<tr><td>{first}</td><td>{second}</td><td>{third}</td></tr>");
    }
    html.push_str("</tbody></table></div>");
}

/// The name of a schema, as a link where it has one.
fn shape(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#{0}\">{0}</a>", escape(name));
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("list of {}", shape(&schema["items"])),
        Value::String(kind) => escape(kind),
        Value::Array(kinds) => {
            kinds.iter().map(|kind| escape(text(kind))).collect::<Vec<_>>().join(" or ")
        }
        _ => String::new(),
    }
}

fn with_example(value: &Value, about: String) -> String {
    match value.get("example").or_else(|| value.pointer("/examples/0")) {
        None => about,
        Some(Value::String(example)) => format!("{about}; such as {}", code(example)),
        Some(example) => format!("{about}; such as {}", code(&example.to_string())),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn members(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// Text with `code` in it.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(n, part)| if n % 2 == 1 { code(part) } else { escape(part) }).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_all_that_the_document_says() {
        let document: Value = serde_json::from_slice(&JSON).unwrap();
        assert!(text(&document["openapi"]).starts_with("3.1"));
        for (path, operations) in entries(&document["paths"]) {
            for (_, operation) in entries(operations) {
                assert!(PAGE.contains(&code(path)), "{path}");
                assert!(PAGE.contains(&escape(text(&operation["summary"]))), "{path}");
            }
        }
        for (name, _) in entries(&document["components"]["schemas"]) {
            assert!(PAGE.contains(&format!("id=\"{name}\"")), "{name}");
        }
    }

    #[test]
    fn the_page_asks_nobody_else() {
        assert!(
            !PAGE.contains("http://") && !PAGE.contains("https://") && !PAGE.contains("<script")
        );
    }

    #[test]
    fn text_cannot_break_out() {
        assert_eq!(prose("a `<b>` & \"c\""), "a <code>&lt;b&gt;</code> &amp; &quot;c&quot;");
    }
}
