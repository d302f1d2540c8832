"""What AWS always sends: the paths in `always.json`, held against parsed responses.

The table is written by hand, from AWS's documentation and from what Terraform's provider reads,
because the models hardly say which members of an output are always there. For each service it names
the members of objects, and for each operation what is there: `Path`, `List[].Path`, `Path:Object`
(all members of the object at that path) or `Object`.
"""

import json
from pathlib import Path



def load():
    """The table with its objects written out: service, operation, paths."""
    text = Path(__file__).with_name("always.json").read_text(encoding="utf-8")
    return {
        service: {
            operation: [path for word in words.split() for path in expand(word, table["objects"])]
            for operation, words in table["operations"].items()
        }
        for service, table in json.loads(text).items()
    }


def expand(word, objects):
    path, _, name = word.rpartition(":")
    if path:
        return [f"{path}.{member}" for member in objects[name].split()]
    return objects[word].split() if word in objects else [word]


TABLE = load()


def paths_of(service, operation):
    """What AWS always sends in the answer of an operation."""
    return TABLE.get(service, {}).get(operation, [])


class Seen:
    """Which paths were found; one that never had a chance to be is a gap in the exercise."""

    def __init__(self):
        self.found = set()

    def check(self, service, operation, value):
        """The paths that a response lacks."""
        missing = []
        for path in paths_of(service, operation):
            count, lacking = walk(value, path.split("."), "")
            missing += lacking
            if count:
                self.found.add((service, operation, path))
        return missing

    def never(self):
        """The paths that no response had, because a list on the way was always empty."""
        wanted = {
            (service, operation, path)
            for service, operations in TABLE.items()
            for operation, paths in operations.items()
            for path in paths
        }
        return sorted(wanted - self.found)


def walk(value, steps, at):
    """How often a path is there, and where it is not. `Name[]` goes into every item of a list."""
    if not steps:
        return 1, []
    name, is_list = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    here = f"{at}.{name}" if at else name
    if not isinstance(value, dict) or name not in value or value[name] is None:
        return 0, [here]
    if not is_list:
        return walk(value[name], steps[1:], here)
    count, missing = 0, []
    for index, item in enumerate(value[name]):
        found, lacking = walk(item, steps[1:], f"{here}[{index}]")
        count += found
        missing += lacking
    return count, missing
