"""What botocore and google-api-core raise."""

from __future__ import annotations

from functools import cache

import botocore.config
import botocore.session
import google.api_core.exceptions
import google.api_core.retry
import pytest
import requests

import provoking
from answers import STATUSES

# code: status, category, retryable
CODES = {
    "Throttling": (400, "rate_limit", True),
    "ThrottlingException": (400, "rate_limit", True),
    "ThrottledException": (400, "rate_limit", True),
    "RequestLimitExceeded": (503, "rate_limit", True),
    "TooManyRequestsException": (429, "rate_limit", True),
    "ProvisionedThroughputExceededException": (400, "rate_limit", True),
    "RequestThrottledException": (400, "rate_limit", True),
    "BandwidthLimitExceeded": (509, "rate_limit", True),
    "LimitExceededException": (400, "rate_limit", True),
    "PriorRequestNotComplete": (400, "conflict", True),
    "SlowDown": (503, "rate_limit", True),
    "EC2ThrottledException": (503, "rate_limit", True),
    "TransactionInProgressException": (400, "conflict", True),
    "TransactionConflictException": (400, "conflict", True),
    "ConditionalCheckFailedException": (400, "conflict", False),
    "ServiceQuotaExceededException": (402, "quota", False),
    "RequestTimeout": (400, "timeout", True),
    "InternalError": (500, "server", True),
    "InternalFailure": (500, "server", True),
    "ServiceUnavailable": (503, "server", True),
    "InternalServerError": (500, "server", True),
    "ModelTimeoutException": (408, "timeout", True),
    "ModelNotReadyException": (429, "server", True),
    "AccessDenied": (403, "auth", False),
    "ExpiredToken": (400, "auth", False),
    "InvalidClientTokenId": (403, "auth", False),
    "UnrecognizedClientException": (400, "auth", False),
    "SignatureDoesNotMatch": (403, "auth", False),
    "RequestTimeTooSkewed": (403, "auth", False),
    "NoSuchKey": (404, "not_found", False),
    "NoSuchBucket": (404, "not_found", False),
    "ResourceNotFoundException": (400, "not_found", False),
    "QueueDoesNotExist": (400, "not_found", False),
    "BucketAlreadyExists": (409, "conflict", False),
    "ResourceInUseException": (400, "conflict", False),
    "PreconditionFailed": (412, "conflict", False),
    "OperationAborted": (409, "conflict", True),
    "ValidationException": (400, "invalid_request", False),
    "InvalidParameterValue": (400, "invalid_request", False),
    "EntityTooLarge": (400, "invalid_request", False),
    "MalformedXML": (400, "invalid_request", False),
    "InsufficientInstanceCapacity": (500, "resource", True),
    "KMSInvalidStateException": (400, "invalid_request", False),
}


@cache
def session():
    made = botocore.session.get_session()
    made.set_credentials("x", "x")
    # Nothing of the machine that runs this.
    made.set_config_variable("config_file", "/nowhere/config")
    return made


@cache
def client(endpoint, service):
    return aws(endpoint, service)


def aws(endpoint, service="dynamodb", **settings):
    config = botocore.config.Config(retries={"total_max_attempts": 1}, connect_timeout=5, **settings)
    return session().create_client(service, region_name="eu-west-1", endpoint_url=endpoint, config=config)


@pytest.mark.parametrize("code", CODES)
def test_a_code_of_aws(web, means, code):
    status, category, retryable = CODES[code]
    body = {"__type": f"com.amazon.coral.service#{code}", "message": "no"}
    with means(category, retryable=retryable):
        web.answers(status, {}, body)
        client(web.latest, "dynamodb").list_tables()


@pytest.mark.parametrize("code", ["SlowDown", "NoSuchKey", "AccessDenied", "InternalError", "RequestTimeout"])
def test_a_code_of_s3(web, means, code):
    status, category, retryable = CODES[code]
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
    with means(category, retryable=retryable):
        web.answers(status, {}, body)
        client(web.latest, "s3").get_object(Bucket="b", Key="k")


@pytest.mark.parametrize("status", [301, 403, 404, 412, 500, 502, 503, 504])
def test_a_status_without_a_code(web, means, status):
    category, retryable = STATUSES.get(status, ("invalid_request", False))
    with means(category, retryable=retryable):
        web.answers(status)
        client(web.latest, "s3").head_object(Bucket="b", Key="k")


def test_an_error_of_a_type_of_its_own(web, means):
    web.answers(400, {}, {"__type": "x#ProvisionedThroughputExceededException", "message": "no"})
    with means("rate_limit", retryable=True):
        client(web.latest, "dynamodb").get_item(TableName="t", Key={"k": {"S": "x"}})


def test_nobody_listens(refused, means):
    with means("connection", retryable=True):
        aws(f"http://127.0.0.1:{refused}").list_tables()


def test_a_name_that_does_not_exist(means):
    with means("connection", retryable=True):
        aws(f"http://{provoking.NOWHERE}").list_tables()


def test_no_answer_in_time(silent, means):
    with means("timeout", retryable=True):
        aws(f"http://127.0.0.1:{silent}", read_timeout=0.1).list_tables()


@pytest.mark.parametrize("behaviour", [provoking.resets, provoking.closes], ids=["reset", "hung up"])
def test_no_answer(serve, means, behaviour):
    with means("connection", retryable=True):
        aws(f"http://127.0.0.1:{serve(behaviour)}").list_tables()


def test_half_an_answer(serve, means):
    with means("connection", retryable=True):
        port = serve(provoking.says(provoking.SHORT))
        aws(f"http://127.0.0.1:{port}", "s3").get_object(Bucket="b", Key="k")["Body"].read()


def test_a_certificate_that_nobody_signed(serve, tls, means):
    with means("connection", retryable=False):
        aws(f"https://localhost:{serve(provoking.closes, tls())}").list_tables()


def test_a_proxy_that_refuses(refused, means):
    proxies = {"http": f"http://127.0.0.1:{refused}"}
    with means("connection", retryable=True):
        aws("http://example.invalid", proxies=proxies).list_tables()


def test_an_answer_that_is_no_xml(web, means):
    # It takes the answer for a failure of the server, and says 500.
    with means("server", retryable=True):
        aws(web.answers(200, {}, b"no xml"), "s3").list_buckets()


def test_arguments_that_are_wrong(means):
    with means("invalid_request", retryable=False):
        aws("http://127.0.0.1:1").get_item(Key=1)


def test_no_credentials(monkeypatch, means):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")
    anonymous = botocore.session.get_session().create_client("dynamodb", region_name="eu-west-1")
    with means("auth", retryable=False):
        anonymous.list_tables()


def test_no_region(monkeypatch, means):
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with means("invalid_request", retryable=False):
        botocore.session.get_session().create_client("dynamodb")


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_of_google(web, means, status):
    category, retryable = STATUSES[status]
    with means(category, retryable=retryable):
        answer = requests.get(web.answers(status, {}, {"error": {"message": "no"}}), timeout=5)
        raise google.api_core.exceptions.from_http_response(answer)


REASONS = {
    "rateLimitExceeded": (403, "rate_limit", True),
    "userRateLimitExceeded": (403, "rate_limit", True),
    "quotaExceeded": (403, "quota", False),
    "dailyLimitExceeded": (403, "quota", False),
    "accessNotConfigured": (403, "auth", False),
    "backendError": (503, "server", True),
    "internalError": (500, "server", True),
    "notFound": (404, "not_found", False),
    "duplicate": (409, "conflict", False),
    "invalid": (400, "invalid_request", False),
}


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_of_google(web, means, reason):
    status, category, retryable = REASONS[reason]
    body = {"error": {"message": "no", "code": status, "errors": [{"reason": reason, "domain": "global"}]}}
    with means(category, retryable=retryable):
        raise google.api_core.exceptions.from_http_response(
            requests.get(web.answers(status, {}, body), timeout=5)
        )


def test_retries_of_google_that_gave_up(means):
    def call():
        raise google.api_core.exceptions.ServiceUnavailable("down")

    with means("server", retryable=True):
        google.api_core.retry.Retry(initial=0.001, maximum=0.001, timeout=0.01)(call)()
