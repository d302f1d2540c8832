"""Holds a raw AWS response to botocore's service model.

`Checker.check` parses a response strictly and returns the value, keyed by the model's member names,
with everything that a lenient client would overlook: unknown members, wrong wire types, values
outside an enum, wrong list tags, badly written timestamps, missing result wrappers, unmodelled
error codes, missing request ids.
"""

import json
import re
from xml.etree import ElementTree

ISO_8601 = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$")
HTTP_DATE = re.compile(r"^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$")
BASE64 = re.compile(r"^[A-Za-z0-9+/]*={0,2}$")

# Codes that any operation may answer, whatever its model says.
COMMON_ERRORS = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "InternalFailure",
    "InvalidClientTokenId",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "MissingParameter",
    "SignatureDoesNotMatch",
    "Throttling",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
}

# Services whose models name no errors, or not theirs: the documentation lists the codes.
WITHOUT_MODELLED_ERRORS = {"ec2", "s3"}


# Where AWS itself departs from its model, by service and shape: what it really sends.
DEPARTURES = {
    ("apprunner", "AutoScalingConfigurationStatus"): {"active", "inactive"},
    ("apprunner", "CustomDomainAssociationStatus"): {
        "creating",
        "pending_certificate_dns_validation",
        "active",
        "deleting",
    },
    ("ec2", "AttachmentStatus"): {"available"},
    ("ec2", "State"): {"available", "pending", "deleting", "deleted", "failed", "rejected"},
}


class Checker:
    """Checks responses of one operation at a time; `problems` are sentences."""

    def __init__(self, operation):
        self.operation = operation
        self.service = operation.service_model.service_name
        self.protocol = operation.service_model.resolved_protocol
        self.problems = []

    def check(self, response):
        """The parsed value of a raw response: `status_code`, `headers`, `body`."""
        if response["status_code"] >= 300:
            return self._check_error(response)
        shape = self.operation.output_shape
        body = response["body"]
        if self.protocol in ("json", "rest-json"):
            self._require_header(response, "x-amzn-requestid")
            if shape is None:
                return {}
            return self._json(json.loads(body or b"{}"), shape, "")
        if self.protocol == "query":
            return self._check_query(body, shape)
        if self.protocol == "ec2":
            return self._check_ec2(body, shape)
        if self.protocol == "rest-xml":
            return self._check_rest_xml(response, shape)
        raise NotImplementedError(self.protocol)

    def _problem(self, path, what):
        self.problems.append(f"{path or 'response'}: {what}")

    def _require_header(self, response, name):
        if not header(response, name):
            self._problem("headers", f"{name} is missing")

    # Errors

    def _check_error(self, response):
        code, has_id = self._error_code(response)
        if not has_id:
            self._problem("error", "the request id is missing")
        if not code:
            self._problem("error", "the code is missing")
        elif self.service not in WITHOUT_MODELLED_ERRORS and code not in self._known_errors():
            self._problem("error", f"{code} is not an error of {self.operation.name}")
        return {"Error": code}

    def _known_errors(self):
        known = set(COMMON_ERRORS)
        for shape in self.operation.error_shapes:
            known.add(shape.metadata.get("error", {}).get("code", shape.name))
            # Services that once spoke the query protocol name the shape, and the code in a header.
            known.update((shape.error_code, shape.name))
        return known

    def _error_code(self, response):
        body = response["body"]
        if self.protocol in ("json", "rest-json"):
            parsed = json.loads(body)
            in_body = parsed.get("__type") or parsed.get("code")
            kind = in_body or header(response, "x-amzn-errortype")
            return (kind or "").split("#")[-1].split(":")[0], header(response, "x-amzn-requestid")
        if not body and header(response, "x-amz-request-id"):
            return str(response["status_code"]), True
        root = strip(ElementTree.fromstring(body))
        error = root if root.tag == "Error" else find(root, "Error") or find(root, "Errors/Error")
        request_id = find(root, "RequestId") is not None or find(root, "RequestID") is not None
        if error is None:
            return None, request_id
        code = find(error, "Code")
        return (code.text if code is not None else None), request_id

    # JSON

    def _json(self, value, shape, path):
        kind = shape.type_name
        if value is None:
            self._problem(path, "null; a member without a value is left out")
            return None
        if kind == "structure":
            return self._json_structure(value, shape, path)
        if kind == "list":
            if not isinstance(value, list):
                self._problem(path, f"{type(value).__name__} instead of a list")
                return []
            return [self._json(it, shape.member, f"{path}[{n}]") for n, it in enumerate(value)]
        if kind == "map":
            if not isinstance(value, dict):
                self._problem(path, f"{type(value).__name__} instead of a map")
                return {}
            return {k: self._json(v, shape.value, f"{path}.{k}") for k, v in value.items()}
        return self._json_scalar(value, shape, path)

    def _json_structure(self, value, shape, path):
        if not isinstance(value, dict):
            self._problem(path, f"{type(value).__name__} instead of a structure")
            return {}
        names = {
            member.serialization.get("name", name): name for name, member in shape.members.items()
        }
        parsed = {}
        for key, item in value.items():
            if key not in names:
                self._problem(join(path, key), "the model has no such member")
                continue
            name = names[key]
            parsed[name] = self._json(item, shape.members[name], join(path, name))
        self._check_required(parsed, shape, path)
        return parsed

    def _check_required(self, parsed, shape, path):
        for name in shape.required_members:
            if name not in parsed:
                self._problem(join(path, name), "required by the model, and missing")

    def _json_scalar(self, value, shape, path):
        kind = shape.type_name
        expected = {
            "string": str,
            "character": str,
            "boolean": bool,
            "integer": int,
            "long": int,
            "float": (int, float),
            "double": (int, float),
            "blob": str,
            "timestamp": (int, float),
        }[kind]
        if kind == "timestamp" and shape.serialization.get("timestampFormat") == "iso8601":
            expected = str
        wrong = not isinstance(value, expected)
        if isinstance(value, bool) and kind != "boolean":
            wrong = True
        if wrong:
            self._problem(path, f"{value!r} is not a {kind}")
        elif kind == "string":
            self._check_string(value, shape, path)
        elif kind == "blob" and not BASE64.match(value):
            self._problem(path, "not base64")
        return value

    def _check_string(self, value, shape, path):
        departures = DEPARTURES.get((self.service, shape.name), ())
        if shape.enum and value not in shape.enum and value not in departures:
            self._problem(path, f"{value!r} is not one of {', '.join(shape.enum)}")
        limit = shape.metadata.get("max")
        if limit is not None and len(value) > limit:
            self._problem(path, f"longer than {limit}")

    # XML

    def _check_query(self, body, shape):
        root = self._root(body, f"{self.operation.name}Response")
        metadata = find(root, "ResponseMetadata")
        if metadata is None or find(metadata, "RequestId") is None:
            self._problem("ResponseMetadata", "the request id is missing")
        if shape is None:
            return {}
        wrapper = shape.serialization.get("resultWrapper")
        extra = [child.tag for child in root if child.tag not in (wrapper, "ResponseMetadata")]
        for tag in extra:
            self._problem(tag, "stands outside the result wrapper")
        result = find(root, wrapper)
        if result is None:
            self._problem(wrapper, "the result wrapper is missing")
            return {}
        return self._xml(result, shape, "")

    def _check_ec2(self, body, shape):
        root = self._root(body, f"{self.operation.name}Response")
        if find(root, "requestId") is None:
            self._problem("requestId", "missing")
        for child in [child for child in root if child.tag == "requestId"]:
            root.remove(child)
        if shape is None:
            return {}
        return self._xml(root, shape, "")

    def _root(self, body, name):
        root = ElementTree.fromstring(body)
        if not root.tag.startswith("{"):
            self._problem(name, "the namespace is missing")
        root = strip(root)
        if root.tag != name:
            self._problem(root.tag, f"the root is not {name}")
        return root

    def _check_rest_xml(self, response, shape):
        # S3 has a header of its own; all others have the usual one.
        is_s3 = self.operation.service_model.service_name == "s3"
        self._require_header(response, "x-amz-request-id" if is_s3 else "x-amzn-requestid")
        if shape is None:
            return {}
        parsed = self._headers(response, shape)
        payload = shape.serialization.get("payload")
        in_body = {n: m for n, m in shape.members.items() if not m.serialization.get("location")}
        if payload:
            if shape.members[payload].type_name in ("blob", "string"):
                return {**parsed, payload: response["body"]}
            shape, in_body = shape.members[payload], None
        if not response["body"]:
            return parsed
        root = strip(ElementTree.fromstring(response["body"]))
        if payload:
            return {**parsed, payload: self._xml(root, shape, payload)}
        if root.tag == "LocationConstraint":
            # The one output of S3 whose member is the root itself.
            return {"LocationConstraint": root.text}
        return {**parsed, **self._xml(root, shape, "", in_body)}

    def _headers(self, response, shape):
        parsed = {}
        for name, member in shape.members.items():
            location = member.serialization.get("location")
            if location == "header":
                text = header(response, member.serialization["name"])
                if text is not None:
                    parsed[name] = self._xml_scalar(text, member, name)
            elif location == "headers":
                prefix = member.serialization["name"].lower()
                names = [key.lower() for key in response["headers"]]
                parsed[name] = {
                    key[len(prefix) :]: header(response, key)
                    for key in names
                    if key.startswith(prefix)
                }
        return parsed

    def _xml(self, element, shape, path, members=None):
        kind = shape.type_name
        if kind == "structure":
            return self._xml_structure(element, shape, path, members)
        if kind == "list":
            return self._xml_list(element, shape, path)
        if kind == "map":
            return self._xml_map(element, shape, path)
        if len(element):
            self._problem(path, f"holds elements instead of a {kind}")
        return self._xml_scalar(element.text or "", shape, path)

    def _xml_structure(self, element, shape, path, members=None):
        members = shape.members if members is None else members
        names = {wire_name(name, member): name for name, member in members.items()}
        parsed = {}
        for child in element:
            name = names.get(child.tag)
            if name is None:
                self._problem(join(path, child.tag), "the model has no such member")
                continue
            member = members[name]
            if member.type_name == "list" and member.serialization.get("flattened"):
                items = parsed.setdefault(name, [])
                items.append(self._xml(child, member.member, f"{join(path, name)}[{len(items)}]"))
            elif name in parsed:
                self._problem(join(path, name), "appears twice")
            else:
                parsed[name] = self._xml(child, member, join(path, name))
        for name, member in members.items():
            if member.serialization.get("xmlAttribute"):
                parsed[name] = True
        self._check_required(parsed, shape, path)
        return parsed

    def _xml_list(self, element, shape, path):
        tag = shape.member.serialization.get("name", "member")
        parsed = []
        for child in element:
            if child.tag != tag:
                self._problem(path, f"a list of <{tag}> holds <{child.tag}>")
                continue
            parsed.append(self._xml(child, shape.member, f"{path}[{len(parsed)}]"))
        return parsed

    def _xml_map(self, element, shape, path):
        key_tag = shape.key.serialization.get("name", "key")
        value_tag = shape.value.serialization.get("name", "value")
        parsed = {}
        for entry in element:
            key, value = find(entry, key_tag), find(entry, value_tag)
            if entry.tag != "entry" or key is None or value is None:
                self._problem(path, f"<{entry.tag}> is not an entry of a map")
                continue
            parsed[key.text] = self._xml(value, shape.value, f"{path}.{key.text}")
        return parsed

    def _xml_scalar(self, text, shape, path):
        kind = shape.type_name
        if kind == "boolean" and text not in ("true", "false"):
            self._problem(path, f"{text!r} is not a boolean")
        elif kind in ("integer", "long") and not re.match(r"^-?\d+$", text):
            self._problem(path, f"{text!r} is not a number")
        elif kind in ("float", "double") and not re.match(r"^-?\d+(\.\d+)?$", text):
            self._problem(path, f"{text!r} is not a number")
        elif kind == "timestamp":
            in_header = shape.serialization.get("location") == "header"
            form = HTTP_DATE if in_header else ISO_8601
            if not form.match(text):
                self._problem(path, f"{text!r} is not a timestamp")
        elif kind == "string":
            self._check_string(text, shape, path)
        return text


def wire_name(name, member):
    """The tag of a member: a flattened list is named as its members are, where they have a name."""
    if member.type_name == "list" and member.serialization.get("flattened"):
        return member.member.serialization.get("name", member.serialization.get("name", name))
    return member.serialization.get("name", name)


def strip(element):
    """The element without namespaces, itself and below."""
    for part in element.iter():
        part.tag = part.tag.split("}")[-1]
    return element


def find(element, path):
    """The first element at a path of tags, or `None`."""
    return element.find(path) if path else None


def header(response, name):
    """A header, whatever its case."""
    for key, value in response["headers"].items():
        if key.lower() == name.lower():
            return value
    return None


def join(path, name):
    return f"{path}.{name}" if path else name
