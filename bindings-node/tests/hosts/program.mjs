// A program that is the same in every host: a server that fails, and a client that copes.
import { createServer } from 'node:http';

import { classify, Policy, reportOf, wrapFetch } from 'failsoft';

const answers = { '/recovers': [503, 503, 200], '/cuts': [0, 200], '/posted': [500], '/busy': [429, 200] };
const server = createServer(({ url, socket }, response) => {
  const status = answers[url].shift() ?? 200;
  if (status === 0) socket.destroy();
  else response.writeHead(status, { 'retry-after': '0.01' }).end(`answer ${status}`);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();

const policy = Policy.from({ retry: { initial_delay: '1ms' }, timeout: { attempt: '5s' }, circuit_breaker: {} });
const ask = wrapFetch(fetch, policy);
for (const [path, method] of [
  ['/recovers', 'GET'],
  ['/cuts', 'PUT'],
  ['/posted', 'POST'],
  ['/busy', 'POST'],
]) {
  const response = await ask(`http://127.0.0.1:${port}${path}`, { method, body: method === 'GET' ? undefined : 'x' });
  console.log(path, response.status, await response.text());
}
const recovered = await ask(`http://127.0.0.1:${port}/recovers`);
console.log(reportOf(recovered), policy.circuitBreaker.state);

// A port of its own: on one that there were connections to, a client can't be sure that nothing was sent.
const gone = createServer();
await new Promise((resolve) => gone.listen(0, '127.0.0.1', resolve));
const closed = gone.address().port;
await new Promise((resolve) => gone.close(resolve));
const error = await ask(`http://127.0.0.1:${closed}/`, { method: 'POST', body: 'x' }).catch((error) => error);
console.log('refused', classify(error).category, reportOf(error).attemptCount);
const aborted = await ask(`http://127.0.0.1:${port}/`, { signal: AbortSignal.abort('enough') }).catch(
  (reason) => reason,
);
console.log(aborted);
server.close();
server.closeAllConnections();
