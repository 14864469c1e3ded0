// A real Chromium without a window, with a profile that is thrown away.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function launch(options = {}) {
  const executablePath = PLACES.find((path) => path && existsSync(path));
  if (executablePath === undefined)
    throw new Error('missing: Chromium (Debian: apt-get install chromium; or set CHROMIUM)');
  const profile = mkdtempSync(join(tmpdir(), 'failsoft-chromium-'));
  const quiet = ['no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking'];
  const args = [...quiet, 'disable-component-update', 'disable-sync'].map((flag) => `--${flag}`);
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args, ...options });
  context.setDefaultTimeout(30_000);
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
