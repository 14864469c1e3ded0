//! Names of types that do not say what they are in words, and Python's own, whose words would mislead.

use super::list::{Names, names};
use super::meaning::{
    AUTH, BUSY, CONFLICT, CONNECTION, FULL, INVALID, LOST_RACE, Meaning, NOT_FOUND, POOL, QUOTA, SERVER,
    SERVER_NEVER, TIMEOUT, TLS, UNKNOWN, UNREACHED,
};

/// Names of mere wrappers, which inherit from what they do not mean.
pub(super) const WRAPPERS: Names =
    names!["MaxRetryError", "TransportError", "RequestError", "URLError", "KafkaJSNumberOfRetriesExceeded"];

/// Collective names: they would match a family, but the cause and the words know better.
#[rustfmt::skip]
pub(super) const SAYS_LITTLE: Names = names![
    "object", "Object", "BaseException", "Exception", "Error", "RuntimeError", "OSError", "IOError",
    "EnvironmentError", "WindowsError", "error", "Failure", "StandardError", "URLError", "HTTPError",
    "RequestError", "RequestException", "TransportError", "TransportException", "TTransportException", "APIError", "ApiError",
    "APIException", "ApiException", "APIStatusError", "ClientError", "ClientException", "AxiosError",
    "FetchError", "DatabaseError", "DBAPIError", "OperationalError", "InterfaceError", "DOMException",
    "MySQLError", "PyMongoError", "RedisError", "ResponseError", "ReplyError", "KafkaError",
    "KafkaException", "SQLAlchemyError", "StatementError", "BotoCoreError", "RpcError", "AioRpcError",
    "_InactiveRpcError", "_MultiThreadedRendezvous", "ServiceError", "ServiceException", "UnknownError",
    "EOFError", "RetryError", "ExceptionGroup", "BaseExceptionGroup", "AggregateError", "SystemError",
    "GoogleAPIError", "GoogleAPICallError", "PostgresError", "PostgresMessage", "PGError", "SQLException",
    "MongoError", "MongoServerError", "OperationFailure", "HttpError", "HTTPException",
    "HttpException", "StripeError", "OpenAIError", "AnthropicError", "ProtocolError", "RetriesExceeded",
    "HTTPClientError", "HttpErrorResponse", "ResponseException", "PubSubError", "WebSocketException",
    "WebSocketError", "RequestFailed", "ServerException", "PrismaClientKnownRequestError", "PrismaClientUnknownRequestError",
    "QueryFailedError", "SequelizeDatabaseError", "BufferError", "SSHException", "_TemporaryFileWrapper",
];

/// Last resorts among them. A database's operational error is not under the programmer's control.
#[rustfmt::skip]
pub(super) const VAGUE: &[(&str, Meaning)] = &[
    ("URLError", CONNECTION),
    ("MaxRetryError", CONNECTION),
    ("HTTPClientError", CONNECTION),
    ("OperationalError", CONNECTION),
    ("TransportError", CONNECTION),
    ("TransportException", CONNECTION),
    ("TTransportException", CONNECTION),
    ("FetchError", CONNECTION),
    ("EOFError", CONNECTION),
    ("ProtocolError", CONNECTION),
    ("RequestError", CONNECTION),
    ("ServerException", SERVER),
    ("SSHException", CONNECTION),
    ("BufferError", INVALID),
];

/// Names that only mean this in one library.
#[rustfmt::skip]
pub(super) const QUALIFIED: &[(&str, &str, Meaning)] = &[
    ("sqlalchemy", "TimeoutError", POOL),
    ("asyncpg", "SerializationError", LOST_RACE),
    ("google", "Aborted", LOST_RACE),
    ("google", "Unknown", SERVER),
    ("google", "ServerError", SERVER),
    ("google", "ClientError", INVALID),
    ("tensorflow", "ResourceExhaustedError", FULL),
    ("psycopg_pool", "TooManyRequests", POOL),
    ("kazoo", "SessionExpiredError", CONNECTION),
    ("neo4j", "SessionExpired", CONNECTION),
    ("kazoo", "BadVersionError", CONFLICT),
    ("ldap", "SERVER_DOWN", CONNECTION),
    ("tarfile", "ReadError", INVALID),
    ("shutil", "ReadError", INVALID),
    ("shutil", "SpecialFileError", INVALID),
    ("shutil", "SameFileError", INVALID),
    ("binascii", "Incomplete", INVALID),
    ("zlib", "error", INVALID),
    ("struct", "error", INVALID),
    ("re.", "error", INVALID),
    ("_csv", "Error", INVALID),
    ("csv.", "Error", INVALID),
    ("configparser", "Error", INVALID),
    ("httpx", "StreamError", INVALID),
    ("apsw", "BusyError", LOST_RACE),
    ("pymongo", "WriteError", INVALID),
    ("websockets", "InvalidMessage", CONNECTION),
    ("google", "DataLoss", SERVER_NEVER),
    ("google", "TransportError", CONNECTION),
    ("google", "UnseekableStreamError", INVALID),
    ("imaplib", "abort", CONNECTION),
    ("ftplib", "error_temp", SERVER),
    ("ftplib", "error_perm", INVALID),
    ("ftplib", "error_proto", CONNECTION),
    ("ftplib", "error_reply", SERVER),
    ("socket", "timeout", TIMEOUT),
    ("http.client", "NotConnected", INVALID),
    ("http.client", "ResponseNotReady", INVALID),
    ("http.client", "CannotSendRequest", INVALID),
    ("http.client", "CannotSendHeader", INVALID),
    ("http.client", "LineTooLong", CONNECTION),
    ("http.client", "UnknownProtocol", TLS),
    ("pymongo", "InvalidOperation", INVALID),
    ("failsoft", "DeadlineExceededError", Meaning { retryable: false, ..TIMEOUT }),
];

/// Names that do not say what they are in words, and Python's own, whose words would mislead.
#[rustfmt::skip]
pub(super) const EXACT: &[(Meaning, Names)] = &[
    (TIMEOUT, names![
        "timeout", "TimeoutExpired", "TimeoutError", "ServerSelectionTimeoutError", "SoftTimeLimitExceeded",
        "TimeLimitExceeded", "QueryCanceled", "QueryCanceledError", "QueryCancelled", "ExecutionTimeout",
        "TooSlowError",
    ]),
    (UNREACHED, names![
        "gaierror", "herror", "UnknownHostException", "NameResolutionError", "ResolveError", "NoNameservers",
        "ClientConnectorDNSError",
    ]),
    (UNREACHED, names![
        "ConnectionRefusedError", "ConnectError", "NewConnectionError", "NoValidConnectionsError",
        "ConnectException", "NoBrokersAvailable", "EndpointConnectionError", "ClientConnectorError",
        "ClientProxyConnectionError", "NoHostAvailable", "ClusterAllFailedError",
    ]),
    (CONNECTION, names![
        "BrokenPipeError", "ConnectionResetError", "ConnectionAbortedError", "InterruptedError",
        "IncompleteRead", "IncompleteReadError", "RemoteProtocolError", "RemoteDisconnected",
        "ServerDisconnectedError", "ServerDisconnected", "SMTPServerDisconnected",
        "AutoReconnect", "ConnectionFailure", "ChunkedEncodingError", "ReadError", "WriteError",
        "CloseError", "NetworkError", "ClientPayloadError", "ClientOSError", "ClientConnectionError",
        "StreamClosedError", "SSLEOFError", "SSLZeroReturnError", "SSLSyscallError", "SSLWantReadError",
        "SSLWantWriteError", "EndOfStream", "ClosedResourceError", "BrokenResourceError",
        "PostgresConnectionError", "ConnectionDoesNotExistError", "ConnectionDoesNotExist",
        "StreamLostError", "StatementCompletionUnknown", "ConsumerCancelled", "MetadataRetrievalError",
        "ResponseStreamingError", "ChannelException",
        "PartialReadError", "MaxRetriesPerRequestError", "HttpProcessingError", "TransferEncodingError",
        "ContentLengthError", "InvalidChunkLength", "InvalidatePoolError",
    ]),
    (TLS, names![
        "SSLError", "SSLCertVerificationError", "CertificateError", "IncompatibleProtocolError",
        "ClientConnectorCertificateError", "ServerFingerprintMismatch", "BadHostKeyException",
        "InsecureConnectionError", "HTTPParserError",
    ]),
    (INVALID, names![
        "ValueError", "TypeError", "KeyError", "IndexError", "LookupError", "AttributeError", "NameError",
        "UnboundLocalError", "AssertionError", "ImportError", "ModuleNotFoundError", "NotImplementedError",
        "StopIteration", "StopAsyncIteration", "SyntaxError", "IndentationError", "TabError",
        "RecursionError", "ArithmeticError", "OverflowError", "ZeroDivisionError", "FloatingPointError",
        "UnicodeError", "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError",
        "ReferenceError", "RangeError", "EvalError", "URIError", "IsADirectoryError", "NotADirectoryError",
        "ChildProcessError", "JSONDecodeError", "InvalidStateError", "FrozenInstanceError",
        "ProgrammingError", "DataError", "NotSupportedError", "Warning", "GetoptError", "InFailedSqlTransaction",
        "InFailedSQLTransactionError", "LocalProtocolError", "ImproperConnectionState",
        "UnseekableStreamError", "UnsupportedProtocol", "InvalidURL", "LocationParseError",
        "LocationValueError", "LocationParseException", "TooManyRedirects", "MissingSchema", "InvalidSchema",
        "InvalidProxyURL", "UnrewindableBodyError", "StreamConsumed", "StreamConsumedError",
        "ResponseNotRead", "RequestNotRead", "StreamClosed", "CookieConflict", "HostChangedError",
        "ParamValidationError", "NoRegionError", "ContentTypeError",
        "DecodingError", "ContentDecodingError", "DecodeError", "DetachedInstanceError",
        "LengthFinishReasonError", "ContentFilterFinishReasonError", "BlockedPromptException",
        "StopCandidateException", "PicklingError", "UnpicklingError", "BadZipFile", "LargeZipFile",
        "InvalidRequestError", "ArgumentError", "CompileError", "ResourceClosedError",
        "PendingRollbackError", "UnboundExecutionError", "MultipleResultsFound",
        "APIResponseValidationError", "CommandNotFoundError", "ExecAbortError", "BadGzipFile", "LZMAError", "UnidentifiedImageError", "MaxRedirectsError",
        "InvalidAccessError", "DataCloneError", "TransactionInactiveError", "HierarchyRequestError",
        "VersionError", "TypeMismatchError", "URLMismatchError", "IndexSizeError", "WrongDocumentError",
        "NoModificationAllowedError", "NamespaceError", "TimeoutStateError", "BodyNotHttplibCompatible",
        "URLRequired", "CookieError", "BufferTooShort", "CompressionError", "IdentifierError", "FlushError",
        "ObjectDereferencedError", "AliasConflictParameterError", "AwsChunkedWrapperError",
        "MD5UnavailableError", "UnknownClientMethodError", "OperationNotPageableError", "UnknownRegionError",
        "UnknownFIPSEndpointError", "EndpointVariantError", "EndpointResolutionError", "StubResponseError",
        "UnStubbedResponseError", "ZodError", "ValiError",
    ]),
    (AUTH, names![
        "PermissionError", "NoCredentialsError", "PartialCredentialsError", "RefreshError",
        "DefaultCredentialsError", "SMTPAuthenticationError", "TokenRetrievalError", "NotAllowedError",
        "AuthenticationException", "PasswordRequiredException", "InsufficientPrivilege", "InvalidPassword",
        "NoPermissionError",
    ]),
    (NOT_FOUND, names![
        "FileNotFoundError", "ProcessLookupError", "NoResultFound", "NoSuchTableError", "NoSuchModuleError",
        "UndefinedTable", "UndefinedTableError", "InvalidCatalogName", "InvalidCatalogNameError",
        "NoScriptError", "NoFile", "NoSuchColumnError", "SMTPRecipientsRefused", "DoesNotExist", "Http404",
    ]),
    (CONFLICT, names![
        "FileExistsError", "IntegrityError", "ConstraintError", "InvalidModificationError", "LockNotOwnedError",
    ]),
    (LOST_RACE, names![
        "WatchError", "StaleDataError", "LockError", "SerializationFailure",
        "DeadlockDetected", "DeadlockDetectedError", "LockNotAvailable", "LockNotAvailableError",
        "TransactionConflictException",
    ]),
    (SERVER, names![
        "ReadOnlyError", "BusyLoadingError", "TryAgainError", "ClusterDownError", "MasterDownError",
        "NotPrimaryError", "NotMasterError", "MovedError", "AskError", "ReadOnlySqlTransaction",
        "ReadOnlySQLTransactionError", "AdminShutdown", "AdminShutdownError", "CannotConnectNow",
        "CannotConnectNowError", "CrashShutdown", "CrashShutdownError", "TransientError", "InternalError",
        "EndpointNotReady", "TargetServerAttributeNotMatched", "SlotNotCoveredError", "ClusterError",
    ]),
    (POOL, names![
        "PoolTimeout", "EmptyPoolError", "FullPoolError", "MaxConnectionsError", "WaitQueueTimeoutError",
        "MongoWaitQueueTimeoutError", "SequelizeConnectionAcquireTimeoutError",
    ]),
    (BUSY, names![
        "BlockingIOError", "Full", "QueueFull", "TooManyConnections", "TooManyConnectionsError",
        "BulkheadFullError", "NotReadableError", "WouldBlock", "RejectedExecutionException",
    ]),
    (FULL, names![
        "MemoryError", "OutOfMemoryError", "OutOfMemory", "BrokenProcessPool", "BrokenThreadPool",
        "BrokenExecutor", "DiskFull", "DiskFullError",
    ]),
    (QUOTA, names!["QuotaExceededError"]),
    (UNKNOWN, names!["PermanentError"]),
];
