"""Generators to guard, and what a policy shows of its machines."""

from __future__ import annotations

from failsoft import Policy


def guard(time):
    """Three attempts, a breaker that opens after three failures for a minute, one place."""
    return Policy(
        retry={"max_attempts": 3, "jitter": False},
        circuit_breaker={"failure_threshold": 3, "recovery_timeout": 60, "success_threshold": 1},
        bulkhead={"max_concurrent": 1},
        clock=time.clock,
    )


def seen(policy):
    breaker = policy.circuit_breaker
    return (breaker.state.value, breaker.failure_count)


def has_a_place(policy):
    return policy.call(lambda: True)


def pages(calls, *script):
    """A generator function that begins with each line of the script in turn, and goes on with 2 and 3."""

    def pages(*args):
        calls.append(args)
        line = script[min(len(calls), len(script)) - 1]
        if isinstance(line, BaseException):
            raise line
        yield line
        yield 2
        yield 3
        return "end"

    return pages


def breaks_after(item, error):
    def pages():
        yield item
        raise error

    return pages
