"""What a call is called in log lines."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from failsoft._events import clean
from failsoft._wrap import is_coroutine_function

if TYPE_CHECKING:
    from collections.abc import Callable


def named(function: Callable[[], Any], name: str | None) -> Callable[[], Any]:
    """The function under a name, which is shown without secrets; as it is if there is none."""
    if name is None:
        return function
    if is_coroutine_function(function):

        @wraps(function)
        async def call() -> Any:
            return await function()
    else:

        @wraps(function)
        def call() -> Any:
            return function()

    call.__qualname__ = clean(name)
    return call
