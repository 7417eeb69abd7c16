// What the window must not do, tried in the window itself.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { Hands } from './hands.mjs';
import { cashier, openShop } from './shop.mjs';
import { openWindow } from './stage.mjs';
import { pause, until } from './webdriver.mjs';

describe('the fence around the window', () => {
  let shop;
  let window;
  let hands;
  let page;
  let outside;
  const visits = [];
  const fence = (name, work) => test(name, { timeout: 60_000 }, () => hands.step(name, work));

  before(async () => {
    outside = createServer((request, answer) => {
      visits.push(`${request.method} ${request.url}`);
      answer.end('<!doctype html><title>outside</title>');
    });
    await new Promise((done) => outside.listen(0, '127.0.0.1', done));
    shop = openShop();
    window = await openWindow(shop);
    hands = new Hands(window);
    page = window.page;
    await page.run(() => {
      globalThis.broken = [];
      addEventListener('securitypolicyviolation', (event) => globalThis.broken.push(`${event.violatedDirective}: ${event.blockedURI}`));
    });
  });

  after(async () => {
    await window?.close();
    outside?.close();
    shop?.remove();
  });

  const address = () => `http://127.0.0.1:${outside.address().port}/`;
  const broken = () => page.run(() => globalThis.broken);

  fence('no page breaks the content policy', async () => {
    await hands.unlock(cashier(shop.staff));
    await hands.openTill();
    for (const place of ['home', 'members', 'items', 'questions', 'devices', 'sync', 'till']) {
      await hands.goTo(place);
      await pause(300);
    }
    assert.deepEqual(await broken(), []);
    const shown = await page.run(() => ({
      styles: document.styleSheets.length,
      font: document.fonts.check('16px "Plus Jakarta Sans Variable"'),
      inline: document.querySelectorAll('script:not([src]), style, [onclick], [onload]').length,
    }));
    assert.ok(shown.styles > 0, 'the styles came through');
    assert.ok(shown.font, 'the font came through');
    assert.equal(shown.inline, 0, 'nothing inline');
  });

  fence('the policy is in force: inline code and outside addresses are refused', async () => {
    await page.run(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.head.append(script);
    });
    await page.run((address) => {
      fetch(address).catch(() => {});
      new Image().src = `${address}picture.png`;
      const form = Object.assign(document.createElement('form'), { action: address, method: 'post' });
      document.body.append(form);
      form.submit();
    }, address());
    await until('the refusals are told', async () => (await broken()).length >= 3);
    assert.equal(await page.run(() => globalThis.ran ?? false), false);
    assert.deepEqual(visits, []);
  });

  fence('the window goes nowhere else', async () => {
    const home = await page.run(() => location.origin);
    for (const leave of [
      (address) => { location.href = address; },
      (address) => { location.href = 'data:text/html,<h1>x</h1>'; void address; },
      (address) => { globalThis.open(address); },
      (address) => {
        const link = Object.assign(document.createElement('a'), { href: address, target: '_blank' });
        document.body.append(link);
        link.click();
      },
      (address) => {
        const frame = Object.assign(document.createElement('iframe'), { src: address });
        document.body.append(frame);
      },
    ]) {
      await page.run(leave, address());
      await pause(300);
      assert.equal(await page.run(() => location.origin), home, leave.toString());
    }
    assert.deepEqual(visits, []);
    await hands.ask('status');
  });

  fence('the page may ask the named commands and no other', async () => {
    for (const [command, args] of [
      ['plugin:fs|read_text_file', { path: '/etc/hostname' }],
      ['plugin:shell|execute', { program: 'id', args: [] }],
      ['plugin:window|close', { label: 'main' }],
      ['plugin:webview|create_webview_window', { options: { label: 'x', url: 'https://example.org' } }],
      ['plugin:event|emit', { event: 'x', payload: null }],
      ['plugin:path|resolve_directory', { directory: 1 }],
      ['import_year', { dir: '/tmp' }],
    ]) {
      const answer = await page.ask(command, args);
      assert.match(String(answer.refused), /not allowed|not found/i, command);
    }
    assert.equal(await page.run(() => globalThis.__TAURI__ === undefined), true, 'no global handle on the core');
  });

  fence('arguments of another kind are refused and nothing breaks', async () => {
    for (const [command, args] of [
      ['unlock', { staff: 'nobody', pin: '1' }],
      ['unlock', {}],
      ['update_cart', { cart: { draft_id: 'x', member: null, lines: [{ item: '1-1', quantity: 'many' }] } }],
      ['item_page', { query: '', offset: -1, limit: 10 }],
      ['record_sale', { request: null }],
    ]) {
      const answer = await page.ask(command, args);
      assert.ok('refused' in answer, `${command} took ${JSON.stringify(args)}`);
    }
    await hands.ask('status');
  });
});
