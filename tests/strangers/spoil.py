"""Spoils recorded responses, to prove that the checks notice."""

import json
from xml.etree import ElementTree

from always import Seen, paths_of
from shapes import wire_name


def unnoticed(samples, examine):
    """Ways of spoiling a response that `examine` overlooks, or that fitted no response at all."""
    overlooked, used = [], set()
    for (service, operation, _), recorded in sorted(samples.items(), key=lambda item: item[0]):
        model, raw = recorded[-1]
        for name, way in WAYS.items():
            spoiled = way(service, operation, model, raw)
            if spoiled is None:
                continue
            used.add(name)
            if not notices(examine, model, spoiled):
                overlooked.append(f"{service}:{operation}: nothing notices {name}")
    overlooked += [f"no response could be spoiled by {name}" for name in WAYS if name not in used]
    return overlooked


def notices(examine, model, raw):
    try:
        return bool(examine(model, raw, Seen()))
    except (ElementTree.ParseError, json.JSONDecodeError):
        return True


def changed(raw, body):
    return {**raw, "body": body}


def is_json(model):
    return model.service_model.resolved_protocol in ("json", "rest-json")


def document(model, raw):
    """The parsed body of an answer that has one."""
    if raw["status_code"] >= 300 or not raw["body"] or model.output_shape is None:
        return None
    if is_json(model):
        return json.loads(raw["body"])
    if model.output_shape.serialization.get("payload"):
        return None
    return ElementTree.fromstring(raw["body"])


def render(model, raw, value):
    if is_json(model):
        return changed(raw, json.dumps(value).encode())
    return changed(raw, ElementTree.tostring(value))


def unknown_member(_service, operation, model, raw):
    value = document(model, raw)
    if value is None or operation == "GetBucketLocation":
        return None
    if is_json(model):
        value["Stranger"] = 1
    else:
        target = value
        if model.service_model.resolved_protocol == "query":
            target = next((child for child in value if child.tag.endswith("Result")), None)
        if target is None:
            return None
        ElementTree.SubElement(target, "Stranger").text = "1"
    return render(model, raw, value)


def missing_member(service, operation, model, raw):
    paths = [path for path in paths_of(service, operation) if "." not in path]
    value = document(model, raw)
    if value is None or not paths or operation == "GetBucketLocation":
        return None
    name = paths[0].removesuffix("[]")
    wire = model.output_shape.members[name].serialization.get("name", name)
    if model.output_shape.members[name].serialization.get("location"):
        headers = {k: v for k, v in raw["headers"].items() if k.lower() != wire.lower()}
        return {**raw, "headers": headers}
    if is_json(model):
        value.pop(wire, None)
        return render(model, raw, value)
    return render(model, raw, value) if remove(value, wire) else None


def remove(root, tag):
    removed = False
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag.split("}")[-1] == tag]:
            parent.remove(child)
            removed = True
    return removed


def scalars(value, shape, kinds):
    """Places of JSON scalars: container, key."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            if wire not in value:
                continue
            if member.type_name in kinds:
                yield value, wire, member
            else:
                yield from scalars(value[wire], member, kinds)
    elif shape.type_name == "list" and isinstance(value, list):
        for item in value:
            yield from scalars(item, shape.member, kinds)


def replace_scalar(kinds, replacement, only=lambda _member: True):
    """Writes something else in the place of the first scalar of some kinds."""

    def way(_service, _operation, model, raw):
        value = document(model, raw)
        if value is None:
            return None
        if is_json(model):
            places = scalars(value, model.output_shape, kinds)
            place = next((place for place in places if only(place[2])), None)
            if place is None:
                return None
            place[0][place[1]] = replacement
            return render(model, raw, value)
        element = next(
            (it for it, member in elements(value, model, kinds) if only(member)), None
        )
        if element is None:
            return None
        element.text = str(replacement)
        return render(model, raw, value)

    return way


def elements(root, model, kinds):
    """XML elements of scalars, with their shapes."""
    shape = model.output_shape
    start = root
    if model.service_model.resolved_protocol == "query":
        start = next((child for child in root if child.tag.endswith("Result")), None)
    if start is not None:
        yield from below(start, shape, kinds)


def below(element, shape, kinds):
    if shape.type_name == "structure":
        names = {wire_name(name, member): member for name, member in shape.members.items()}
        for child in element:
            member = names.get(child.tag.split("}")[-1])
            if member is None:
                continue
            if member.type_name == "list" and member.serialization.get("flattened"):
                member = member.member
            if member.type_name in kinds:
                yield child, member
            else:
                yield from below(child, member, kinds)
    elif shape.type_name == "list":
        for child in element:
            if shape.member.type_name in kinds:
                yield child, shape.member
            else:
                yield from below(child, shape.member, kinds)


def wrong_list_tag(_service, _operation, model, raw):
    if is_json(model) or model.service_model.resolved_protocol == "rest-xml":
        return None
    value = document(model, raw)
    if value is None:
        return None
    for element in value.iter():
        for child in element:
            if child.tag.split("}")[-1] in ("item", "member"):
                child.tag = "entry"
                return render(model, raw, value)
    return None


def no_wrapper(_service, _operation, model, raw):
    if model.service_model.resolved_protocol != "query":
        return None
    value = document(model, raw)
    if value is None:
        return None
    result = next((child for child in value if child.tag.endswith("Result")), None)
    if result is None:
        return None
    value.remove(result)
    value.extend(list(result))
    return render(model, raw, value)


def no_request_id(_service, _operation, model, raw):
    names = ("x-amzn-requestid", "x-amz-request-id")
    headers = {k: v for k, v in raw["headers"].items() if k.lower() not in names}
    if is_json(model) or not raw["body"]:
        return {**raw, "headers": headers}
    if model.service_model.resolved_protocol == "rest-xml" and raw["status_code"] < 300:
        return {**raw, "headers": headers}
    value = ElementTree.fromstring(raw["body"])
    for tag in ("RequestId", "RequestID", "requestId"):
        remove(value, tag)
    return {**changed(raw, ElementTree.tostring(value)), "headers": headers}


def unmodelled_code(service, _operation, model, raw):
    if raw["status_code"] < 300 or service in ("ec2", "s3"):
        return None
    if is_json(model):
        return changed(raw, json.dumps({"__type": "StrangerException"}).encode())
    value = ElementTree.fromstring(raw["body"])
    for element in value.iter():
        if element.tag.split("}")[-1] == "Code":
            element.text = "Stranger"
    return changed(raw, ElementTree.tostring(value))


WAYS = {
    "an unknown member": unknown_member,
    "a missing member": missing_member,
    "a boolean that is none": replace_scalar(("boolean",), "perhaps"),
    "a number that is none": replace_scalar(("integer", "long"), "many"),
    "a timestamp that is none": replace_scalar(("timestamp",), "yesterday"),
    "a value outside its enum": replace_scalar(
        ("string",), "stranger", lambda member: bool(member.enum)
    ),
    "a wrong list tag": wrong_list_tag,
    "a result without its wrapper": no_wrapper,
    "a missing request id": no_request_id,
    "an error that the model does not have": unmodelled_code,
}
