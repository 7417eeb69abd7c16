// Two windows and a real centre: pairing, the four words, a question, a courier file, and a till that starts anew.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { troubles } from './axe.mjs';
import { openCentre } from './centre.mjs';
import { Hands, hook } from './hands.mjs';
import { lumbung, openShop } from './shop.mjs';
import { keepPicture, openWindow } from './stage.mjs';
import { pause, until } from './webdriver.mjs';

const PIN = '246810';
/** A round with a first fetch may take a while on a busy machine. */
const PATIENCE_MS = 60_000;

describe('two tills and a centre', () => {
  let centre;
  let shop;
  let other;
  let stick;
  let first;
  let second;
  const walk = (name, work) => test(name, { timeout: 180_000 }, () => first.step(name, () => (second ? second.step(`${name} (second till)`, work) : work())));

  before(async () => {
    centre = await openCentre();
    shop = openShop();
    // The folder that was used last is offered like a stick.
    stick = join(shop.folder, 'KOPERASI');
    mkdirSync(stick);
    await lumbung(shop, 'courier', 'export', join(stick, 'kurir-A.lumbung'));
    first = new Hands(await openWindow(shop));
    const folder = mkdtempSync(join(tmpdir(), 'lumbung-second-'));
    other = { folder, ledger: join(folder, 'shop/ledger.db'), keyFile: join(folder, 'shop/ledger.key') };
  });

  after(async () => {
    await first?.window.close();
    await second?.window.close();
    await centre?.close();
    shop?.remove();
    if (other) rmSync(other.folder, { recursive: true, force: true });
  });

  const clean = async (hands) => assert.deepEqual(await troubles(hands.page), []);

  async function fill(hands, name, text) {
    await hands.see(name);
    await hands.page.run((css) => {
      const field = document.querySelector(css);
      field.focus();
      field.select();
    }, hook(name));
    await hands.page.write(text);
  }

  /** Address as people type it, code in small letters without its dashes. */
  async function pair(hands, code) {
    if ((await hands.page.run((css) => document.querySelector(css).value, hook('pairing-url'))) !== centre.url) {
      await fill(hands, 'pairing-url', centre.url.replace('http://', ''));
    }
    await fill(hands, 'pairing-code', code.replaceAll('-', '').toLowerCase());
    const typed = await hands.page.run((css) => document.querySelector(css).value, hook('pairing-code'));
    assert.equal(typed, code, 'the field groups what is typed');
    await hands.click('pairing-send');
  }

  /** Syncs until everything of this till is at the centre. */
  async function sync(hands) {
    await hands.ask('sync_now');
    await pause(400);
    await until('everything is sent', async () => {
      const { sync } = await hands.ask('status');
      return sync.state === 'current' && sync.waiting === 0;
    }, PATIENCE_MS);
  }

  /** Syncs both until they hold the same documents. */
  async function level() {
    const held = async (hands) => {
      const [{ sync }, { devices }] = [await hands.ask('status'), await hands.ask('device_page')];
      return JSON.stringify([sync.waiting === 0, devices.map(({ device_no, documents }) => [device_no, documents])]);
    };
    await until('both tills hold the same', async () => {
      for (const hands of [first, second]) await hands.ask('sync_now');
      await pause(500);
      const [here, there] = [await held(first), await held(second)];
      return here.startsWith('[true') && here === there;
    }, PATIENCE_MS);
  }

  const invitation = async () => {
    await first.goTo('devices');
    await first.click('invite');
    await first.see('invitation-code');
    return first.page.run((css) => Array.from(document.querySelectorAll(css), (group) => group.textContent).join('-'), `${hook('invitation-code')} li`);
  };

  const wordsOf = (hands) =>
    hands.page.run((css) => Array.from(document.querySelectorAll(css), (word) => word.textContent), '[data-testid^="word-"] b');

  let keeper;
  walk('a till that never met a centre says so, and is connected', async () => {
    const manager = shop.staff.find(({ role }) => ['manager', 'manajer'].includes(role));
    keeper = { name: manager.name, pin: PIN };
    await first.unlock(manager);
    assert.equal((await first.ask('status')).sync.state, 'alone');
    await first.goTo('devices');
    await first.see('device-0');
    await clean(first);
    await first.goTo('sync');
    await first.see('pairing-url');
    await clean(first);
    await pair(first, centre.foundersCode('KDMP Sukamaju'));
    await first.see('sync-now', PATIENCE_MS);
    await until('all is sent', async () => (await first.ask('status')).sync.state === 'current', PATIENCE_MS);
    await first.textWhere('sync-pill', (text) => text.includes('Semua terkirim'), PATIENCE_MS);
    await clean(first);
  });

  let code;
  walk('a code for a second till, with its picture', async () => {
    code = await invitation();
    assert.match(code, /^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
    await until('the picture is drawn', () =>
      first.page.run((css) => document.querySelector(css).naturalWidth > 0, hook('invitation-picture')),
    );
    assert.match(await first.text('invitation-left'), /\d+\.\d\d/);
    await clean(first);
    // The invitation reaches the centre before its code is used.
    await sync(first);
  });

  walk('the second till joins and waits for keys', async () => {
    mkdirSync(join(other.folder, 'shop'), { recursive: true });
    second = new Hands(await openWindow(other));
    await second.see('start-join');
    await clean(second);
    await second.click('start-join');
    await pair(second, code);
    await second.see('new-pin', PATIENCE_MS);
    await clean(second);
    await fill(second, 'new-pin', PIN);
    await fill(second, 'new-pin-again', PIN);
    await second.click('set-first-pin');
    await second.see('nav-devices');
    await sync(second);
    await second.goTo('devices');
    await second.see('own-words');
    await clean(second);
  });

  walk('four words are the same on both screens, and keys are handed over', async () => {
    await first.see('words-same', PATIENCE_MS);
    const [here, there] = [await wordsOf(first), await wordsOf(second)];
    assert.equal(here.length, 4);
    assert.deepEqual(here, there);
    await clean(first);
    await keepPicture(first.window, 'perangkat');
    await first.click('words-differ');
    await clean(first);
    await first.page.run((css) => document.querySelector(css).click(), '.drawer footer .quiet-button');
    await first.click('words-same');
    await first.gone('words-same');
    await level();
    await second.gone('own-words');
    const names = async (hands) => (await hands.ask('member_page', { query: '', offset: 0, limit: 5 })).rows.map(({ name }) => name);
    assert.deepEqual(await names(second), await names(first));
  });

  walk('a price changed on both is a question, settled once', async () => {
    const query = { query: '', offset: 0, limit: 1 };
    const { rows: [row] } = await first.ask('item_page', query);
    const changed = (price_rp) => {
      const { item, sku, barcodes, name, category, unit, weighed, member_price_rp, reorder_min, active } = row;
      return { request: { item, sku, barcodes, name, category, unit, weighed, price_rp, member_price_rp, reorder_min, active } };
    };
    await first.ask('save_item', changed(row.price_rp + 500));
    await second.ask('save_item', changed(row.price_rp + 700));
    await level();
    const open = (await first.ask('status')).sync.questions;
    assert.ok(open >= 1, 'the first till asks');
    await first.goTo('questions');
    const asked = (await first.ask('question_page')).questions.findIndex(({ kind }) => kind === 'field_conflict');
    assert.ok(asked >= 0, 'about the two prices');
    await first.click(`question-${asked}`);
    await first.see('choice-1');
    await first.see('questions-badge');
    await clean(first);
    await keepPicture(first.window, 'pertanyaan');
    const title = await first.text('question-title');
    await first.page.press('2');
    await first.page.press('Enter');
    await until('it is settled', async () => (await first.ask('status')).sync.questions === open - 1);
    await until('the page goes on', async () => (await first.text('question-title')) !== title);
    await level();
    assert.equal((await second.ask('status')).sync.questions, open - 1, 'the second till does not ask again');
    const price = async (hands) => (await hands.ask('item_page', query)).rows[0].price_rp;
    assert.equal(await price(second), await price(first));
  });

  walk('a courier file goes out and comes in, twice without harm', async () => {
    const place = async (hands) => {
      const places = await hands.ask('courier_places');
      const at = places.findIndex(({ folder }) => folder === stick);
      assert.ok(at >= 0, 'the folder is offered');
      return { at, files: places[at].files };
    };
    await first.goTo('sync');
    await first.click(`courier-copy-${(await place(first)).at}`);
    await first.textWhere('courier-result', (text) => text.includes('Stik boleh dicabut'), PATIENCE_MS);
    assert.equal(readdirSync(stick).filter((name) => name.endsWith('.lumbung')).length, 2);

    await second.window.close();
    const read = await lumbung(other, 'courier', 'import', join(stick, 'kurir-A.lumbung'));
    assert.equal(read.pulled, 0, 'everything is there already');
    second = new Hands(await openWindow(other));
    await second.unlock(keeper);
    await second.goTo('sync');
    const { at, files } = await place(second);
    for (const index of files.keys()) {
      await second.click(`courier-read-${at}-${index}`);
      await second.textWhere('courier-result', (text) => text.includes('sudah ada di sini'), PATIENCE_MS);
    }
    await clean(second);
    await first.goTo('home');
    await first.goTo('sync');
    await first.see('sync-history');
    await first.see('courier-place-0');
    await clean(first);
    await keepPicture(first.window, 'sinkronisasi');
  });

  walk('the second till is ended with its reason, and told so', async () => {
    await first.goTo('devices');
    await until('both tills are listed', async () => (await first.page.count('[data-testid^="device-"]')) >= 3);
    const at = (await first.ask('device_page')).devices.findIndex(({ letter }) => letter === 'B');
    await first.click(`device-${at}`);
    await first.click('end-device');
    await clean(first);
    await first.click('reason-written_off');
    await first.click('end-understood');
    await first.click('end-confirm');
    await first.gone('end-confirm');
    await sync(first);
    await second.ask('sync_now');
    await second.see('sync-trouble', PATIENCE_MS);
    await second.goTo('till');
    await second.click('sync-settle');
    await second.see('enrol-anew');
    await clean(second);
  });

  walk('it goes on under a new letter', async () => {
    const again = await invitation();
    await sync(first);
    await pair(second, again);
    await second.see('unlock', PATIENCE_MS);
    assert.equal((await second.ask('status')).device_letter, 'C');
    await clean(second);
    await second.unlock(keeper);
    await second.gone('sync-trouble');
    await second.goTo('devices');
    assert.equal(await second.page.count(hook('enrol-anew')), 0);
    await level();
  });

  test('both books verify', { timeout: 120_000 }, async () => {
    await first.window.close();
    await second.window.close();
    for (const store of [shop, other]) {
      const found = await lumbung(store, 'verify');
      assert.equal(found.ok, true, JSON.stringify(found.faults));
    }
  });
});
