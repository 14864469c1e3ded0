"""Names under which errors carry what tells something about them."""

from __future__ import annotations

HEADERS = frozenset(
    {
        "date",
        "retry-after",
        "retry-after-ms",
        "x-ms-retry-after-ms",
        "x-amz-retry-after",
        "x-should-retry",
        "stripe-should-retry",
        "grpc-retry-pushback-ms",
        "grpc-status",
        "x-amzn-errortype",
        "x-amz-error-code",
        "x-ms-error-code",
        "x-error-code",
        *(
            f"{prefix}ratelimit-{field}{unit}"
            for prefix in ("", "x-", "anthropic-")
            for field in ("remaining", "reset", "limit")
            for unit in ("", "-requests", "-tokens")
        ),
        *(
            f"anthropic-ratelimit-{unit}-{field}"
            for unit in ("requests", "tokens", "input-tokens", "output-tokens")
            for field in ("remaining", "reset")
        ),
        "x-ratelimit-reset-after",
        "x-rate-limit-remaining",
        "x-rate-limit-reset",
        "x-rate-limit-limit",
        "ratelimit",
        "ratelimit-policy",
    }
)
"""Only these leave the response: hints to wait, and nothing that could be a secret."""

WANTED_ATTRS = frozenset(
    (
        "body",
        "content",
        "data",
        "details",
        "detail",
        "error",
        "errors",
        "reason",
        "type",
        "sqlstate",
        "pgcode",
        "verify_code",
        "verify_message",
        "library",
        "returncode",
        "smtp_code",
        "error_labels",
        "_error_labels",
        "reply_code",
        "retry_after",
        "error_type",
        "codeName",
        "domain",
        "grpc_status_code",
        "rcvd",
        "retry_after_secs",
        "retry_after_seconds",
        "sqlite_errorname",
        "stderr",
    )
)

OPINIONS = frozenset(("retryable", "retriable", "is_retryable", "should_retry"))
"""Where a library says that its error is worth another try."""

STATUSES = ("status_code", "status", "http_status", "http_code", "response_code")

RESPONSES = ("response", "resp", "raw_response", "meta")

CAUSES = (
    "orig",
    "reason",
    "original_error",
    "original_exception",
    "inner_exception",
    "last_exception",
    "cause",
)

WANTED = frozenset(
    (
        *WANTED_ATTRS,
        *CAUSES,
        *OPINIONS,
        *RESPONSES,
        *STATUSES,
        "code",
        "errcode",
        "errno",
        "error_code",
        "exceptions",
        "hdrs",
        "headers",
        "kwargs",
        "resp_headers",
        "strerror",
        "trailing_metadata",
        "winerror",
    )
)
