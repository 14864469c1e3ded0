import { wrapFetch } from '/dist/web.js';

const fetchWell = wrapFetch(fetch, { retry: { initial_delay: '1ms' } });
addEventListener('message', async ({ data }) => {
  const response = await fetchWell(data);
  postMessage({ status: response.status, ...(await response.json()) });
});
