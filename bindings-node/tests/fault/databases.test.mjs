import { after, test } from 'node:test';
import Redis from 'ioredis';
import { MongoClient } from 'mongodb';
import mysql2 from 'mysql2/promise';
import pg from 'pg';
import { createClient } from 'redis';

import * as fake from './databases.mjs';
import { assertMeans, thrownBy } from './meaning.mjs';
import { answering, close, nobody, resetting, silent } from './servers.mjs';

after(close);

/** A query of each client, to a port of this machine; it takes no longer than so many milliseconds to connect. */
const query = {
  async pg(port, { within = 10_000 } = {}) {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'u',
      password: 'p',
      connectionTimeoutMillis: within,
    });
    client.on('error', () => {});
    await client.connect();
    try {
      await client.query('select 1');
    } finally {
      await client.end();
    }
  },
  async mysql2(port, { within = 10_000 } = {}) {
    const connection = await mysql2.createConnection({ host: '127.0.0.1', port, user: 'u', connectTimeout: within });
    try {
      await connection.query('select 1');
    } finally {
      connection.destroy();
    }
  },
  async ioredis(port, options) {
    const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: 1, retryStrategy: () => 1, ...options });
    client.on('error', () => {});
    try {
      await client.get('key');
    } finally {
      client.disconnect();
    }
  },
  async redis(port) {
    const client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: false } });
    client.on('error', () => {});
    await client.connect();
    try {
      await client.get('key');
    } finally {
      client.destroy();
    }
  },
  async mongodb(port, { within = 10_000 } = {}) {
    const options = { serverSelectionTimeoutMS: within, retryReads: false, retryWrites: false };
    const client = new MongoClient(`mongodb://127.0.0.1:${port}`, options);
    try {
      await client.db('x').collection('y').insertOne({ a: 1 });
    } finally {
      await client.close();
    }
  },
};

const POSTGRES = [
  ['23505', 'conflict', false],
  ['40001', 'conflict', true],
  ['40P01', 'conflict', true],
  ['42601', 'invalid_request', false],
  ['42P01', 'not_found', false],
  ['42501', 'auth', false],
  ['53300', 'resource', true],
  ['53100', 'resource', false],
  ['57014', 'timeout', true],
  ['57P01', 'server', true],
  ['25006', 'server', true],
];
for (const [sqlstate, category, retryable] of POSTGRES) {
  test(`pg: a query that ends in ${sqlstate} is ${category}`, async () => {
    const port = await fake.postgres(sqlstate);
    assertMeans(await thrownBy(() => query.pg(port)), [category, retryable, `sqlstate.${sqlstate}`]);
  });
}

const POSTGRES_LOGINS = [
  ['28P01', 'auth', false],
  ['53300', 'resource', true],
  ['57P03', 'server', true],
  ['3D000', 'not_found', false],
];
for (const [sqlstate, category, retryable] of POSTGRES_LOGINS) {
  test(`pg: a login that ends in ${sqlstate} is ${category}`, async () => {
    const port = await fake.postgres(sqlstate, { atLogin: true, severity: 'FATAL' });
    assertMeans(await thrownBy(() => query.pg(port)), [category, retryable, `sqlstate.${sqlstate}`]);
  });
}

test('pg: the words of a server in another language change nothing', async () => {
  const port = await fake.postgres('40001', { text: 'konnte Zugriff nicht serialisieren: nicht gefunden' });
  assertMeans(await thrownBy(() => query.pg(port)), ['conflict', true, 'sqlstate.40001']);
});

const MYSQL = [
  [1213, '40001', 'conflict', true, 'ER_LOCK_DEADLOCK'],
  [1205, 'HY000', 'conflict', true, 'ER_LOCK_WAIT_TIMEOUT'],
  [1062, '23000', 'conflict', false, 'ER_DUP_ENTRY'],
  [1064, '42000', 'invalid_request', false, 'ER_PARSE_ERROR'],
  [1146, '42S02', 'not_found', false, 'ER_NO_SUCH_TABLE'],
  [1290, 'HY000', 'server', true, 'ER_OPTION_PREVENTS_STATEMENT'],
  [1021, 'HY000', 'resource', false, 'ER_DISK_FULL'],
  [3024, 'HY000', 'timeout', true, 'ER_QUERY_TIMEOUT'],
];
for (const [number, sqlstate, category, retryable, name] of MYSQL) {
  test(`mysql2: a query that ends in ${name} is ${category}`, async () => {
    const port = await fake.mysql(number, sqlstate);
    assertMeans(await thrownBy(() => query.mysql2(port)), [category, retryable, `mysql.${name}`]);
  });
}

const MYSQL_LOGINS = [
  [1045, '28000', 'auth', false, 'ER_ACCESS_DENIED_ERROR'],
  [1040, '08004', 'resource', true, 'ER_CON_COUNT_ERROR'],
  [1049, '42000', 'not_found', false, 'ER_BAD_DB_ERROR'],
];
for (const [number, sqlstate, category, retryable, name] of MYSQL_LOGINS) {
  test(`mysql2: a login that ends in ${name} is ${category}`, async () => {
    const port = await fake.mysql(number, sqlstate, { atLogin: true });
    assertMeans(await thrownBy(() => query.mysql2(port)), [category, retryable, `mysql.${name}`]);
  });
}

const REDIS = [
  ['LOADING Redis is loading the dataset in memory', 'server', true],
  ["READONLY You can't write against a read only replica.", 'server', true],
  ['CLUSTERDOWN The cluster is down', 'server', true],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'resource', false],
  ['NOAUTH Authentication required.', 'auth', false],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'invalid_request', false],
];
for (const client of ['ioredis', 'redis']) {
  for (const [reply, category, retryable] of REDIS) {
    const [code] = reply.split(' ');
    test(`${client}: a reply of ${code} is ${category}`, async () => {
      const port = await fake.redis(reply);
      const options = { enableReadyCheck: false };
      const thrown = await thrownBy(() => query[client](port, options));
      assertMeans(thrown, [category, retryable, `redis.${code}`]);
    });
  }
}

test('ioredis: a command for which there was no connection was not cancelled by anybody', async () => {
  const port = await nobody();
  const thrown = await thrownBy(() => query.ioredis(port));
  assertMeans(thrown, ['connection', true, 'type.MaxRetriesPerRequestError']);
});

test('ioredis: a command that takes too long is a timeout', async () => {
  const port = await silent();
  const thrown = await thrownBy(() => query.ioredis(port, { commandTimeout: 50, enableReadyCheck: false }));
  assertMeans(thrown, ['timeout', true, 'words.timed out']);
});

test('redis: a server that speaks another protocol broke the connection', async () => {
  const port = await answering('HTTP/1.1 400 Bad Request\r\n\r\n');
  assertMeans(await thrownBy(() => query.redis(port)), ['connection', true, 'type.*socket*']);
});

const MONGO = [
  [11000, 'DuplicateKey', 'conflict', false],
  [112, 'WriteConflict', 'conflict', true],
  [10107, 'NotWritablePrimary', 'server', true],
  [91, 'ShutdownInProgress', 'server', true],
  [13, 'Unauthorized', 'auth', false],
  [50, 'MaxTimeMSExpired', 'timeout', true],
  [121, 'DocumentValidationFailure', 'conflict', false],
];
for (const [code, codeName, category, retryable] of MONGO) {
  test(`mongodb: a command that ends in ${codeName} is ${category}`, async () => {
    const port = await fake.mongo({ ok: 0, code, codeName, errmsg: 'as told' });
    assertMeans(await thrownBy(() => query.mongodb(port)), [category, retryable, `mongo.${code}`]);
  });
}

test('mongodb: what the server labels as fit for another try is retried', async () => {
  const answer = { ok: 0, code: 99_999, codeName: 'Unheard', errmsg: 'as told', errorLabels: ['RetryableWriteError'] };
  const port = await fake.mongo(answer);
  assertMeans(await thrownBy(() => query.mongodb(port)), ['server', true, 'mongo.RetryableWriteError']);
});

const REFUSED = {
  pg: 'errno.ECONNREFUSED',
  mysql2: 'errno.ECONNREFUSED',
  redis: 'errno.ECONNREFUSED',
  mongodb: 'cause.type.*network*',
};
for (const [client, rule] of Object.entries(REFUSED)) {
  test(`${client}: nobody listens`, async () => {
    const port = await nobody();
    assertMeans(await thrownBy(() => query[client](port, { within: 1000 })), ['connection', true, rule]);
  });
}

test('pg: the connection is reset while it is made', async () => {
  const port = await resetting();
  assertMeans(await thrownBy(() => query.pg(port)), ['connection', true, 'errno.ECONNRESET']);
});

test('pg and mysql2: nobody answers in time', async () => {
  const port = await silent();
  assertMeans(await thrownBy(() => query.pg(port, { within: 100 })), ['timeout', true, 'words.timeout expired']);
  assertMeans(await thrownBy(() => query.mysql2(port, { within: 100 })), ['timeout', true, 'errno.ETIMEDOUT']);
});
