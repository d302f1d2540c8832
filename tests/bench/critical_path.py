"""How long a run takes at least: the longest chain of objects, each waiting for the one before.

What an object waits for stands in the state. How long it takes is the sandbox's own constant, read
from its source so that there is one place that says it; objects of other kinds are there at once.
No order of work and no amount of concurrency can be faster than that, so the ratio of a run to it
shows what the tool itself adds: calls, polls that come late, waiting for a free place.
"""

import functools
import re

CONSTANTS = {
    "ec2.nat_gateway": ("ec2/nat_gateway.rs", "CREATION"),
    "ec2.vpc": ("ec2/vpc.rs", "CREATION"),
    "rds.cluster": ("rds/lifecycle.rs", "CLUSTER_CREATION"),
    "rds.instance": ("rds/lifecycle.rs", "INSTANCE_CREATION"),
    "rds.proxy": ("rds/lifecycle.rs", "PROXY_CREATION"),
}


def durations(repository):
    """The seconds that creating an object of each kind takes in the sandbox."""
    return {kind: _constant(repository, *place) for kind, place in CONSTANTS.items()}


def _constant(repository, file, name):
    source = (repository / "sandbox/src/services" / file).read_text()
    found = re.search(rf"const {name}: Duration = Duration::from_secs\((\d+)\)", source)
    if found is None:
        raise LookupError(f"{file} has no constant {name}: critical_path.py has to follow it")
    return int(found.group(1))


def longest(state, seconds_of):
    """The chain of addresses that takes longest, and its seconds."""
    objects = {entry["address"]: entry for entry in state["objects"]}

    @functools.cache
    def until(address):
        entry = objects[address]
        before = [until(other) for other in entry.get("depends_on", ()) if other in objects]
        seconds, chain = max(before, default=(0, ()))
        takes = seconds_of.get(entry["kind"], 0)
        return seconds + takes, (*chain, address) if takes else chain

    seconds, chain = max(map(until, objects))
    return list(chain), seconds
