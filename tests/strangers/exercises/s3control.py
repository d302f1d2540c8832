"""S3 Control: the public access block of the account."""

import re

from . import ACCOUNT, refused

BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def plain_host(request, **_):
    """Clients put the account in front of the host, and an address of numbers has no such name."""
    request.url = re.sub(r"//\d{12}\.", "//", request.url)


def run(aws):
    control = aws("s3control")
    control.meta.events.register("before-sign", plain_host)
    with refused("NoSuchPublicAccessBlockConfiguration"):
        control.get_public_access_block(AccountId=ACCOUNT)
    control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=BLOCK)
    control.get_public_access_block(AccountId=ACCOUNT)
    with refused("AccessDenied"):
        control.get_public_access_block(AccountId="999999999999")
    control.delete_public_access_block(AccountId=ACCOUNT)
