// Serves the page, the package, and a backend that breaks when it is told to: `node server.mjs [port]`.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';

const PAGE = new URL('page/', import.meta.url);
const PACKAGE = new URL('../../bindings-node/dist/', import.meta.url);
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** What the backend does with a request for a price, by the name of its mood. */
const MOODS = {
  works: (_, response) => price(response),
  flaky: (_, response) => (Math.random() < 0.5 ? refuse(response, 503) : price(response)),
  fails: (_, response) => refuse(response, 503),
  busy: (_, response) => refuse(response, 429, { 'retry-after': '2' }),
  hangs: () => {},
  cuts: (request) => request.socket.destroy(),
};

function price(response) {
  const euros = 40 + 5 * Math.sin(Date.now() / 20_000);
  // As slow as a backend is, so that there is something to see.
  setTimeout(() => send(response, 200, JSON.stringify({ euros: Number(euros.toFixed(2)) }), TYPES['.json']), 150);
}

function refuse(response, status, headers) {
  setTimeout(() => send(response, status, JSON.stringify({ error: 'no price' }), TYPES['.json'], headers), 80);
}

function send(response, status, body, type, headers = {}) {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...headers });
  response.end(body);
}

/** @param {number} port 0 for any that is free */
export async function serve(port = 0) {
  let mood = 'works';
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/api/price') return MOODS[mood](request, response);
    if (pathname.startsWith('/mood')) {
      const wish = pathname.split('/')[2];
      if (request.method === 'POST' && Object.hasOwn(MOODS, wish)) mood = wish;
      return send(response, 200, JSON.stringify(mood), TYPES['.json']);
    }
    const path = pathname === '/' ? '/index.html' : pathname;
    const [, folder, name] = path.match(/^\/(failsoft\/)?([\w.-]+)$/) ?? [];
    try {
      const bytes = await readFile(new URL(name, folder ? PACKAGE : PAGE));
      return send(response, 200, bytes, TYPES[extname(name)] ?? 'text/plain');
    } catch {
      return send(response, 404, 'no such page', 'text/plain');
    }
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { origin } = await serve(Number(process.argv[2] ?? 0));
  console.log(`open ${origin} (Ctrl+C ends it)`);
}
