"""Log lines for machines: fields beside the text, through logging and through structlog."""

from __future__ import annotations

import io
import json
import logging
import logging.handlers

import pytest
import structlog
from pythonjsonlogger.json import JsonFormatter

import failsoft
from failsoft import CircuitBreaker, Policy

CANARY = "cAnArY7f3e9d1b"


@pytest.fixture
def policy(time):
    return Policy(name="prices", retry={"max_attempts": 2, "jitter": False}, clock=time.clock)


@pytest.fixture
def structured():
    """Configures structlog as a program that logs with it, and gives what it has written; undone afterwards."""
    written = []

    def keep(_logger, method, event):
        written.append({**event, "level": method})
        raise structlog.DropEvent

    def configure(lowest=logging.DEBUG):
        structlog.configure(processors=[keep], wrapper_class=structlog.make_filtering_bound_logger(lowest))
        return written

    yield configure
    structlog.reset_defaults()


@pytest.fixture
def logger():
    """The logger, left as it was found."""
    logger = logging.getLogger("failsoft")
    kept = logger.level, logger.propagate, list(logger.handlers), list(logger.filters)
    yield logger
    logger.setLevel(kept[0])
    logger.propagate, logger.handlers, logger.filters = kept[1], kept[2], kept[3]


class TestFieldsOfRecords:
    def test_a_json_formatter_has_the_facts_by_name(self, logger, policy, script):
        written = io.StringIO()
        handler = logging.StreamHandler(written)
        handler.setFormatter(JsonFormatter("%(levelname)s %(message)s"))
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
        policy.call(script(ConnectionError("refused"), "fresh"))
        assert [json.loads(line) for line in written.getvalue().splitlines()] == [
            {
                "levelname": "WARNING",
                "message": "prices: attempt 1 of 2 failed (connection: ConnectionError: refused), "
                "retrying in 1 s",
                "event_kind": "retry",
                "policy": "prices",
                "attempt": 1,
                "max_attempts": 2,
                "wait": 1.0,
                "category": "connection",
                "error_type": "ConnectionError",
            },
            {
                "levelname": "INFO",
                "message": "prices: succeeded on attempt 2",
                "event_kind": "recovered",
                "policy": "prices",
                "attempt": 2,
                "max_attempts": 2,
            },
        ]

    def test_a_breaker_tells_its_states(self, caplog, time):
        with caplog.at_level(logging.DEBUG, "failsoft"):
            CircuitBreaker("prices", clock=time.clock).force_open()
        record = caplog.records[0]
        assert (record.policy, record.before, record.after, record.reason) == (
            "prices",
            "closed",
            "forced_open",
            "manual",
        )

    def test_records_that_have_such_attributes_already_keep_them(self, caplog, policy, script):
        plain = logging.getLogRecordFactory()

        def own(*args, **kwargs):
            record = plain(*args, **kwargs)
            record.policy = "the program's own"
            return record

        logging.setLogRecordFactory(own)
        try:
            policy.call(script(ConnectionError(), "fresh"))
        finally:
            logging.setLogRecordFactory(plain)
        assert [(record.policy, record.levelname) for record in caplog.records] == [
            ("the program's own", "WARNING")
        ]

    # mode: listener that throws
    def test_a_filter_that_raises_reaches_no_call(self, logger, policy, script, capsys):
        def broken(_record):
            raise RuntimeError(f"password={CANARY}")

        logger.addFilter(broken)
        assert policy.call(script(ConnectionError(), "fresh")) == "fresh"
        told = capsys.readouterr().err
        assert "failsoft: logging failed: RuntimeError" in told
        assert CANARY not in told

    def test_a_handler_that_makes_guarded_calls_does_not_go_round_in_circles(self, logger, policy, down):
        class Ship(logging.Handler):
            shipped = 0

            def emit(self, _record):
                self.shipped += 1
                with pytest.raises(ConnectionError):
                    policy.call(down)

        ship = Ship()
        logger.handlers, logger.propagate = [ship], False
        with pytest.raises(ConnectionError):
            policy.call(down)
        assert ship.shipped == 2


class TestStructlog:
    def test_a_line_has_its_facts_by_name(self, structured, policy, down):
        written = structured()
        with pytest.raises(ConnectionError):
            policy.call(down)
        assert written == [
            {
                "level": "warning",
                "event": "prices: attempt 1 of 2 failed (connection: ConnectionError: connection refused), "
                "retrying in 1 s",
                "event_kind": "retry",
                "policy": "prices",
                "attempt": 1,
                "max_attempts": 2,
                "wait": 1.0,
                "category": "connection",
                "error_type": "ConnectionError",
            },
            {
                "level": "error",
                "event": "prices: giving up after 2 of 2 attempts, exhausted "
                "(connection: ConnectionError: connection refused)",
                "event_kind": "gave_up",
                "policy": "prices",
                "attempt": 2,
                "max_attempts": 2,
                "reason": "exhausted",
                "category": "connection",
                "error_type": "ConnectionError",
            },
        ]

    def test_its_own_testing_help_sees_the_lines(self, policy, script):
        with structlog.testing.capture_logs() as captured:
            policy.call(script(ConnectionError(), "fresh"))
        structlog.reset_defaults()
        assert [(line["event_kind"], line["log_level"]) for line in captured] == [
            ("retry", "warning"),
            ("recovered", "info"),
        ]

    def test_its_levels_hold_and_not_those_of_logging(self, structured, policy, script, logger):
        logger.setLevel(logging.CRITICAL)
        written = structured(logging.INFO)
        policy.call(script(ConnectionError(), "fresh"))
        assert [line["event_kind"] for line in written] == ["retry", "recovered"]
        structured(logging.WARNING)
        policy.call(script(ConnectionError(), "fresh"))
        assert [line["event_kind"] for line in written[2:]] == ["retry"]

    def test_through_the_standard_library_its_levels_hold(self, policy, script, caplog):
        structlog.configure(
            processors=[structlog.stdlib.render_to_log_kwargs],
            wrapper_class=structlog.stdlib.BoundLogger,
            logger_factory=structlog.stdlib.LoggerFactory(),
        )
        with caplog.at_level(logging.WARNING, "failsoft"):
            policy.call(script(ConnectionError("refused"), "fresh"))
        structlog.reset_defaults()
        assert [(record.event_kind, record.category) for record in caplog.records] == [
            ("retry", "connection")
        ]

    def test_where_it_is_only_loaded_lines_go_through_logging(self, policy, script, lines, capsys):
        assert not structlog.is_configured()
        policy.call(script(ConnectionError(), "fresh"))
        assert [level for level, _ in lines()] == ["WARNING", "INFO"]
        assert capsys.readouterr().out == ""

    # mode: secret in a log
    def test_l11_no_secret_is_in_a_line(self, structured, time, script):
        written = structured()

        class ServerError(Exception):
            status_code = 503

        error = ServerError(f"GET https://api.example.org/v1?api_key={CANARY}&q=1 failed")
        policy = Policy(name=f"token={CANARY}", retry={"max_attempts": 2}, clock=time.clock)
        with pytest.raises(ServerError):
            policy.call(script(error))
        policy.call(script(error, "fresh"))
        assert len(written) == 4
        assert CANARY not in json.dumps(written)

    def test_one_that_is_broken_reaches_no_call(self, structured, policy, script, lines):
        def broken(*_):
            raise RuntimeError("no")

        structured()
        structlog.configure(processors=[broken])
        assert policy.call(script(ConnectionError(), "fresh")) == "fresh"
        assert [level for level, _ in lines()] == ["ERROR", "ERROR"]
        structlog.configure(logger_factory=broken)
        assert policy.call(script(ConnectionError(), "fresh")) == "fresh"


class TestDocument002:
    def test_p6_a_retry_is_a_warning_a_permanent_error_an_error_and_a_fallback_information(
        self, time, script, lines
    ):
        policy = Policy(name="prices", retry={"max_attempts": 3}, fallback=dict, clock=time.clock)
        policy.call(script(ConnectionError(), ValueError()))
        assert [(level, " ".join(text.split()[1:3])) for level, text in lines()] == [
            ("WARNING", "attempt 1"),
            ("ERROR", "giving up"),
            ("INFO", "answered by"),
        ]


class TestDocument003:
    def test_l8_its_logging_can_be_had_with_every_attempt(self, time, script):
        lines = []
        stop = failsoft.listen(lambda event: lines.append(event.message), every_attempt=True)
        name = "code_review_request"
        policy = Policy(name=name, retry={"max_attempts": 3, "jitter": False}, clock=time.clock)

        class RateLimitError(Exception):
            status_code = 429

        policy.call(script(RateLimitError("429 Too Many Requests"), "answer"))
        stop()
        assert lines == [
            f"{name}: called",
            f"{name}: attempt 1 of 3",
            f"{name}: attempt 1 of 3 failed (rate_limit: RateLimitError: 429 Too Many Requests), retrying in 1 s",
            f"{name}: attempt 2 of 3",
            f"{name}: succeeded on attempt 2",
            f"{name}: answered by function after 2 attempts in 1 s",
        ]

    def test_l8_a_permanent_error_is_told_at_its_first_attempt(self, time, script, lines):
        class AuthError(Exception):
            status_code = 401

        policy = Policy(name="auth_check", retry={"max_attempts": 3}, clock=time.clock)
        with pytest.raises(AuthError):
            policy.call(script(AuthError("401 Unauthorized")))
        told = "auth_check: giving up after 1 of 3 attempts, permanent (auth: AuthError: 401 Unauthorized)"
        assert lines() == [("ERROR", told)]
