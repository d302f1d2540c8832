#!/usr/bin/env python3
"""Calls every operation of the sandbox with boto3 and holds each raw response to botocore's model.

Usage: validate.py OPERATIONS.json, where the file maps each service to the names of its operations.
It fails on any flaw, on an operation that was never answered, and on a check that cannot fail:
before it is content, it spoils each recorded response in every way it knows and expects to notice.
"""

import importlib
import json
import sys

import boto3
import spoil
from always import Seen
from botocore.config import Config
from shapes import Checker

# What these read cannot be configured in the sandbox: being refused is their only answer.
ONLY_REFUSED = {"GetBucketReplication", "GetBucketWebsite", "GetObjectLockConfiguration"}

SERVICES = [
    "iam",
    "sts",
    "kms",
    "secretsmanager",
    "logs",
    "monitoring",
    "sns",
    "events",
    "ecr",
    "s3",
    "s3control",
    "ec2",
    "rds",
    "acm",
    "cloudfront",
    "cloudtrail",
    "config",
    "guardduty",
    "securityhub",
    "wafv2",
    "apprunner",
    "ecs",
]


# Folders of the sandbox are named after credential scopes; botocore's services, after products.
SCOPES = {"cloudwatch": "monitoring"}


class Validator:
    """Hooks into boto3 clients and collects what their responses lack."""

    def __init__(self):
        self.seen = Seen()
        self.problems = []
        self.answered = {}
        self.samples = {}

    def client(self, service):
        config = Config(
            retries={"max_attempts": 1, "mode": "standard"}, s3={"addressing_style": "path"}
        )
        made = boto3.client(service, config=config)
        made.meta.events.register("before-parse", self.before_parse)
        return made

    def before_parse(self, operation_model, response_dict, **_):
        service, operation = scope(operation_model), operation_model.name
        raw = {
            "status_code": response_dict["status_code"],
            "headers": dict(response_dict["headers"]),
            "body": body_of(response_dict),
        }
        problems = examine(operation_model, raw, self.seen)
        self.problems += [f"{service}:{operation}: {problem}" for problem in problems]
        kind = "error" if raw["status_code"] >= 300 else "answer"
        if kind == "answer" or operation in ONLY_REFUSED:
            self.answered.setdefault(service, set()).add(operation)
        self.samples.setdefault((service, operation, kind), []).append((operation_model, raw))


def scope(operation_model):
    name = operation_model.service_model.service_name
    return SCOPES.get(name, name)


def body_of(response_dict):
    body = response_dict["body"]
    return body if isinstance(body, bytes) else b""


def examine(operation_model, raw, seen):
    """The flaws of one raw response."""
    checker = Checker(operation_model)
    value = checker.check(raw)
    problems = checker.problems
    if raw["status_code"] < 300:
        service, operation = scope(operation_model), operation_model.name
        missing = seen.check(service, operation, value)
        problems = problems + [f"{path}: AWS always sends it" for path in missing]
    return problems


def exercise(validator):
    for service in SERVICES:
        module = importlib.import_module(f"exercises.{service}")
        module.run(validator.client)


def gaps(validator, expected):
    """Operations of the sandbox that nothing exercised, and the reverse."""
    for service, names in sorted(expected.items()):
        answered = validator.answered.get(service, set())
        lacking = sorted(set(names) - answered)
        yield from (f"{service}:{name} was never answered" for name in lacking)
        strange = sorted(answered - set(names))
        yield from (f"{service}:{name} is in no table of operations" for name in strange)
    for service, operation, path in validator.seen.never():
        yield f"{service}:{operation}: {path} had no chance to be there"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        expected = json.load(file)
    validator = Validator()
    exercise(validator)
    flaws = sorted(set(validator.problems)) + list(gaps(validator, expected))
    flaws += spoil.unnoticed(validator.samples, examine)
    for flaw in flaws:
        print(flaw)
    count = sum(len(names) for names in validator.answered.values())
    print(f"{count} operations answered, {len(flaws)} flaws")
    return 1 if flaws else 0


if __name__ == "__main__":
    sys.exit(main())
