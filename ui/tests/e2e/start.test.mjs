// Starts that cannot succeed still open a window that says why and what to do.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Hands, hook } from './hands.mjs';
import { cashier, openShop } from './shop.mjs';
import { troubles } from './axe.mjs';
import { keepPicture, openWindow } from './stage.mjs';
import { until } from './webdriver.mjs';

describe('a start that cannot succeed', () => {
  let shop;
  before(() => (shop = openShop()));
  after(() => shop?.remove());

  /** Opens a window that must show a refusal, and gives the refusal as the core says it. */
  async function refused(name, store) {
    const window = await openWindow({ ...shop, ...store });
    const hands = new Hands(window);
    try {
      return await hands.step(name, async () => {
        const error = await hands.ask('startup_error');
        assert.ok(error, 'the core says why');
        await until('the window says it', async () =>
          (await hands.page.run(() => document.body.innerText)).includes(error.message),
        );
        const asked = await hands.page.ask('staff_list');
        assert.equal(asked.refused?.code, error.code, 'every command answers the same');
        assert.ok(error.message.length > 10 && error.next.length > 5, 'a sentence and a next step');
        return error;
      });
    } finally {
      await window.close();
    }
  }

  test('no ledger there: the first day of a cooperative', { timeout: 60_000 }, async () => {
    const ledger = join(shop.folder, 'first-day/ledger.db');
    const window = await openWindow({ ...shop, ledger, keyFile: join(shop.folder, 'first-day/own.key') });
    const hands = new Hands(window);
    try {
      await hands.step('the first day', async () => {
        assert.equal((await hands.ask('startup_error')).code, 'ledger_missing');
        await hands.see('start-join');
        assert.deepEqual(await troubles(window.page), []);
        await hands.click('start-new');
        await hands.see('coop-name');
        assert.equal(existsSync(ledger), false, 'none is made by opening');
        for (const [field, text] of [
          ['coop-name', 'KDMP Mekar Baru'],
          ['coop-region', '51.02.03.2004'],
          ['manager', 'Ni Wayan Sri'],
          ['new-pin', '246810'],
          ['new-pin-again', '246810'],
        ]) {
          await hands.page.type(hook(field), text);
        }
        await keepPicture(window, 'mulai');
        await hands.click('found');
        await hands.unlock({ name: 'Ni Wayan Sri', pin: '246810' });
        const status = await hands.ask('status');
        assert.deepEqual([status.coop_name, status.zone, status.staff.role], ['KDMP Mekar Baru', 'WITA', 'manager']);
        const { total } = await hands.ask('item_page', { query: '', offset: 0, limit: 10 });
        assert.equal(total, 0);
        await hands.goTo('items');
        await hands.goTo('members');
        await hands.goTo('home');
      });
    } finally {
      await window.close();
    }
  });

  test('a wrong key', { timeout: 60_000 }, async () => {
    const keyFile = join(shop.folder, 'wrong.key');
    writeFileSync(keyFile, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    await refused('a wrong key', { keyFile });
  });

  test('no key file', { timeout: 60_000 }, async () => {
    const keyFile = join(shop.folder, 'missing.key');
    await refused('no key file', { keyFile });
    assert.equal(existsSync(keyFile), false, 'none is made by opening');
  });

  test('a second window on the same ledger, and again once the first is closed', { timeout: 60_000 }, async () => {
    const first = await openWindow(shop);
    const hands = new Hands(first);
    await hands.step('first window', () => hands.unlock(cashier(shop.staff)));
    const error = await refused('a second window', {});
    assert.equal(error.code, 'ledger_in_use');

    const waiting = await openWindow(shop);
    try {
      await until('it says so', async () => (await waiting.page.ask('startup_error')).ok?.code === 'ledger_in_use');
      await first.close();
      await until('the people are shown after another try', async () => {
        await waiting.page.run(() => document.querySelector('main.start button')?.click());
        return (await waiting.page.count('[data-testid^="staff-"]')) > 0;
      });
      assert.equal(await waiting.page.count(hook('pin')), 1);
    } finally {
      await waiting.close();
    }
  });
});
