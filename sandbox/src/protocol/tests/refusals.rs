//! What is not valid is refused in each service's own words.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::protocol::Codec;
use crate::protocol::model::Model;

fn model(protocol: &str) -> Model {
    let text = json!({
        "metadata": {
            "apiVersion": "1", "protocol": protocol, "protocols": [protocol],
            "xmlNamespace": "http://example.com/doc",
        },
        "operations": { "Do": {
            "http": { "method": "POST", "requestUri": "/" },
            "input": { "shape": "DoRequest" }, "output": { "shape": "DoResponse" },
        } },
        "shapes": {
            "DoRequest": { "type": "structure", "required": ["Name"], "members": {
                "Name": { "shape": "Name" }, "Mode": { "shape": "Mode" },
                "Count": { "shape": "Count" }, "Tags": { "shape": "Tags" },
            } },
            "DoResponse": { "type": "structure", "members": { "Count": { "shape": "Count" } } },
            "Name": { "type": "string", "min": 3, "max": 5 },
            "Mode": { "type": "string", "enum": ["fast", "slow"] },
            "Count": { "type": "integer", "min": 1, "max": 10 },
            "Tags": { "type": "list", "member": { "shape": "Tag" } },
            "Tag": { "type": "structure", "required": ["Key"], "members": { "Key": { "shape": "Name" } } },
            "GoneFault": { "type": "structure", "members": {}, "exception": true,
                "error": { "code": "Gone", "httpStatusCode": 404, "senderFault": true } },
        },
    });
    Model::parse(text.to_string().as_bytes()).unwrap()
}

fn refuse(service: &str, protocol: &str, body: &str) -> Fault {
    let model = model(protocol);
    let request = Request::post("/").header("x-amz-target", "Service.Do");
    let request = request.body(Bytes::from(body.to_owned())).unwrap();
    Codec::new(service, &model, &request).decode("Do", &request).unwrap_err()
}

fn message(service: &str, protocol: &str, body: &str) -> String {
    refuse(service, protocol, body).to_string()
}

#[test]
fn ec2_and_rds_speak_of_one_parameter() {
    for (service, protocol) in [("ec2", "ec2"), ("rds", "query")] {
        let message = |body| message(service, protocol, body);
        assert_eq!(
            message("Action=Do"),
            "MissingParameter: The request must contain the parameter Name"
        );
        assert_eq!(
            message("Action=Do&Name=abc&Mode=odd"),
            "InvalidParameterValue: Value (odd) for parameter Mode is invalid."
        );
        assert_eq!(
            message("Action=Do&Name=abc&Count=11"),
            "InvalidParameterValue: Value (11) for parameter Count is invalid. Expecting a value \
             less than or equal to 10."
        );
        assert!(message("Action=Do&Name=abc&Count=x").starts_with("InvalidParameterValue: "));
    }
    assert_eq!(
        message("ec2", "ec2", "Action=Do&Name=abc&Nmae=x"),
        "UnknownParameter: The parameter Nmae is not recognized"
    );
}

#[test]
fn other_query_services_speak_of_the_whole_request() {
    assert_eq!(
        message("iam", "query", "Action=Do&Name=a&Tags.member.1.Key=&Other=ignored"),
        "ValidationError: 2 validation errors detected: Value 'a' at 'name' failed to satisfy \
         constraint: Member must have length greater than or equal to 3; Value '' at \
         'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or \
         equal to 3"
    );
    assert_eq!(
        message("iam", "query", "Action=Do"),
        "ValidationError: 1 validation error detected: Value null at 'name' failed to satisfy \
         constraint: Member must not be null"
    );
}

#[test]
fn json_services_tell_types_from_constraints() {
    assert_eq!(
        message("kms", "json", r#"{"Name":5}"#),
        "SerializationException: NUMBER_VALUE at 'Name' can not be converted to String"
    );
    assert_eq!(
        message("kms", "json", r#"{"Name":"abcdef","Mode":"odd"}"#),
        "ValidationException: 2 validation errors detected: Value 'abcdef' at 'name' failed to \
         satisfy constraint: Member must have length less than or equal to 5; Value 'odd' at \
         'mode' failed to satisfy constraint: Member must satisfy enum value set: [fast, slow]"
    );
    assert!(message("ecr", "json", "{}").starts_with("InvalidParameterException: "));
    assert!(message("kms", "json", "{").starts_with("SerializationException: "));
}

#[test]
fn a_response_that_is_not_in_the_model_is_the_sandboxes_own_fault() {
    let model = model("json");
    let request = Request::post("/").body(Bytes::new()).unwrap();
    let codec = Codec::new("kms", &model, &request);
    let flaw = |value: Value| codec.encode("Do", value, "id").unwrap_err();
    assert_eq!(
        flaw(json!({ "Cuont": 1 })).to_string(),
        "InternalFailure: kms:Do gave a wrong response: the model has no member Cuont"
    );
    assert_eq!(flaw(json!({ "Count": "1" })).status, 500);
    assert_eq!(flaw(json!({ "Count": 5_000_000_000_i64 })).status, 500);
    let response = codec.encode("Do", json!({ "Count": null }), "id").unwrap();
    assert_eq!(response.body(), "{}");
}

#[test]
fn a_modelled_error_has_its_code_and_status() {
    let fault = Fault::new("GoneFault", "It is <gone>.");
    for (protocol, service, body) in [
        (
            "query",
            "rds",
            "<ErrorResponse xmlns=\"http://example.com/doc\"><Error><Type>Sender</Type>\
             <Code>Gone</Code><Message>It is &lt;gone&gt;.</Message></Error>\
             <RequestId>id</RequestId></ErrorResponse>",
        ),
        ("json", "kms", r#"{"__type":"GoneFault","message":"It is <gone>."}"#),
    ] {
        let model = model(protocol);
        let request = Request::post("/").body(Bytes::new()).unwrap();
        let response = Codec::new(service, &model, &request).fault(&fault, "id");
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["x-amzn-requestid"], "id");
        assert_eq!(response.body(), body);
    }
}
