"""Wrappers that cost next to nothing while all is well.

A wrapper is generated with the exact parameters of the function that it guards: copying ``*args`` and
``**kwargs`` would cost four times as much as all the rest. On the happy path it reads one variable, the
breaker's lane, which the native engine publishes in a cell that the wrapper closes over; it calls nothing
but the function. See ``docs/adr/0001-boundary.md`` for the figures and for what was rejected.

The generated code only ever contains parameter names; everything else is handed in through two closure cells
and globals of the wrapper's own.
"""

from __future__ import annotations

import functools
import inspect
from functools import lru_cache
from types import CellType, CodeType, CoroutineType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from failsoft._driver import Core

_GENERATOR, _ASYNC_GENERATOR = 0x20, 0x200
_HAS_ARGS, _HAS_KWARGS = 0x04, 0x08


def wrap(core: Core, function: Callable[..., Any]) -> Any:
    """Guard a function, a coroutine function, a generator function, a method or any other callable."""
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(wrap(core, function.__func__))
    if isinstance(function, functools.partialmethod):
        return functools.partialmethod(wrap(core, function.func), *function.args, **function.keywords)
    if not callable(function):
        raise TypeError(f"{function!r} is not callable, so it cannot be guarded")
    stream = _stream_of(function)
    asynchronous = stream == _ASYNC_GENERATOR or (not stream and is_coroutine_function(function))
    core.check_timeout(function, asynchronous=asynchronous)
    if stream:
        wrapper = _bind_stream(core, function, asynchronous=asynchronous)
    else:
        form = Form(asynchronous, core.timed, checked=not asynchronous, counts=core.counts)
        wrapper = _bind(form, core, function)
    if isinstance(function, FunctionType):
        wrapper.__defaults__ = function.__defaults__
        wrapper.__kwdefaults__ = function.__kwdefaults__
    functools.update_wrapper(wrapper, function)
    return wrapper


def call(core: Core, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Call what is guarded for this one call; the answer is of the same kind as the function's own."""
    if _stream_of(function):
        return wrap(core, function)(*args, **kwargs)
    asynchronous = is_coroutine_function(function)
    core.check_timeout(function, asynchronous=asynchronous)
    run = core.run_async if asynchronous else core.run_sync
    return run(core.begin(), function, args, kwargs)


def is_coroutine_function(function: Any) -> bool:
    """Whether calling it gives a coroutine, looking through partials and callable objects."""
    while isinstance(function, functools.partial):
        function = function.func
    if inspect.iscoroutinefunction(function):
        return True
    # A class's own __call__ is about its instances, and calling the class makes one.
    return not isinstance(function, type) and inspect.iscoroutinefunction(type(function).__call__)


def takes_arguments(function: Any) -> bool:
    """Whether it can be called with arguments at all; True of what does not say."""
    try:
        return bool(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return True


def is_asynchronous(function: Any) -> bool:
    """Whether calling it gives a coroutine or an asynchronous generator."""
    return _stream_of(function) == _ASYNC_GENERATOR or is_coroutine_function(function)


def is_generator_function(function: Any) -> bool:
    """Whether calling it gives a generator, asynchronous or not."""
    return bool(_stream_of(function))


def refuse_generators(function: Any, verb: str) -> None:
    """Refuse what has no single answer where one is needed."""
    if is_generator_function(function):
        name = getattr(function, "__qualname__", repr(function))
        raise TypeError(
            f"{name} is a generator function, whose answer comes bit by bit: {verb} needs a function that answers at "
            "once, such as one that makes a list of the items"
        )


def _stream_of(function: Any) -> int:
    """Which kind of generator calling it gives, if any, looking through the same things."""
    while isinstance(function, functools.partial):
        function = function.func
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is None and not isinstance(function, type):
        code = getattr(type(function).__call__, "__code__", None)
    return code.co_flags & (_GENERATOR | _ASYNC_GENERATOR) if isinstance(code, CodeType) else 0


class Form(NamedTuple):
    """Which of the templates a wrapper is made of."""

    asynchronous: bool
    timed: bool
    """Whether each attempt needs the clock, so that there is no lane to take."""
    checked: bool
    """Whether the result may turn out to be a coroutine."""
    counts: bool
    """Whether successes may have to be counted on the lane."""


Shape = tuple[str, tuple[str, ...], int, int, str, str]
"""Name, parameters, how many are positional-only, how many keyword-only, ``*`` and ``**`` names."""

_ANY: Shape = ("guarded", (), 0, 0, "args", "kwargs")


def _shape(function: Callable[..., Any]) -> Shape:
    if not isinstance(function, FunctionType):
        return _ANY
    code = function.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames
    star = double = ""
    rest = list(names[count:])
    if code.co_flags & _HAS_ARGS:
        star = rest.pop(0)
    if code.co_flags & _HAS_KWARGS:
        double = rest.pop(0)
    if any(name.startswith("_failsoft_") for name in (*names[:count], star, double)):
        # They would hide the wrapper's own names.
        return _ANY
    name = code.co_name if code.co_name.isidentifier() else "guarded"
    return (name, names[:count], code.co_posonlyargcount, code.co_kwonlyargcount, star, double)


def _signature(shape: Shape) -> tuple[str, str, str]:
    """The parameters of the definition, the arguments of a direct call, and both packed for a driver."""
    _, names, positional_only, keyword_only, star, double = shape
    positional = names[: len(names) - keyword_only]
    keywords = names[len(names) - keyword_only :]
    parameters: list[str] = list(positional)
    if positional_only:
        parameters.insert(positional_only, "/")
    if star:
        parameters.append(f"*{star}")
    elif keywords:
        parameters.append("*")
    parameters += keywords
    arguments = [*positional]
    if star:
        arguments.append(f"*{star}")
    packed = "".join(f"{argument}, " for argument in arguments)
    arguments += [f"{name}={name}" for name in keywords]
    items = [f"{name!r}: {name}" for name in keywords]
    if double:
        parameters.append(f"**{double}")
        arguments.append(f"**{double}")
        items.append(f"**{double}")
    return ", ".join(parameters), ", ".join(arguments), f"({packed}), {{{', '.join(items)}}}"


def _compiled(shape: Shape, inner: str) -> CodeType:
    source = f"def make(_failsoft_lane, _failsoft_counts, _failsoft_function):\n{inner}"
    module = compile(source, f"<failsoft guard of {shape[0]}>", "exec")
    make = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
    return next(constant for constant in make.co_consts if isinstance(constant, CodeType))


@lru_cache(maxsize=1024)
def _generate(shape: Shape, form: Form) -> CodeType:
    parameters, arguments, packed = _signature(shape)
    word = {
        "def": "async def" if form.asynchronous else "def",
        "await": "await " if form.asynchronous else "",
        "changed": _CHANGED_OR_COUNTED if form.counts else _CHANGED,
    }
    template = _TIMED if form.timed else _CHECKED if form.checked else _HAPPY
    inner = template.format(name=shape[0], parameters=parameters, arguments=arguments, packed=packed, **word)
    return _compiled(shape, inner)


@lru_cache(maxsize=256)
def _generate_stream(shape: Shape, *, asynchronous: bool) -> CodeType:
    parameters, _, packed = _signature(shape)
    words = _ASYNC_WORDS if asynchronous else _SYNC_WORDS
    return _compiled(shape, _STREAM.format(name=shape[0], parameters=parameters, packed=packed, **words))


def _bind_stream(core: Core, function: Callable[..., Any], *, asynchronous: bool) -> FunctionType:
    # For programs with generators; the module imports what imports this one.
    from failsoft._generators import AsyncStream, Stream  # noqa: PLC0415
    from failsoft._opened import opening, opening_async  # noqa: PLC0415

    begin = functools.partial(AsyncStream if asynchronous else Stream, core)
    opens = opening_async(function) if asynchronous else opening(function)
    return stream_function(begin, opens, _shape(function), asynchronous=asynchronous)


def stream_function(
    begin: Callable[..., Any], opens: Callable[..., Any], shape: Shape = _ANY, *, asynchronous: bool
) -> FunctionType:
    """A generator function that hands on the items of what ``opens``; what ``begin`` makes is told how they end."""
    code = _generate_stream(shape, asynchronous=asynchronous)
    names: dict[str, Any] = {
        "__builtins__": __builtins__,
        "_failsoft_begin": begin,
        "_failsoft_exhausted": StopAsyncIteration if asynchronous else StopIteration,
        "_failsoft_closed": GeneratorExit,
        "_failsoft_any_error": BaseException,
    }
    return FunctionType(code, names, code.co_name, None, (CellType(opens),))


def _bind(form: Form, core: Core, function: Callable[..., Any]) -> FunctionType:
    code = _generate(_shape(function), form)
    wrapper: FunctionType

    def proven() -> None:
        # The function has answered with something that is no coroutine: from now on the wrapper need not
        # look. One that answers now with a coroutine and now without is beyond guessing.
        wrapper.__code__ = _generate(_shape(function), form._replace(checked=False))

    cells: dict[str, CellType] = {
        "_failsoft_lane": core.lane,
        "_failsoft_counts": core.counted,
        "_failsoft_function": CellType(function),
    }
    # Cells are copied with every call, two nanoseconds each; what the happy path does not read is a global.
    names: dict[str, Any] = {
        "__builtins__": __builtins__,
        "_failsoft_failed": core.failed_on_lane,
        "_failsoft_succeeded": core.succeeded_on_lane,
        "_failsoft_begin": core.begin,
        "_failsoft_run": core.run_async if form.asynchronous else core.run_sync,
        "_failsoft_adopt": core.adopt,
        "_failsoft_coroutine": CoroutineType,
        "_failsoft_proven": proven,
        "_failsoft_type": type,
        "_failsoft_any_error": BaseException,
    }
    closure = tuple(cells[name] for name in code.co_freevars)
    wrapper = FunctionType(code, names, code.co_name, None, closure)
    return wrapper


_CHANGED = "_failsoft_lane is not _failsoft_ticket"
# A lane may want to hear of each success, though nothing else has changed.
_CHANGED_OR_COUNTED = f"_failsoft_counts or {_CHANGED}"

# The retry begins outside of the except block: inside, every later error would have the first as context.
_HAPPY = """\
    {def} {name}({parameters}):
        _failsoft_ticket = _failsoft_lane
        if not _failsoft_ticket:
            return {await}_failsoft_run(_failsoft_begin(), _failsoft_function, {packed})
        try:
            _failsoft_result = {await}_failsoft_function({arguments})
        except _failsoft_any_error as _failsoft_error:
            _failsoft_call = _failsoft_failed(_failsoft_error, _failsoft_ticket, _failsoft_function)
            if _failsoft_call is None:
                raise
        else:
            if {changed}:
                _failsoft_succeeded(_failsoft_ticket)
            return _failsoft_result
        return {await}_failsoft_run(_failsoft_call, _failsoft_function, {packed})
"""

_CHECKED = """\
    {def} {name}({parameters}):
        _failsoft_ticket = _failsoft_lane
        if not _failsoft_ticket:
            return _failsoft_run(_failsoft_begin(), _failsoft_function, {packed})
        try:
            _failsoft_result = _failsoft_function({arguments})
        except _failsoft_any_error as _failsoft_error:
            _failsoft_call = _failsoft_failed(_failsoft_error, _failsoft_ticket, _failsoft_function)
            if _failsoft_call is None:
                raise
        else:
            if _failsoft_type(_failsoft_result) is _failsoft_coroutine:
                return _failsoft_adopt(_failsoft_result, _failsoft_function, {packed})
            _failsoft_proven()
            if {changed}:
                _failsoft_succeeded(_failsoft_ticket)
            return _failsoft_result
        return _failsoft_run(_failsoft_call, _failsoft_function, {packed})
"""

_TIMED = """\
    {def} {name}({parameters}):
        return {await}_failsoft_run(_failsoft_begin(), _failsoft_function, {packed})
"""

# What the caller sends and throws goes in, and items and errors come out; the stream is told how it ends.
_STREAM = """\
    {def} {name}({parameters}):
        _failsoft_stream = _failsoft_begin(_failsoft_function)
        _failsoft_item = {await}_failsoft_stream.open({packed})
        _failsoft_items = _failsoft_stream.items
        if _failsoft_items is None:
            return {returned}
        try:
            while True:
                try:
                    _failsoft_sent = yield _failsoft_item
                except _failsoft_closed:
                    {await}_failsoft_items.{close}()
                    raise
                except _failsoft_any_error as _failsoft_error:
                    _failsoft_item = {await}_failsoft_stream.throw(_failsoft_error)
                else:
                    _failsoft_item = {await}_failsoft_items.{send}(_failsoft_sent)
        except _failsoft_exhausted as _failsoft_end:
            _failsoft_stream.ended()
            return {value}
        except _failsoft_any_error as _failsoft_error:
            _failsoft_stream.broke(_failsoft_error)
            raise
"""

_SYNC_WORDS = {
    "def": "def",
    "await": "",
    "send": "send",
    "close": "close",
    "returned": "_failsoft_stream.value",
    "value": "_failsoft_end.value",
}
# An asynchronous generator returns nothing.
_ASYNC_WORDS = {
    "def": "async def",
    "await": "await ",
    "send": "asend",
    "close": "aclose",
    "returned": "",
    "value": "",
}
