#!/usr/bin/env python3
"""Trims botocore's service models to what the sandbox implements.

For every service under sandbox/src/services, the operations named in its Rust sources
(`operation!("CreateVpc", …)`) and the shapes that they reach are copied to
sandbox/models/<service>.json, without prose. The output is the same for the same input.

    scripts/models.py           writes the files
    scripts/models.py --check   exits with 1 when a file is stale
"""

import gzip
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ROOT / "sandbox/src/services"
MODELS = ROOT / "sandbox/models"

# A service's folder is named after its credential scope; botocore's, after the product.
BOTOCORE_NAMES = {"monitoring": "cloudwatch"}

# The codecs of these services are somebody else's.
WITHOUT_MODEL = {"s3"}

OPERATION = re.compile(r'operation!\(\s*"(\w+)"')

METADATA = (
    "apiVersion",
    "awsQueryCompatible",
    "jsonVersion",
    "protocol",
    "protocols",
    "serviceId",
    "targetPrefix",
    "xmlNamespace",
)
OPERATION_KEYS = ("http", "input", "output", "errors")
PROSE = {
    "box",
    "deprecated",
    "deprecatedMessage",
    "deprecatedSince",
    "documentation",
    "idempotencyToken",
    "pattern",
    "sensitive",
    "synthetic",
    "wrapper",
    "xmlOrder",
}


def main():
    check = "--check" in sys.argv[1:]
    try:
        import botocore
    except ImportError:
        if not check:
            sys.exit("models: botocore is needed: pip install botocore")
        print("models: botocore is not installed, nothing was checked")
        return
    data = Path(botocore.__file__).parent / "data"
    stale = []
    for folder in sorted(path for path in SERVICES.iterdir() if path.is_dir()):
        if folder.name in WITHOUT_MODEL:
            continue
        target = MODELS / f"{folder.name}.json"
        text = render(trim(newest(data, folder.name), operations(folder)))
        if target.exists() and target.read_text() == text:
            continue
        if check:
            stale.append(str(target.relative_to(ROOT)))
        else:
            target.write_text(text)
            print(f"models: wrote {target.relative_to(ROOT)}")
    if stale:
        sys.exit(
            f"models: stale against botocore {botocore.__version__}: {', '.join(stale)}; "
            "run scripts/models.py"
        )


def operations(folder):
    """The operations that a service's Rust sources name."""
    found = set()
    for source in folder.rglob("*.rs"):
        found.update(OPERATION.findall(source.read_text()))
    return found


def newest(data, service):
    """The newest API version of a service's model."""
    folder = data / BOTOCORE_NAMES.get(service, service)
    version = max(path.name for path in folder.iterdir() if path.is_dir())
    plain = folder / version / "service-2.json"
    if plain.exists():
        return json.loads(plain.read_text())
    with gzip.open(plain.with_suffix(".json.gz"), "rt") as file:
        return json.load(file)


def trim(model, wanted):
    """The model with only the wanted operations, and the shapes that they reach."""
    unknown = wanted - model["operations"].keys()
    if unknown:
        sys.exit(f"models: {model['metadata']['serviceId']} has no {', '.join(sorted(unknown))}")
    kept = {
        name: {key: strip(operation[key]) for key in OPERATION_KEYS if key in operation}
        for name, operation in model["operations"].items()
        if name in wanted
    }
    shapes = {}
    pending = [name for operation in kept.values() for name in references(operation)]
    while pending:
        name = pending.pop()
        if name not in shapes:
            shapes[name] = strip(model["shapes"][name])
            pending.extend(references(shapes[name]))
    metadata = {key: model["metadata"][key] for key in METADATA if key in model["metadata"]}
    return {"metadata": metadata, "operations": kept, "shapes": shapes}


def references(node):
    """The shapes that a part of the model names."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        if isinstance(node.get("shape"), str):
            yield node["shape"]
        for item in node.values():
            yield from references(item)


def strip(node, names=False):
    """Drops what the codecs do not need; `names` says that the keys are members, not traits."""
    if isinstance(node, list):
        return [strip(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: strip(value, names=key == "members" and not names)
        for key, value in node.items()
        if names or key not in PROSE
    }


def render(model):
    """One line a shape: small files, and changes that merge."""
    lines = ["{", f'"metadata": {line(model["metadata"])},']
    for part in ("operations", "shapes"):
        entries = [f" {json.dumps(name)}: {line(node)}" for name, node in sorted(model[part].items())]
        body = "\n" + ",\n".join(entries) + "\n" if entries else ""
        lines.append(f'"{part}": {{{body}}}' + ("," if part == "operations" else ""))
    return "\n".join([*lines, "}", ""])


def line(node):
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
