//! The ec2 protocol: the query protocol with flat lists, other names and no result wrapper.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use super::Codec;
use super::model::{Model, Operation};
use super::query::CONTENT_TYPE;
use super::xml::Writer;
use crate::fault::Fault;

/// The response: `<CreateVpcResponse><requestId>…`, and the members.
pub fn encode(
    codec: &Codec<'_>,
    name: &str,
    operation: &Operation,
    value: &Value,
    request_id: &str,
) -> Response<Bytes> {
    let mut writer = Writer::document();
    let root = format!("{name}Response");
    writer.open(&root, &namespace(codec.model));
    writer.leaf("requestId", request_id);
    match &operation.output {
        Some(output) => writer.members(codec.model, codec.model.shape(output), value),
        // EC2 says so where there is nothing to say.
        None => writer.leaf("return", "true"),
    }
    writer.close(&root);
    codec.response(StatusCode::OK, CONTENT_TYPE, writer.finish(), request_id)
}

/// The error: `<Response><Errors><Error>…`.
pub fn fault(codec: &Codec<'_>, fault: &Fault, request_id: &str) -> Response<Bytes> {
    let mut writer = Writer::document();
    for element in ["Response", "Errors", "Error"] {
        writer.open(element, &[]);
    }
    writer.leaf("Code", &fault.code);
    writer.leaf("Message", &fault.message);
    writer.close("Error");
    writer.close("Errors");
    writer.leaf("RequestID", request_id);
    writer.close("Response");
    codec.response(codec.status(fault), CONTENT_TYPE, writer.finish(), request_id)
}

/// EC2 writes the model's namespace with a slash at its end.
fn namespace(model: &Model) -> Vec<(String, String)> {
    let uri = model.metadata.xml_namespace.as_ref();
    uri.map(|uri| ("xmlns".to_owned(), format!("{}/", uri.trim_end_matches('/'))))
        .into_iter()
        .collect()
}
