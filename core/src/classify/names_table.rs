//! The words of names, the most telling first: the first row that fits decides.

use super::list::{Names, names};
use super::meaning::{
    AUTH, BUSY, CANCELLED, CONFLICT, CONNECT_TIMEOUT, CONNECTION, FULL, INVALID, LOST_RACE, Meaning,
    NOT_FOUND, OPEN_CIRCUIT, POOL, QUOTA, RATE_LIMIT, SERVER, SERVER_NEVER, SERVER_REFUSED, TIMEOUT, TLS,
    UNKNOWN, UNREACHED,
};

/// Words that fit almost anything a provider answers: the HTTP status knows better.
#[rustfmt::skip]
pub(super) const VAGUE: Names = names![
    "invalid request", "bad request", "server error", "internal", "internal server", "invalid", "unsupported",
    "not supported", "not support", "incompatible",
];

/// Rows of words, single-spaced and in lower case. A name has a phrase if its words stand in it in a row.
#[rustfmt::skip]
pub(super) const FAMILIES: &[(Meaning, Names)] = &[
    (OPEN_CIRCUIT, names![
        "circuit breaker", "circuitbreaker", "circuit open", "breaker open", "broken circuit",
        "isolated circuit", "open circuit", "open breaker", "call not permitted", "eopenbreaker",
    ]),
    (UNKNOWN, names![
        "non retryable", "not retryable", "non retriable", "unretryable", "permanent", "unrecoverable",
        "irrecoverable", "non recoverable",
    ]),
    (NOT_FOUND, names![
        "config not found", "configuration not found", "no such configuration", "no such lifecycle",
        "no such cors", "no such website", "no such public access", "no such object lock",
        "permission not found", "security group not found", "group id not found", "authorization not found",
    ]),
    (INVALID, names![
        "config", "configuration", "configured", "misconfigured", "connection string", "wrong state", "unknown option",
        "settings", "invalid timeout", "invalid dns", "method not allowed", "deprecated", "pool closed",
        "topology closed",
    ]),
    (CONFLICT, names![
        "permission duplicate", "authorization already exists", "duplicate certificate", "already associated",
        "already accepted",
    ]),
    (CONFLICT, names!["idempotency conflict", "conditional check failed", "precondition failed"]),
    // A limit on size or on tokens in one request is no limit on their rate.
    (CONNECTION, names!["protocol violation"]),
    (INVALID, names![
        "program limit", "sequence generator", "too many columns", "too many arguments", "length exceeded",
        "too large", "too long", "too big", "size exceeded", "size limit", "max length", "length limit",
        "context window", "context length", "token limit", "tokens limit", "max tokens", "limit overrun",
        "redirect", "redirects", "redirection", "depth exceeded", "nesting", "recursion", "entity too large",
        "max payload", "max size", "cross slot", "non http", "policy violation", "location constraint", "closed pool", "alias conflict",
    ]),
    (BUSY, names![
        "host capacity", "address capacity", "db instance capacity", "reserved instance capacity", "volume capacity", "cluster capacity",
        "capacity not available",
    ]),
    (FULL, names![
        "out of memory", "memory limit", "memory allocation", "insufficient memory", "disk full", "no space", "storage full",
        "insufficient storage", "insufficient disk", "out of disk", "disk quota", "not enough space",
    ]),
    (RATE_LIMIT, names!["throttling quota", "rate quota", "per minute", "per second", "rpm", "tpm"]),
    (QUOTA, names![
        "insufficient quota", "quota exceeded", "quota limit", "quota exhausted", "exceeded quota",
        "exceeded current quota", "over quota", "insufficient funds", "insufficient balance",
        "insufficient credits", "insufficient credit", "credit balance", "out of credits", "no credits",
        "billing", "payment required", "payment", "daily limit", "over daily limit", "monthly limit",
        "usage limit", "usage cap", "cap exceeded", "cap reached", "instance limit", "vcpu limit", "address limit", "vpc limit", "snapshot limit", "volume limit", "gateway limit",
        "spending limit", "spend limit", "budget exceeded", "plan limit", "storage exceeded", "quota",
        "arrearage", "allowance",
    ]),
    (POOL, names![
        "pool timeout", "pool exhausted", "pool limit", "empty pool", "full pool", "no connection available",
        "connection pool", "acquire timeout", "pool error",
    ]),
    (LOST_RACE, names![
        "lock timeout", "lock wait", "lock not available", "lock acquisition", "deadlock",
        "serialization failure", "write conflict", "transaction conflict", "transaction in progress",
        "operation aborted", "conditional request conflict", "concurrent modification", "concurrent update",
        "concurrent append", "optimistic lock", "optimistic locking", "stale data", "idempotency key in use",
        "transaction retry", "transaction rollback", "transaction aborted", "row locked", "resource locked",
        "locked resource", "unable to lock", "database locked", "prior request not complete", "being created", "being updated", "being deleted",
        "operation in progress", "update in progress", "queue in progress", "activity in progress", "deleted recently",
    ]),
    (BUSY, names![
        "too many connections", "max connections", "connection limit", "too many open files",
        "too many clients", "insufficient capacity", "insufficient instance capacity",
        "insufficient resources", "queue full", "pool full", "bulkhead", "capacity exceeded", "no capacity",
        "out of capacity", "concurrency exceeded", "allocation failed",
    ]),
    (TIMEOUT, names!["time limit", "server timeout", "request timeout", "model timeout"]),
    (RATE_LIMIT, names![
        "rate limit", "rate limited", "rate limits", "ratelimit", "ratelimited", "rate exceeded",
        "too many requests", "too many simultaneous", "throttling", "throttled", "throttle", "slow down", "slowdown",
        "limit exceeded", "limits exceeded", "limit reached", "throughput exceeded", "runs exceeded", "statements exceeded", "request rate", "over query limit",
        "resource exhausted", "flood wait", "flood", "retry after", "bandwidth limit", "concurrency limit",
        "enhance your calm", "too many attempts", "request limit", "toomanyrequests",
    ]),
    (CONNECT_TIMEOUT, names!["connect timeout", "connect timed out", "connecting timeout", "connector timeout"]),
    (AUTH, names![
        "request expired", "token expired", "expired token", "session expired", "expired session",
        "credentials expired", "expired credentials",
    ]),
    (TIMEOUT, names![
        "timeout", "timeouts", "timed out", "time out", "timedout", "deadline", "time limit exceeded",
        "etimedout",
    ]),
    (UNREACHED, names![
        "connection refused", "connect error", "connector dns", "connector error", "cannot connect",
        "could not connect", "unable to connect", "new connection", "name resolution", "dns",
        "host not found", "server not found", "host unreachable", "network unreachable", "unreachable host", "no host available",
        "no brokers available", "no brokers", "unknown host", "unresolved address", "proxy connection",
        "no servers", "no living connections", "no nodes available", "no node available", "refused stream", "connect exception",
        "failed to open socket",
    ]),
    (CONNECTION, names![
        "ssleof", "ssl eof", "ssl zero return", "ssl syscall", "ssl want read", "ssl want write",
        "unexpected eof", "bad record mac", "record mac",
    ]),
    (TLS, names![
        "certificate", "certificates", "cert", "hostname mismatch", "fingerprint mismatch", "host key",
        "ssl", "tls", "self signed", "bad status line", "socket protocol", "incompatible peer", "unsupported ssl", "wrong version number",
    ]),
    (AUTH, names![
        "authentication", "authenticate", "authenticator", "authorization", "unauthorized", "unauthorised",
        "unauthenticated", "unauthorized client", "forbidden", "permission denied", "permissions",
        "permission", "permissible", "access denied", "access refused", "not authorized",
        "not authenticated", "api key", "apikey", "invalid token", "invalid access token", "token revoked",
        "token invalid", "bad token", "access token", "security token", "credentials", "credential",
        "signature does not match", "invalid signature", "signature", "invalid access key id", "access key",
        "unrecognized client", "login", "auth error", "auth failure", "auth failed", "auth exception",
        "auth", "oauth", "web token", "jwt", "logon", "invalid password", "password", "sso", "wrongpass", "noauth", "noperm",
        "insufficient privilege", "insufficient privileges", "insufficient access", "ldap bind", "insufficient scope", "invalid grant",
        "invalid client", "access not configured", "service disabled", "not allowed", "security",
        "suspended", "deactivated", "request time too skewed", "clock skew", "account disabled",
        "account inactive", "consent required", "refresh error", "opt in required", "subscription required", "expired",
    ]),
    (INVALID, names![
        "no such method", "method not found", "module not found", "template not found", "unknown command",
        "undefined column", "undefined function", "undefined variable", "undefined",
    ]),
    (SERVER, names!["master not found", "primary not found", "leader not found", "coordinator not found"]),
    (NOT_FOUND, names![
        "undefined table", "not found", "notfound", "does not exist", "doesnt exist", "no such",
        "non existent", "nonexistent", "unknown model", "unknown topic", "unknown database", "bad db",
        "no longer exists", "resource missing", "missing resource", "gone", "no node", "no result", "no row", "no results", "invalid catalog name",
        "object does not exist", "unknown table", "no group", "not registered", "unroutable",
    ]),
    (CONFLICT, names![
        "already exists", "already exist", "exists", "already registered", "already started", "already running", "cas mismatch", "already in use", "in use",
        "duplicate", "unique", "integrity", "conflict", "violation", "constraint", "condition not met",
        "etag mismatch", "version mismatch", "revision mismatch", "bucket not empty", "not empty", "lease lost", "lock lost",
    ]),
    (INVALID, names![
        "local protocol", "unsupported protocol", "protocol not supported", "invalid url",
        "response not ready", "invalid header", "bad request", "validation", "invalid argument",
        "invalid parameter", "invalid input", "invalid request", "missing parameter", "missing required",
        "malformed", "unprocessable", "content filter", "content policy", "content management policy",
        "invalid prompt", "incompatible", "unsupported", "not supported", "not support",
    ]),
    (SERVER, names![
        "read only", "readonly", "snapshot too old", "not primary", "not master", "not writable primary",
        "not leader", "no leader", "leader not available", "leader", "coordinator", "master down",
        "cluster down", "clusterdown", "masterdown", "busy loading", "loading", "starting up",
        "cannot connect now", "primary stepped down", "not controller", "not enough replicas",
        "replica not available", "group load in progress", "rebalance in progress", "try again", "tryagain",
        "model not ready", "not ready",
    ]),
    (CONNECTION, names![
        "connection", "connectivity", "connect", "network", "networking", "socket", "disconnected",
        "disconnect", "disconnection", "broken pipe", "reset", "eof", "incomplete read", "incomplete",
        "remote protocol", "remote disconnected", "read error", "channel closed", "stream closed",
        "session closed", "closed resource", "broken resource", "stream reset", "stream error",
        "premature close", "goaway", "go away", "chunked encoding", "chunked", "payload error",
        "unreachable", "reconnect", "session terminated", "proxy", "transport", "proxy error", "hangup",
        "hang up", "connection lost", "partial read", "communication", "h2 error", "fetch error",
        "chunk load", "closed error", "quic", "unexpected close", "stream interrupted", "stream ended",
    ]),
    (SERVER, names![
        "server down", "service unavailable", "temporarily unavailable", "unavailable", "unavailable error", "overloaded",
        "overload", "server is overloaded", "bad gateway", "gateway", "backend", "internal failure",
        "internal server", "server error", "internal service", "internal", "server fault", "server busy",
        "busy", "maintenance", "admin shutdown", "crash shutdown", "shutdown", "shutting down", "starting",
        "temporarily", "temporary", "transient", "retryable", "retriable", "upstream", "dependency failed", "server failure",
        "remote error", "not available", "no responders", "down", "crashed", "worker lost", "killed worker",
        "worker died", "actor died", "worker terminated", "nack", "nacked", "unexpected server", "server exception", "server side",
        "serverside",
    ]),
    (SERVER_REFUSED, names!["not processed"]),
    (FULL, names!["memory", "disk", "insufficient"]),
    (BUSY, names!["exhausted", "exhaustion", "full", "out of resources", "resource error", "resource exception"]),
    (SERVER_NEVER, names!["unimplemented", "method not implemented", "not implemented", "unwilling to perform"]),
    (CANCELLED, names!["canceled", "cancelled"]),
    (INVALID, names![
        "null pointer", "value error", "type error", "value", "syntax", "parse", "parser", "parsing", "decode", "decoding",
        "decompress", "decompression", "encode", "encoding", "unicode", "illegal", "missing", "unexpected keyword",
        "programming", "data error", "argument", "arguments", "parameter", "param", "params", "schema",
        "format", "out of range", "range", "assertion", "attribute", "misuse", "usage", "invalid",
        "serialization", "serialize", "deserialization", "json", "template", "feature not supported",
        "grammar", "statement", "unknown field", "unknown parameter", "redirect", "redirects",
        "content type", "failed precondition", "cast", "index error", "key error", "reference", "overflow",
    ]),
];
