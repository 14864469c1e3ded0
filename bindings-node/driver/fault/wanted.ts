/** Which properties of errors are read. A client library is known by them, and none is imported. */

/** Where clients keep the error behind theirs, besides `cause`: there only what is an error counts. */
export const CAUSES = [
  'originalError', // SQL Server, GraphQL, p-retry
  'original', // superagent, Sequelize
  'driverError', // TypeORM
  'lastNodeError', // ioredis' cluster
  'jse_cause', // VError
  'networkError', // Apollo, urql
  'innerError',
  'inner',
  'error', // ErrorEvent, SuppressedError, EventSource
  'reason', // PromiseRejectionEvent
] as const;

/** What is copied as it is, where it is plain. */
const COPIED = [
  '$fault', // AWS
  '$retryable', // AWS
  'CancellationReasons', // DynamoDB
  'body',
  'codeName', // MongoDB
  'data',
  'detail',
  'details',
  'error',
  'errorCode',
  'errorLabels', // MongoDB
  'errorResponse', // MongoDB
  'error_code',
  'error_type',
  'exitCode',
  'extensions', // GraphQL
  'fatal', // MySQL
  'graphQLErrors', // Apollo, urql
  'isRetriable',
  'isCanceled', // execa
  'isRetryable',
  'number', // SQL Server
  'reason',
  'responseBody',
  'responseCode', // nodemailer
  'retriable', // KafkaJS
  'retry_after',
  'retryAfter',
  'retryable',
  'severity', // PostgreSQL
  'sqlState', // MySQL
  'sqlstate',
  'stderr', // a failed process
  'timedOut', // execa
  'type',
] as const;

/** The same, to be asked. */
export const ATTRS: ReadonlySet<string> = new Set(COPIED);

/** Everything that is read of an error. */
export const WANTED: readonly string[] = [
  ...new Set([
    'name',
    'message',
    'code',
    'errno',
    'syscall',
    'status',
    'statusCode',
    'statusText',
    'response',
    'headers',
    'responseHeaders',
    'cause',
    'errors',
    'metadata',
    'rawMessage',
    'meta',
    'output',
    '$metadata',
    '$response',
    ...CAUSES,
    ...COPIED,
  ]),
];

/** What is read of an answer of `fetch`, whose body nobody can read in time. node-fetch warns of other properties. */
export const OF_FETCH: readonly string[] = ['status', 'statusText', 'headers'];

/** Where an answer has its body: GraphQL's, axios', superagent's and got's, ofetch's, Azure's. */
export const BODIES = ['errors', 'data', 'body', '_data', 'bodyAsText'] as const;

/** What is read of the answer that an error carries. */
export const OF_RESPONSE: readonly string[] = ['status', 'statusCode', 'headers', ...BODIES];
