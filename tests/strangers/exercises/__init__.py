"""For each service, calls of every operation that the sandbox has, in an order that works.

A module has `run(aws)`, where `aws(service)` gives a boto3 client.
"""

import contextlib
import json

from botocore.exceptions import ClientError

ACCOUNT = "123456789012"


@contextlib.contextmanager
def refused(code):
    """The call inside must fail with this code."""
    try:
        yield
    except ClientError as error:
        got = error.response["Error"]["Code"]
        assert got == code, f"{code} was expected, not {error}"
        return
    raise AssertionError(f"{code} was expected, but the call succeeded")


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal):
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}
