// Servers on the loopback that answer as they are told, badly or not at all.
import http from 'node:http';
import net from 'node:net';

const open = new Set();

/** Makes a server listen on a port of its own. */
const listening = (server) =>
  new Promise((resolve) => {
    open.add(server);
    server.sockets = new Set();
    server.on('connection', (socket) => {
      server.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => server.sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });

/** Ends every server and its connections, so that the process can end. */
export function close() {
  for (const server of open) {
    for (const socket of server.sockets) socket.destroy();
    server.close();
  }
}

/** A port at which nobody listens. */
export async function nobody() {
  const server = net.createServer();
  const port = await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server for which `talk(socket)` is everything. */
export const tcp = (talk) => listening(net.createServer(talk));

/** A server that answers the first bytes it gets with these. */
export const answering = (bytes) => tcp((socket) => socket.once('data', () => socket.end(bytes)));

/** A server that breaks off: `socket` is reset when its first bytes come. */
export const resetting = () => tcp((socket) => socket.once('data', () => socket.resetAndDestroy()));

/** A server that says nothing, ever. */
export const silent = () => tcp(() => {});

/**
 * An HTTP server: `/503` answers that status, with the hint to come back after seven seconds where such a hint is usual;
 * `/slow` says nothing, `/reset` breaks off, `/cut` ends in the middle of its body, `/garbage` speaks no HTTP.
 *
 * @param {(status: number) => object} [body] what an answer has in it
 */
export function web(body = (status) => ({ message: `status ${status}` })) {
  const server = http.createServer((request, response) => {
    const path = new URL(request.url, 'http://x').pathname.split('/').find((part) => part in odd || /^\d+$/.test(part));
    request.resume();
    if (path in odd) return odd[path](response);
    const status = Number(path);
    if (status === 429 || status === 503) response.setHeader('Retry-After', '7');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body(status)));
  });
  return listening(server);
}

const odd = {
  slow: () => {},
  reset: (response) => response.socket.resetAndDestroy(),
  cut: (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
    response.write('{"half": ');
    setTimeout(() => response.socket.destroy(), 20);
  },
  garbage: (response) => response.socket.end('this is no HTTP\r\n\r\n'),
};
