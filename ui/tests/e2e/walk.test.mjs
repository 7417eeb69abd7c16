// A cashier's morning in the real window, from the PIN to a power cut and back.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Hands, hook, rupiah } from './hands.mjs';
import { cashier, lumbung, openShop } from './shop.mjs';
import { keepPicture, openWindow } from './stage.mjs';
import { pause, until } from './webdriver.mjs';

/** Notes typed by the cashier are flushed within two seconds. */
const FLUSHED_MS = 2_500;

describe('a morning at the till', () => {
  let shop;
  let window;
  let hands;
  let goods;
  const sold = [];

  // Each test goes on where the one before stopped; after a failure the rest could only fail too.
  const walk = (name, work) => test(name, { timeout: 120_000 }, () => hands.step(name, work));

  before(async () => {
    shop = openShop();
    window = await openWindow(shop);
    hands = new Hands(window);
  });

  after(async () => {
    await window?.close();
    shop?.remove();
  });

  walk('a wrong PIN is refused with a sentence', async () => {
    const person = cashier(shop.staff);
    await until('the people are shown', async () => (await hands.page.count('[data-testid^="staff-"]')) > 0, 20_000);
    const card = (await hands.ask('staff_list')).find(({ name }) => name === person.name);
    await hands.click(`staff-${card.staff}`);
    await hands.page.type(hook('pin'), person.pin === '999999' ? '888888' : '999999');
    await hands.click('unlock');
    await until('the refusal is shown', async () => /PIN/.test((await hands.page.text(`${hook('message')} .wrong`)) ?? ''));
  });

  walk('unlock and open the shift', async () => {
    await hands.unlock(cashier(shop.staff));
    await hands.openTill('100000');
    goods = await hands.shelf();
  });

  walk('three scans, exact cash, one key', async () => {
    for (const [index, item] of goods.pieces.slice(0, 3).entries()) {
      await hands.scanInto(item.barcodes[0], index + 1);
    }
    const total = await hands.total();
    assert.equal(total, goods.pieces.slice(0, 3).reduce((sum, { price_rp }) => sum + price_rp, 0));
    await hands.page.press('F8');
    const { no, receipt } = await hands.done();
    assert.equal(rupiah(await hands.text('change')), 0);
    assert.ok(receipt.includes(no), 'the receipt bears its number');
    assert.ok(receipt.split('\n').every((line) => line.length <= 32), 'the receipt has 32 columns');
    sold.push({ no, total });
  });

  walk('the same code twice is one line of two', async () => {
    const [item] = goods.pieces;
    await hands.scanInto(item.barcodes[0], 1);
    await hands.scan(item.barcodes[0]);
    await until('the total of two', async () => (await hands.total()) === 2 * item.price_rp);
    assert.equal(await hands.lines(), 1);
  });

  walk('scans in quick succession all count and leave nothing in the input', async () => {
    const [item] = goods.pieces;
    for (let index = 0; index < 5; index++) {
      await hands.scan(item.barcodes[0]);
      await pause(170);
    }
    await until('the total of seven', async () => (await hands.total()) === 7 * item.price_rp);
    assert.equal(await hands.page.run((css) => document.querySelector(css).value, hook('till-input')), '');
  });

  walk('a scan counts wherever the focus is, even nowhere', async () => {
    const [item] = goods.pieces;
    await hands.page.run(() => document.activeElement.blur());
    await hands.scan(item.barcodes[0]);
    await until('the total of eight', async () => (await hands.total()) === 8 * item.price_rp);
    assert.equal(await hands.page.run((css) => document.querySelector(css).value, hook('till-input')), '');
  });

  walk('an unknown code is told and changes nothing', async () => {
    const total = await hands.total();
    await hands.scan('8990000000004');
    await hands.textWhere('message', (text) => text.includes('8990000000004'));
    assert.equal(await hands.total(), total);
  });

  walk('hold, serve another, resume', async () => {
    const held = await hands.total();
    await hands.page.press('F4');
    await hands.see('cart-empty');
    await hands.scanInto(goods.pieces[1].barcodes[0], 1);
    await hands.page.press('F9');
    const { no } = await hands.done(sold.at(-1)?.no);
    sold.push({ no, total: goods.pieces[1].price_rp });
    await hands.page.press('F5');
    await hands.click('held-0');
    await until('the held cart is back', async () => (await hands.lines()) === 1 && (await hands.total()) === held);
  });

  walk('weighed goods by quantity, star and a name', async () => {
    const [item] = goods.weighed;
    const before = await hands.total();
    await hands.pick(`1,5*${item.name}`, 2);
    // Half a rupiah goes up, once, at the line.
    assert.equal((await hands.total()) - before, Math.floor((1500 * item.price_rp) / 1000 + 0.5));
  });

  walk('a member on bon', async () => {
    const { rows } = await hands.ask('member_page', { query: '', offset: 0, limit: 200 });
    const total = await hands.total();
    const [least] = rows.toSorted((one, other) => one.bon_rp - other.bon_rp);
    const cards = await hands.ask('search_members', { query: least.member_no });
    const card = cards.find(({ bon_rp, bon_limit_rp }) => bon_limit_rp - bon_rp >= total);
    assert.ok(card, 'a member of the demo may still take goods on bon');
    await hands.callMember(card);
    const asked = await hands.total();
    assert.ok(asked <= total, 'a member pays no more than others');
    await hands.page.press('F10');
    const { no, receipt } = await hands.done(sold.at(-1)?.no);
    sold.push({ no, total: asked });
    assert.ok(receipt.includes(card.member_no) || receipt.includes(card.name), 'the receipt names the member');
    const [now] = (await hands.ask('search_members', { query: card.name })).filter(({ member }) => member === card.member);
    assert.equal(now.bon_rp, card.bon_rp + asked);
  });

  walk('cash with change: one key for a likely note, or the amount typed', async () => {
    await hands.scanInto(goods.pieces[2].barcodes[0], 1);
    const total = await hands.total();
    const note = rupiah(await hands.page.text(`${hook('note-0')} b`));
    assert.ok(note > total);
    await hands.page.press('Control', '1');
    const first = await hands.done(sold.at(-1)?.no);
    assert.equal(rupiah(await hands.text('change')), note - total);
    sold.push({ no: first.no, total });

    await hands.scanInto(goods.pieces[2].barcodes[0], 1);
    await hands.click('note-other');
    await hands.see('tendered');
    await hands.page.write(String(total + 500));
    await hands.click('pay');
    const second = await hands.done(first.no);
    assert.equal(rupiah(await hands.text('change')), 500);
    sold.push({ no: second.no, total });
  });

  walk('a return by its receipt', async () => {
    const [first] = sold;
    await hands.page.press('F6');
    await hands.see('return-find');
    await hands.page.write(first.no);
    await hands.page.press('Enter');
    await hands.see('return-line-0');
    await hands.click('return-more-0');
    await hands.click('return-confirm');
    await hands.done(sold.at(-1)?.no);
    const receipt = await hands.ask('find_receipt', { text: first.no });
    assert.equal(receipt.lines[0].returned, 1000);
    assert.equal(receipt.lines[1].returned, 0);
  });

  walk('a copy of a receipt is marked as one', async () => {
    await hands.page.press('F7');
    await hands.click('receipt-0');
    await hands.textWhere('receipt', (text) => text.includes('SALINAN'));
    await hands.page.press('Escape');
  });

  walk('a kill in mid-cart loses neither the cart nor a sale', async () => {
    await hands.scanInto(goods.pieces[0].barcodes[0], 1);
    await hands.scanInto(goods.pieces[1].barcodes[0], 2);
    const total = await hands.total();
    const before = await hands.ask('recent_receipts');
    await pause(FLUSHED_MS);
    await window.kill();

    window = await openWindow(shop);
    hands = new Hands(window);
    await hands.unlock(cashier(shop.staff));
    await hands.openTill();
    await until('the cart is back', async () => (await hands.lines()) === 2);
    assert.equal(await hands.total(), total);
    const again = await hands.ask('recent_receipts');
    assert.deepEqual(again.map(({ receipt_no }) => receipt_no), before.map(({ receipt_no }) => receipt_no));
    for (const { no, total } of sold) assert.equal((await hands.ask('find_receipt', { text: no })).total_rp, total);
  });

  walk('the cart that came back can be paid', async () => {
    const total = await hands.total();
    await hands.page.press('F8');
    const { no } = await hands.done();
    sold.push({ no, total });
  });

  walk("a member's larger cart, paid with a note", async () => {
    const { rows } = await hands.ask('member_page', { query: '', offset: 0, limit: 200 });
    const [most] = rows.toSorted((one, other) => other.purchases_this_year_rp - one.purchases_this_year_rp);
    for (const [index, item] of goods.pieces.slice(0, 4).entries()) await hands.scanInto(item.barcodes[0], index + 1);
    await hands.pick(`1,25*${goods.weighed[0].name}`, 5);
    await hands.callMember(most);
    await keepPicture(window, 'kasir');
    const total = await hands.total();
    await hands.page.press('Control', '1');
    const { no } = await hands.done(sold.at(-1)?.no);
    sold.push({ no, total });
    assert.ok(rupiah(await hands.text('change')) > 0);
    await keepPicture(window, 'struk');
  });

  walk('items, members and home are shown', async () => {
    await hands.goTo('items');
    await hands.see('item-row-0');
    await keepPicture(window, 'barang');
    await hands.goTo('members');
    await hands.see('member-row-0');
    await hands.click('member-row-0');
    await hands.see('member-name');
    await keepPicture(window, 'anggota');
    await hands.goTo('home');
    const today = rupiah(await hands.textWhere('sales-today', (text) => /\d/.test(text)));
    assert.ok(today > 0);
    await keepPicture(window, 'beranda');
  });

  walk('in English too', async () => {
    await hands.click('language-en');
    await until('the page says so', () => hands.page.run(() => document.documentElement.lang === 'en'));
    await hands.click('language-id');
    await until('and back', () => hands.page.run(() => document.documentElement.lang === 'id'));
  });

  test('the books of that morning verify', { timeout: 120_000 }, async () => {
    await window.close();
    const found = await lumbung(shop, 'verify');
    assert.equal(found.ok, true, JSON.stringify(found.faults));
  });
});
