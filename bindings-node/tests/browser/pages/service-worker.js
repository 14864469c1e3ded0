import { wrapFetch } from '/dist/web.js';

const fetchWell = wrapFetch(fetch, { retry: { initial_delay: '1ms' }, timeout: { attempt: '5s' } });
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  // The page's own request, and navigations too.
  if (new URL(event.request.url).pathname.startsWith('/fails/')) event.respondWith(fetchWell(event.request));
});
