//! Phrases of messages, single-spaced and in lower case; an earlier row beats a later one.
//!
//! A phrase must mean the same wherever it stands. `timeout` alone does not (a "timeout must be positive"
//! will not pass), so such words are in the last rows, after everything that could tell otherwise.

use super::list::names;
use super::meaning::{
    AUTH, BUSY, CANCELLED, CONFLICT, CONNECT_TIMEOUT, CONNECTION, FULL, INVALID, LOST_RACE, NOT_FOUND,
    OPEN_CIRCUIT, POOL, QUOTA, RATE_LIMIT, SERVER, SERVER_NEVER, TIMEOUT, TLS, UNREACHED,
};
use super::words::Phrases;

/// What is said so clearly that it goes before the number of an HTTP status in the same text.
#[rustfmt::skip]
pub(super) const CLEAR: Phrases = &[
    (OPEN_CIRCUIT, names![
        "circuit breaker is open", "circuit breaker open", "circuit is open", "breaker is open",
        "circuit open",
    ]),
    (CANCELLED, names![
        "keyboard interrupt", "cancelled by user", "canceled by user", "cancelled by the user",
        "canceled by the user", "cancelled by caller", "aborted by user", "aborted by the user",
        "user aborted a request", "user aborted the request", "operation was aborted", "request was aborted",
        "operation was canceled", "operation was cancelled", "request was cancelled", "request was canceled",
        "due to user request", "context canceled", "context cancelled", "task was cancelled",
        "task was canceled", "signal is aborted without reason", "this operation was aborted",
    ]),
    (TLS, names![
        "certificate verify failed", "certificate has expired", "certificate is not yet valid",
        "certificate has been revoked", "certificate is not trusted",
        "certificate signed by unknown authority", "unable to get local issuer certificate",
        "unable to verify the first certificate", "self signed certificate", "hostname mismatch",
        "doesn t match certificate", "does not match certificate", "does not match host name", "does not support ssl", "hostname ip does not match",
        "wrong version number", "unsupported protocol", "tlsv1 alert protocol version",
        "no protocols available", "sslv3 alert handshake failure", "handshake failure", "unknown ca",
        "invalid certificate", "invalid peer certificate", "bad certificate", "certificate required",
        "bad status line", "host key verification failed", "certificate unknown", "illegal status line", "illegal request line", "illegal header line", "no cipher match", "no shared cipher", "certificate is not valid",
        "certificate validation", "tlsv1 unrecognized name",
    ]),
    (AUTH, names![
        "proxy authentication required", "invalid api key", "incorrect api key", "invalid x api key",
        "api key not valid", "api key is invalid", "api key has expired", "api key expired",
        "missing api key", "no api key", "missing credentials", "fatal role", "invalid login", "logon failure", "attempt to write a readonly database", "password authentication failed", "authentication failed",
        "authentication failure", "authentication required", "authentication error", "not authenticated",
        "unauthenticated", "invalid authentication", "could not validate credentials", "invalid credentials",
        "invalid client", "bad credentials", "wrong credentials", "incorrect password", "invalid password",
        "wrong password", "invalid username", "invalid token", "token is invalid", "token has expired",
        "token expired", "expired token", "jwt expired", "session expired",
        "security token included in the request is", "access denied", "permission denied",
        "access is denied", "not authorized", "not authorised", "unauthorized", "unauthorised",
        "insufficient permissions", "not have permission", "insufficient privileges", "insufficient scope", "must be owner of",
        "wrongpass", "noauth", "noperm", "unable to locate credentials", "login failed", "login required",
        "no pg hba conf entry", "no password supplied", "pg hba conf rejects", "signature does not match", "signature mismatch", "operation not permitted",
        "forbidden",
    ]),
    (QUOTA, names![
        "insufficient quota", "exceeded your current quota", "exceeded your monthly", "exceeded your daily",
        "billing hard limit", "billing details", "billing not active", "insufficient balance",
        "insufficient credits", "insufficient credit", "insufficient funds", "credit balance is too low",
        "out of credits", "no credits", "not enough credits", "payment required", "daily quota",
        "monthly quota", "quota for the day", "daily limit", "daily request limit", "monthly limit", "requests per day",
        "per day limit", "plan limit", "usage limit reached", "usage limit exceeded", "spending limit",
        "storage quota", "hard limit reached", "mailbox full", "quota has been exhausted",
        "upgrade your plan",
    ]),
    (FULL, names![
        "no space left", "disk full", "disk is full", "disk quota exceeded", "out of memory",
        "cannot allocate memory", "not enough memory", "insufficient memory", "memory allocation",
        "not enough space", "insufficient disk space", "heap out of memory", "used memory maxmemory",
        "maxmemory", "database or disk is full", "storage is full", "java heap space", "allowed memory size", "unable to allocate",
        "not enough storage", "insufficient storage",
    ]),
    (SERVER, names!["slots are not covered", "not currently accepting connections", "the database system is"]),
    (NOT_FOUND, names!["fatal database", "unknown database", "unable to open database"]),
    (LOST_RACE, names![
        "deadlock detected", "deadlock found", "deadlock victim", "could not serialize access",
        "could not obtain lock", "lock wait timeout", "lock timeout", "lock request time out",
        "database is locked", "database table is locked", "database is busy", "write conflict",
        "transaction conflict", "serialization failure", "concurrent update", "try restarting transaction",
        "restart transaction", "retry transaction", "optimistic lock", "deadlocked on lock",
        "row was updated or deleted by another", "could not set lock", "conflicting lock is held",
        "could not acquire lock", "failed to acquire lock", "unable to acquire lock",
    ]),
    (BUSY, names![
        "too many connections", "too many clients", "too many open files", "too many open connections",
        "max number of clients", "max clients reached", "remaining connection slots", "max client connections", "max client conn",
        "no more connections", "no buffer space", "can t start new thread", "connection limit exceeded",
        "maximum number of connections", "sorry too many clients", "open file descriptors", "queue is full", "queue full",
        "too many users",
    ]),
    (POOL, names![
        "queuepool limit", "queue pool limit", "pool exhausted", "connection pool is full",
        "connection pool exhausted", "pool is exhausted", "connection pool is exhausted", "pool timeout",
        "connection pool timed out", "couldn t get a connection", "could not acquire a connection",
        "timed out fetching a new connection from the connection pool", "timeout acquiring a connection",
        "timeout exceeded when trying to connect", "no available connections", "no connection available",
        "connection from pool", "connections in the pool", "connection from the pool", "pool limit", "pool timed out",
        "no connections available", "queue limit reached", "connection is not available request timed out",
    ]),
    (INVALID, names![
        "context length", "context window", "maximum context", "token limit exceeded",
        "tokens limit exceeded", "token limit", "maximum tokens", "prompt is too long", "input is too long",
        "too many tokens", "string too long", "request entity too large", "payload too large",
        "body is too large", "max content length size", "message too large", "larger than max",
        "file too large", "content policy",
        "content filter", "content management policy", "safety system", "flagged as", "syntax error",
        "invalid syntax", "unexpected token", "parse error", "malformed", "invalid argument",
        "invalid parameter", "invalid input", "invalid value", "invalid request", "invalid url",
        "invalid header", "invalid json", "illegal header", "bad request", "missing required",
        "required parameter", "is required", "must be a", "must be an", "must be one of", "must be positive",
        "must be greater", "must be less", "must be between", "must be set", "must be in", "must not be",
        "unknown parameter", "unknown option", "unknown field", "unknown command", "unknown argument",
        "unrecognized argument", "unrecognized arguments", "unrecognized option", "unexpected keyword", "unsupported parameter",
        "unsupported value", "not a valid", "is not valid", "is invalid", "validation error",
        "validation failed", "schema validation", "no scheme supplied", "missing an http", "unsupported url",
        "no host supplied", "no host given", "only absolute urls", "failed to parse url", "url scheme", "unknown url type",
        "is not defined", "is not a function", "of undefined", "of null", "of nonetype",
        "exceeds the maximum", "exceeds maximum", "out of range", "too many redirects", "redirect count exceeded", "unexpected redirect", "unknown scheme",
        "could not resolve authentication",
        "redirected you too many times", "unprocessable", "cannot be empty", "may not be empty",
        "can not be empty", "expecting value", "wrong number of arguments", "no such column",
        "no such function", "values were supplied", "too many sql variables", "too many terms", "too many attached", "too many links",
        "within a transaction", "no transaction is active", "command is already in progress", "unknown column", "current transaction is aborted", "configuration", "misconfigured",
        "invalid state", "current state", "operation is in progress", "ran out of input", "not a database", "loop is closed", "session is closed",
        "after shutdown", "after interpreter shutdown", "expected value at line", "eof while parsing",
        "relative url without a base", "missing field", "database is closed", "assertion failed", "builder error", "cannot identify", "eof when reading a line", "too much recursion",
    ]),
];

/// What is said less clearly.
#[rustfmt::skip]
pub(super) const FAINT: Phrases = &[
    (RATE_LIMIT, names![
        "rate limit", "rate limited", "rate limits", "ratelimit", "ratelimited", "rate exceeded",
        "rate limiting", "too many requests", "throttled", "throttling", "slow down", "slowdown",
        "request limit exceeded", "requests per minute", "tokens per minute", "requests per second", "calls per second", "calls per minute", "per minute limit",
        "quota exceeded", "exceeded quota", "over query limit", "resource exhausted",
        "resource has been exhausted", "toomanyrequests", "too many attempts", "flood wait",
        "too many concurrent", "concurrency limit", "reduce your request rate", "request rate",
        "limit exceeded", "limit reached",
    ]),
    (UNREACHED, names![
        "connection refused", "connect refused", "actively refused", "name or service not known",
        "nodename nor servname provided", "temporary failure in name resolution",
        "no address associated with hostname", "name resolution", "could not resolve", "couldn t resolve",
        "failed to resolve", "unable to resolve", "getaddrinfo failed", "getaddrinfo enotfound",
        "getaddrinfo eai again", "eai again", "no such host", "dns lookup", "dns error", "dns resolution",
        "dns failure", "resolution failure", "unknown host", "host not found", "network is unreachable", "no route to host",
        "host is unreachable", "failed to establish a new connection", "cannot connect", "can t connect",
        "could not connect", "couldn t connect", "failed to connect", "unable to connect",
        "connection could not be established", "cannot connect to host", "error connecting to",
        "connect call failed", "no servers available", "no brokers available", "no living connections",
        "tcp connect error", "network is down",
    ]),
    (SERVER, names![
        "service unavailable", "temporarily unavailable", "service temporarily", "temporarily overloaded",
        "temporary failure", "is overloaded", "overloaded", "overload", "currently unavailable",
        "server is busy", "server busy", "internal server error", "internal error", "internal failure",
        "server error", "bad gateway", "upstream connect error", "no healthy upstream", "upstream request",
        "starting up", "is starting", "shutting down", "is loading", "currently loading",
        "loading the dataset", "not primary", "not master", "not the leader", "not leader",
        "read only replica", "can t write against a read only", "read only transaction", "read only mode",
        "in recovery mode", "under maintenance", "maintenance mode", "try again later", "please try again",
        "please retry", "retry later", "try your request again", "administrator command", "clusterdown",
        "masterdown", "cluster is down", "no leader", "no cluster leader", "leader changed", "backend error", "unavailable",
        "at capacity", "over capacity", "out of capacity", "no capacity", "experiencing high demand",
        "high load", "heavy load", "failover", "temporary", "transient",
        "an error occurred while processing your request", "something went wrong",
    ]),
    (CONNECT_TIMEOUT, names![
        "connect timeout", "connect timed out", "timed out while connecting", "timeout while connecting",
    ]),
    (TIMEOUT, names![
        "timed out", "timeout exceeded", "timeout expired", "request timeout", "read timeout",
        "write timeout", "connection timeout", "gateway timeout", "operation timeout", "socket timeout",
        "response timeout", "query timeout", "statement timeout", "execution timeout", "headers timeout",
        "body timeout", "idle timeout", "server selection timeout", "timeout while", "timeout waiting",
        "timeout after", "timeout error", "timeout occurred", "timeout reached", "timeout of",
        "did not respond", "no response within", "no response from", "failed to respond",
        "deadline exceeded", "deadline has elapsed", "deadline expired", "took too long",
        "time limit exceeded", "time out", "exceeded the time limit", "exceeded time limit",
        "operation exceeded time", "context deadline",
    ]),
    (CONNECTION, names![
        "connection reset", "reset by peer", "connection closed", "connection was closed",
        "connection is closed", "connection is lost", "connection lost", "connection was lost", "connection has been closed", "lost connection",
        "connection aborted", "connection broken", "connection terminated", "connection unexpectedly",
        "connection dropped", "connection error", "connection failed", "connection failure",
        "connection interrupted", "connection already closed", "connection not available",
        "connection was forcibly closed", "closed the connection", "closed connection",
        "closed by the remote host", "closed by remote host", "closed by peer", "closed unexpectedly",
        "closed without", "without sending a response", "without response", "remote end closed",
        "disconnected", "server disconnected", "broken pipe", "socket hang up", "socket closed",
        "socket was closed", "loading chunk", "loading css chunk", "can t reach", "can t contact", "cannot reach",
        "could not reach", "unable to reach", "socket error", "socket disconnected", "other side closed",
        "premature close", "premature end", "premature eof", "unexpected eof", "unexpected end of file",
        "unexpected end of stream", "eof occurred", "eof in transport", "incomplete read",
        "incomplete chunked read", "incomplete message", "response ended prematurely",
        "content length mismatch", "peer closed", "ssl connection has been closed", "bad record mac",
        "stream removed", "rst stream", "stream reset", "stream terminated", "stream was reset",
        "stream error", "goaway", "go away", "network error", "network failure", "network request failed",
        "network connection was lost", "network changed", "internet connection appears to be offline",
        "fetch failed", "failed to fetch", "networkerror when attempting to fetch resource", "load failed",
        "error sending request", "error reading a body", "error decoding response body",
        "server has gone away", "gone away", "transport error", "transport endpoint is not connected",
        "transport closed", "stream has been aborted", "channel closed", "session closed", "not connected",
        "not currently connected", "empty reply from server", "bad connection", "closed idle connection",
        "connection not open",
        "transport failure", "chunked encoding", "communication link failure", "communications link failure",
        "disconnect", "remote protocol error", "connectionerror", "websocket connection", "unreachable",
    ]),
    (NOT_FOUND, names![
        "not found", "file is missing", "no rows returned", "no rows in result set", "no such file", "no such table", "no such key", "no such bucket", "no such index",
        "no such queue", "no such process", "no such container", "no such image", "no such",
        "does not exist", "doesn t exist", "do not exist", "could not be found", "cannot find", "can t find",
        "unknown model", "unknown database", "no longer available", "no longer exists", "has been deleted",
        "has been deprecated", "has been removed",
    ]),
    (CONFLICT, names![
        "already exists", "already exist", "file exists", "duplicate key", "duplicate entry", "unique constraint",
        "unique violation", "violates unique", "violates foreign key", "violates not null", "violates check",
        "constraint failed", "foreign key constraint", "integrity constraint", "precondition failed",
        "already in use", "already taken", "has been modified", "version conflict", "etag does not match",
        "conditional request failed", "primary key",
    ]),
    (CONNECTION, names!["connection to server"]),
    (SERVER_NEVER, names!["not implemented", "unimplemented"]),
    (INVALID, names![
        "bad port", "not supported", "unsupported", "not allowed", "cannot convert", "could not convert", "cannot parse",
        "can t parse", "could not parse", "failed to parse", "cannot decode", "can t decode", "invalid", "illegal",
    ]),
    (RATE_LIMIT, names!["too many"]),
    (TIMEOUT, names!["timeout", "timedout"]),
];

/// Why a broken transport will break again.
#[rustfmt::skip]
pub(super) const TRANSPORT: Phrases = &[
    (TLS, names![
        "certificate verify failed", "certificate has expired", "certificate is not yet valid",
        "certificate has been revoked", "certificate is not trusted",
        "certificate signed by unknown authority", "unable to get local issuer certificate",
        "unable to verify the first certificate", "self signed certificate", "hostname mismatch",
        "doesn t match", "does not match host name", "does not support ssl", "hostname ip does not match", "wrong version number", "unsupported protocol",
        "tlsv1 alert protocol version", "no protocols available", "handshake failure", "unknown ca",
        "invalid peer certificate", "invalid certificate", "bad certificate", "certificate required",
        "certificate unknown", "no shared cipher", "tlsv1 unrecognized name", "unknownissuer",
        "unknown issuer", "not valid for name", "illegal status line", "illegal request line", "illegal header line",
        "bad status line expected", "host key verification failed", "notvalidforname", "cert has expired",
        "err tls cert altname invalid", "altname", "ssl cert verification error",
    ]),
    (AUTH, names![
        "proxy authentication required", "tunnel connection failed 407", "tunnel connection failed 401", "tunnel connection failed 403",
        "password authentication failed", "authentication failed", "no pg hba conf entry", "no password supplied",
        "pg hba conf rejects", "wrongpass",
        "noauth", "access denied for user",
    ]),
    (INVALID, names![
        "no scheme supplied", "missing an http", "unknown url type", "no host given", "illegal header value",
        "failed to parse url", "unsupported url", "nonnumeric port", "invalid url", "failed to parse",
    ]),
];

/// Proof that there was never a connection to send on.
pub(super) const NEVER_SENT: Phrases = &[(
    UNREACHED,
    names![
        "connection refused",
        "actively refused",
        "econnrefused",
        "enotfound",
        "eai again",
        "name or service not known",
        "nodename nor servname provided",
        "name resolution",
        "no address associated with hostname",
        "getaddrinfo failed",
        "failed to establish a new connection",
        "new connection error",
        "name resolution error",
        "connect timeout error",
        "connect call failed",
        "cannot connect to host",
        "tcp connect error",
        "no such host",
        "dns error",
        "failed to resolve",
        "could not resolve",
    ],
)];

/// Words about money, in the text of an answer that only says "slow down".
pub(super) const MONEY: Phrases = &[(
    QUOTA,
    names![
        "insufficient quota", "exceeded your current quota", "billing hard limit", "billing details",
        "insufficient balance", "insufficient credits", "insufficient funds", "credit balance",
        "out of credits", "no credits", "plan and billing", "monthly spend", "spending limit", "add credits",
        "purchase credits", "usage limit reached", "monthly limit", "monthly quota", "daily quota",
        "requests per day", "tokens per day", "calls per day", "requests per month", "calls per month",
        "calls month", "quota for the day", "daily limit", "usage cap",
    ],
)];

/// What is said of too many requests by those who answer 403.
pub(super) const SLOWED_DOWN: Phrases = &[(
    RATE_LIMIT,
    names!["rate limit exceeded", "secondary rate limit", "too many requests", "request rate exceeded"],
)];

/// Words about money that no mistake of a request has in its text.
pub(super) const CREDIT: Phrases = &[(
    QUOTA,
    names![
        "insufficient quota", "exceeded your current quota", "billing hard limit", "insufficient balance",
        "insufficient credits", "insufficient credit", "credit balance is too low", "out of credits",
        "not enough credits",
    ],
)];

/// What engines of JavaScript say when a fetch got no answer, whatever the reason: Chromium, Firefox,
/// `WebKit`, undici, React Native, Deno, workers at the edge.
#[rustfmt::skip]
pub(super) const FETCH: Phrases = &[
    (CANCELLED, names!["cancelled", "canceled"]),
    (INVALID, names!["failed to parse url", "invalid url", "only absolute urls", "url scheme"]),
    (TLS, names!["certificate for this server is invalid", "an ssl error has occurred"]),
    (TIMEOUT, names!["request timed out"]),
    (CONNECTION, names![
        "failed to fetch", "fetch failed", "networkerror when attempting to fetch resource", "networkerror",
        "network error", "load failed", "network request failed", "network connection was lost",
        "internet connection appears to be offline", "error loading dynamically imported module",
        "importing a module script failed", "terminated",
        "a server with the specified hostname could not be found", "could not connect to the server",
        "unable to connect", "error in input stream", "error in body stream", "error sending request",
        "network connection lost", "connection was lost",
    ]),
];

/// What broke under TLS and may hold the next time.
#[rustfmt::skip]
pub(super) const PASSING_TLS: Phrases = &[
    (TIMEOUT, names!["timed out", "timeout"]),
    (CONNECTION, names![
        "eof occurred", "unexpected eof", "unexpected eof while reading", "bad record mac",
        "connection reset", "reset by peer", "connection aborted", "connection closed", "closed abruptly",
        "tls close notify", "sslzeroreturn", "ssl zero return", "ssleof", "syscall", "broken pipe",
        "decryption failed", "record layer failure", "application data after close notify",
        "shutdown while in init",
    ]),
];
