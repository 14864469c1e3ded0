"""What cases are put together from; ``tests/generated/README.md`` says how."""

from __future__ import annotations

import json
from functools import reduce

from failsoft import ConfigError
from generated.canonical import canonical, merge


class Parts:
    def __init__(self, lists):
        self.lists = {**lists, "documents": lists["policies"] + lists["wrong"]}

    def joined(self, name, numbers):
        """The parts of these numbers in one, a later one over an earlier one."""
        return reduce(merge, [self.lists[name][number] for number in numbers], {})

    def document(self, name, numbers):
        """The same as text, as every host writes it."""
        return canonical(self.joined(name, numbers))

    def seconds(self, digit):
        return self.lists["waits"][int(digit)]

    def fault(self, outcome):
        """The fault that an outcome of a script stands for, as text."""
        return json.dumps(self.lists["limit"] if outcome == "~" else self.lists["faults"][int(outcome, 36)])


def tokens(script):
    """What to do, and with what."""
    return zip(script[::2], script[1::2], strict=True)


def attempt(asks):
    """What is answered, or everything that is wrong with the question."""
    try:
        return asks()
    except ConfigError as error:
        return {"problems": [problem._asdict() for problem in error.problems]}
