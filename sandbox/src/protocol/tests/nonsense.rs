//! No request, however wrong, may make a codec panic.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use proptest::prelude::*;
use serde_json::json;

use crate::protocol::Codec;
use crate::protocol::model::Model;

/// Every kind of shape, every location, and recursion.
fn model(protocol: &str) -> Model {
    let members = json!({
        "Name": { "shape": "Text" },
        "Count": { "shape": "Whole" },
        "Ratio": { "shape": "Ratio" },
        "When": { "shape": "Moment" },
        "Data": { "shape": "Bytes" },
        "On": { "shape": "Flag" },
        "Items": { "shape": "Items" },
        "Flat": { "shape": "Items", "flattened": true },
        "Entries": { "shape": "Entries" },
        "Inner": { "shape": "Everything" },
        "Query": { "shape": "Items", "location": "querystring", "locationName": "q" },
        "Header": { "shape": "Moment", "location": "header", "locationName": "x-when" },
        "Headers": { "shape": "Texts", "location": "headers", "locationName": "x-" },
        "Label": { "shape": "Text", "location": "uri", "locationName": "Label" },
    });
    let text = json!({
        "metadata": { "apiVersion": "1", "protocol": protocol, "protocols": [protocol] },
        "operations": { "Do": {
            "http": { "method": "POST", "requestUri": "/do/{Label+}" },
            "input": { "shape": "Everything" }, "output": { "shape": "Everything" },
        } },
        "shapes": {
            "Everything": { "type": "structure", "members": members, "required": ["Name"] },
            "Items": { "type": "list", "member": { "shape": "Everything" }, "max": 3 },
            "Entries": { "type": "map", "key": { "shape": "Text" }, "value": { "shape": "Items" } },
            "Texts": { "type": "map", "key": { "shape": "Text" }, "value": { "shape": "Text" } },
            "Text": { "type": "string", "min": 2, "enum": ["one", "two"] },
            "Whole": { "type": "integer", "min": 1, "max": 10 },
            "Ratio": { "type": "double" },
            "Moment": { "type": "timestamp" },
            "Bytes": { "type": "blob", "max": 4 },
            "Flag": { "type": "boolean" },
        },
    });
    Model::parse(text.to_string().as_bytes()).unwrap()
}

fn request(path: &str, header: &[u8], body: Vec<u8>) -> Option<Request<Bytes>> {
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = path.parse::<Uri>().ok()?;
    let headers = request.headers_mut();
    headers.insert("x-amz-target", HeaderValue::from_static("Service.Do"));
    headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    if let Ok(value) = HeaderValue::from_bytes(header) {
        headers.insert(HeaderName::from_static("x-when"), value);
    }
    Some(request)
}

fn try_all(request: &Request<Bytes>) {
    for protocol in ["query", "ec2", "json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor"] {
        let model = model(protocol);
        let codec = Codec::new("test", &model, request);
        let outcome = codec.operation(request).and_then(|name| codec.decode(name, request));
        let outcome = outcome.and_then(|_| codec.decode("Do", request));
        if let Err(fault) = outcome {
            assert!(fault.status < 600 && !fault.code.is_empty(), "{protocol}: {fault}");
            codec.fault(&fault, "id");
        }
        let _ = codec.decode("Do", request);
    }
}

/// Text that is nearly right, which reaches further than noise.
fn nearly_right() -> impl Strategy<Value = Vec<u8>> {
    let token = prop::sample::select(vec![
        "Action=Do",
        "&",
        "=",
        ".",
        "Name",
        "Items",
        "Flat",
        "Entries",
        "entry",
        "member",
        "1",
        "2",
        "key",
        "value",
        "Inner",
        "<",
        "/",
        ">",
        "Everything",
        "<Name>one</Name>",
        "&#x0;",
        "<![CDATA[",
        "]]>",
        "{",
        "}",
        "[",
        "]",
        ":",
        "\"Name\"",
        "\"Items\"",
        ",",
        "null",
        "1e400",
        "\"\\ud800\"",
        "When=",
        "NaN",
        "99999999999999999999",
        "%",
        "%ff",
        "+",
        "xmlns:a=\"b\"",
        "<!--",
        "-->",
        "\u{a2}",
        "\u{bf}",
    ]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat().into_bytes())
}

proptest! {
    #[test]
    fn noise_is_refused(
        body in prop::collection::vec(any::<u8>(), 0..300),
        path in "/[ -~]{0,40}",
        header in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        if let Some(request) = request(&path, &header, body) {
            try_all(&request);
        }
    }

    #[test]
    fn what_is_nearly_right_is_refused_or_read(body in nearly_right(), path in "/do/[a-z%/?=&]{0,20}") {
        if let Some(request) = request(&path, b"Sat, 31 Jan", body) {
            try_all(&request);
        }
    }
}

#[test]
fn depth_has_a_limit() {
    let deep = [
        format!("Action=Do&{}=1", "Inner.".repeat(50_000)),
        format!("{}\"x\"", "{\"Inner\":".repeat(50_000)),
        "<Inner>".repeat(50_000),
    ];
    for body in deep {
        try_all(&request("/do/x", b"", body.into_bytes()).unwrap());
    }
    try_all(&request("/do/x", b"", vec![0x81; 100_000]).unwrap());
}
