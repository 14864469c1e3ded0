"""Answers of servers and providers, and what each of them means."""

from __future__ import annotations

# status: category, retryable
STATUSES = {
    400: ("invalid_request", False),
    401: ("auth", False),
    402: ("quota", False),
    403: ("auth", False),
    404: ("not_found", False),
    405: ("invalid_request", False),
    407: ("auth", False),
    408: ("timeout", True),
    409: ("conflict", False),
    410: ("not_found", False),
    412: ("conflict", False),
    413: ("invalid_request", False),
    422: ("invalid_request", False),
    429: ("rate_limit", True),
    500: ("server", True),
    501: ("server", False),
    502: ("server", True),
    503: ("server", True),
    504: ("timeout", True),
    505: ("server", False),
    520: ("server", True),
    529: ("server", True),
}

# name: status, headers, body, category, retryable, retry_after
PROVIDERS = {
    "a spent quota": (
        429,
        {},
        {
            "error": {
                "message": "You exceeded your current quota",
                "type": "insufficient_quota",
                "code": "insufficient_quota",
            }
        },
        ("quota", False, None),
    ),
    "a limit on the rate": (
        429,
        {"Retry-After": "7"},
        {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}},
        ("rate_limit", True, 7.0),
    ),
    "a wait in milliseconds": (
        429,
        {"retry-after-ms": "1500", "Retry-After": "2"},
        {"error": {"message": "slow down", "type": "tokens"}},
        ("rate_limit", True, 1.5),
    ),
    "a prompt that is too long": (
        400,
        {},
        {
            "error": {
                "message": "This model's maximum context length is 8192 tokens",
                "type": "invalid_request_error",
                "code": "context_length_exceeded",
            }
        },
        ("invalid_request", False, None),
    ),
    "an overload": (
        529,
        {},
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
        ("server", True, None),
    ),
    "a key that is wrong": (
        401,
        {},
        {
            "error": {
                "message": "Incorrect API key provided: sk-x.",
                "type": "invalid_request_error",
                "code": "invalid_api_key",
            }
        },
        ("auth", False, None),
    ),
    "a model that is not there": (
        404,
        {},
        {
            "error": {
                "message": "The model `x` does not exist",
                "type": "invalid_request_error",
                "code": "model_not_found",
            }
        },
        ("not_found", False, None),
    ),
    "a content filter": (
        400,
        {},
        {"error": {"message": "The response was filtered", "code": "content_filter"}},
        ("invalid_request", False, None),
    ),
    "a server that says not to come back": (
        503,
        {"x-should-retry": "false"},
        {"error": {"message": "no", "type": "server_error"}},
        ("server", False, None),
    ),
    "a server that asks for another try": (
        409,
        {"x-should-retry": "true"},
        {"error": {"message": "busy", "type": "conflict"}},
        ("conflict", True, None),
    ),
    "a limit behind a 403": (
        403,
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"},
        {"message": "API rate limit exceeded"},
        ("rate_limit", True, 30.0),
    ),
    "throttling behind a 400": (
        400,
        {"x-amzn-errortype": "ThrottlingException"},
        {"message": "Rate exceeded"},
        ("rate_limit", True, None),
    ),
    "a quota of a project behind a 403": (
        403,
        {},
        {"error": {"code": 403, "errors": [{"domain": "usageLimits", "reason": "rateLimitExceeded"}]}},
        ("rate_limit", True, None),
    ),
    "a delay in the body": (
        429,
        {},
        {
            "error": {
                "code": 429,
                "status": "RESOURCE_EXHAUSTED",
                "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}],
            }
        },
        ("rate_limit", True, 3.0),
    ),
}
