// The demo page, driven once from a working server through an outage and back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { serve } from '../../../examples/demo-web/server.mjs';
import { launch } from './chromium.mjs';

let browser;
let demo;
let page;
const faults = [];

before(async () => {
  demo = await serve();
  browser = await launch();
  page = await browser.context.newPage();
  page.on('pageerror', ({ message }) => faults.push(message));
  await page.goto(demo.origin);
  await page.getByText('each call is made at most 3 times').waitFor();
});
after(async () => {
  await browser?.close();
  demo?.close();
});

const outcomes = () => page.locator('#calls .outcome').allTextContents();
const state = () => page.locator('#states [aria-current] b').textContent();
const shot = (name) =>
  process.env.SCREENSHOTS && page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, fullPage: true });

async function ask(outcome) {
  const calls = await page.locator('#calls li').count();
  await page.getByRole('button', { name: 'Ask once' }).click();
  await page.locator('#calls li').nth(calls).waitFor();
  await page.locator('#calls li').first().getByText(outcome).waitFor();
}

test('a visitor has a price while the server fails, and a fresh one when it is back', async () => {
  await ask('answered');
  assert.equal(await state(), 'closed');
  await page.getByRole('button', { name: 'Break it' }).click();
  await page.getByRole('radio', { name: 'answers 503' }).and(page.locator(':checked')).waitFor();
  await ask('the server answers 503: last price');
  const [failed, waited] = [
    page.locator('#calls li').first().locator('.failed'),
    page.locator('#calls li').first().locator('.wait'),
  ];
  assert.deepEqual([await failed.count(), await waited.count()], [3, 2]);
  assert.match(await page.locator('#price').textContent(), /^\d+\.\d\d €$/);
  assert.equal(await page.locator('#served').textContent(), 'the server answers 503; the last price known');
  await ask(/last price/);
  await page.getByText(/lets the first probe through in \d s/).waitFor();
  assert.equal(await state(), 'open');
  await ask('turned away by the breaker: last price');
  await shot('open');
  await page.getByRole('button', { name: 'Repair it' }).click();
  await page.getByText('the next calls are probes').waitFor();
  await ask('answered');
  await ask('answered');
  await page.locator('#states [aria-current]', { hasText: 'closed' }).waitFor();
  assert.deepEqual((await outcomes()).length, 6);
});

test('the document is taken on when it makes sense, and its faults are shown with their places', async () => {
  const area = page.getByRole('textbox', { name: 'The policy document' });
  const text = await area.inputValue();
  await area.fill(text.replace('"max_attempts": 3', '"max_attempts": 0').replace('"500ms"', '"500"'));
  await page.locator('#problems li').nth(1).waitFor();
  assert.deepEqual(await page.locator('#problems code').allTextContents(), [
    'retry.max_attempts',
    'retry.initial_delay',
  ]);
  assert.equal(await area.getAttribute('aria-invalid'), 'true');
  await shot('wrong');
  await area.fill(text.replace('"max_attempts": 3', '"max_attempts": 2'));
  await page.getByText('each call is made at most 2 times').waitFor();
  assert.equal(await page.locator('#problems li').count(), 0);
});

test('it can be used by keyboard alone, and on a small screen', async () => {
  await page.getByRole('button', { name: 'Break it' }).focus();
  await page.keyboard.press('Enter');
  // The server has been told then, and the radio that has the focus next says so.
  await page.locator('input[value=fails]:checked').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'repair');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.value), 'fails');
  await page.keyboard.press('ArrowDown');
  await page.getByRole('radio', { name: 'answers 429' }).and(page.locator(':checked')).waitFor();
  await ask(/429|price/);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 400, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 400, `${wide} pixels`);
    await shot(`small-${colorScheme}`);
    await page.setViewportSize({ width: 1280, height: 900 });
    await shot(`large-${colorScheme}`);
  }
  assert.deepEqual(faults, []);
});
