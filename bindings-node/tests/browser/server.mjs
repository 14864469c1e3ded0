// A static server for the package and its pages, and a flaky backend; each on a port of its own, so that one is another origin.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createPort } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.html': 'text/html',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Serves `folders` (a path's first part to a folder), and remembers what was asked for. */
export async function serveFiles(folders, headers = {}) {
  const asked = [];
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    asked.push(pathname);
    const [, first, ...rest] = normalize(pathname).split('/');
    try {
      const bytes = await readFile(join(folders[first], ...rest));
      response.writeHead(200, {
        'content-type': TYPES[extname(pathname)] ?? 'text/plain',
        'service-worker-allowed': '/',
        ...headers,
      });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  return { asked, ...(await listening(server)) };
}

/** The folders of the package, as {@link serveFiles} takes them. */
export const FOLDERS = { dist: here('../../dist'), pkg: here('../../../bindings-wasm/pkg'), pages: here('pages') };

/**
 * A backend that fails as it is told by the URL: `/fails/<key>?times=2&status=503` answers so often with that status (or `reset`,
 * or `hang`), and then with 200 and what it was asked. `/calls/<key>` lists the methods that it saw.
 */
export async function serveFlaky() {
  const seen = new Map();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const [, act, key] = pathname.split('/');
    const open = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
      'access-control-allow-methods': '*',
    };
    const cors = searchParams.has('closed') ? {} : { ...open, 'access-control-expose-headers': 'retry-after' };
    // A preflight is the browser's own.
    if (request.method === 'OPTIONS') return response.writeHead(204, cors).end();
    const calls = seen.get(key) ?? [];
    if (act === 'calls') return response.writeHead(200, cors).end(JSON.stringify(calls));
    calls.push([request.method, request.headers['idempotency-key'] ?? null]);
    seen.set(key, calls);
    const status = searchParams.get('status') ?? '503';
    if (calls.length > Number(searchParams.get('times') ?? 0)) {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        response.writeHead(200, { ...cors, 'content-type': 'application/json' });
        response.end(JSON.stringify({ key, body, calls: calls.length }));
      });
    } else if (status === 'reset') {
      request.socket.resetAndDestroy();
    } else if (status !== 'hang') {
      const after = searchParams.get('after');
      response.writeHead(Number(status), { ...cors, ...(after && { 'retry-after': after }) });
      response.end('busy');
    }
  });
  return listening(server);
}

/** A port that nobody listens on. */
export async function closedPort() {
  const server = createPort();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}
