// What the person at the till does, in the till's own words.

import assert from 'node:assert/strict';
import { until } from './webdriver.mjs';

export const hook = (name) => `[data-testid="${name}"]`;

/** Rupiah as the window writes them, back to a number. */
export function rupiah(text) {
  const digits = text?.replaceAll(/\D/g, '');
  assert.ok(digits, `no amount in ${JSON.stringify(text)}`);
  return Number(digits);
}

export class Hands {
  constructor(window) {
    this.window = window;
    this.page = window.page;
  }

  /** One step of a walk: where it fails, the picture of that moment is named. */
  async step(name, work) {
    try {
      return await work();
    } catch (reason) {
      const picture = await this.window.photograph(`failed ${name}`);
      const said = await this.page.text(hook('message')).catch(() => null);
      reason.message = `${name}: ${reason.message}\n  picture: ${picture}${said ? `\n  window says: ${said}` : ''}`;
      throw reason;
    }
  }

  see(name, patience) {
    return until(`${name} is shown`, () => this.page.find(hook(name)), patience);
  }

  gone(name) {
    return until(`${name} is gone`, async () => (await this.page.count(hook(name))) === 0);
  }

  text(name) {
    return this.page.text(hook(name));
  }

  /** Waits until the text of an element satisfies `holds`, and gives it. */
  async textWhere(name, holds, patience) {
    let text;
    try {
      return await until(`the right text in ${name}`, async () => {
        text = await this.text(name);
        return text !== null && holds(text) ? text : null;
      }, patience);
    } catch (reason) {
      reason.message += `; it says ${JSON.stringify(text)}`;
      throw reason;
    }
  }

  async click(name) {
    await this.see(name);
    await this.page.click(hook(name));
  }

  /** What the core answers to a question of the page. */
  async ask(command, args) {
    const { ok, refused } = await this.page.ask(command, args);
    assert.equal(refused, undefined, `${command} was refused: ${JSON.stringify(refused)}`);
    return ok;
  }

  async unlock(person) {
    await until('the people are shown', async () => (await this.page.count('[data-testid^="staff-"]')) > 0, 20_000);
    const staff = await this.ask('staff_list');
    const card = staff.find(({ name }) => name === person.name);
    assert.ok(card, `${person.name} is not among ${staff.map(({ name }) => name)}`);
    await this.click(`staff-${card.staff}`);
    await this.page.type(hook('pin'), person.pin);
    await this.click('unlock');
    await this.see('nav-till');
  }

  async goTo(place) {
    await this.click(`nav-${place}`);
    await until(`the page ${place} is shown`, () =>
      this.page.run((css) => document.querySelector(css)?.getAttribute('aria-current') === 'page', hook(`nav-${place}`)),
    );
  }

  /** The till, with a shift open whether it was or not. */
  async openTill(float = '') {
    await this.goTo('till');
    if ((await this.ask('status')).shift === null) {
      await this.see('expected-cash');
      if (float) await this.page.type(hook('float'), float);
      await this.click('open-shift');
    }
    await until('the till takes input', () =>
      this.page.run((css) => document.querySelector(css)?.disabled === false, hook('till-input')),
    );
  }

  lines() {
    return this.page.count('[data-testid^="cart-line-"]');
  }

  async total() {
    return rupiah(await this.text('total'));
  }

  /** A scanner: the whole code within a moment, then Enter. */
  async scan(code) {
    await this.page.burst(`${code}\uE006`);
  }

  async scanInto(code, lines) {
    await this.scan(code);
    await until(`${lines} lines in the cart`, async () => (await this.lines()) === lines);
  }

  /** Types into the one input and takes the first match. */
  async pick(text, lines) {
    await this.page.run((css) => document.querySelector(css).focus(), hook('till-input'));
    await this.page.write(text);
    await this.see('hit-0');
    await this.page.press('Enter');
    await until(`${lines} lines in the cart`, async () => (await this.lines()) === lines);
  }

  async callMember(card) {
    await this.page.press('F2');
    await this.see('member-search');
    await this.page.write(card.name);
    const hit = await until(`${card.name} is found`, async () => {
      const count = await this.page.count('[data-testid^="member-hit-"]');
      for (let index = 0; index < count; index++) {
        if ((await this.text(`member-hit-${index}`)).includes(card.member_no)) return `member-hit-${index}`;
      }
      return null;
    });
    await this.click(hit);
    await this.textWhere('member-card', (text) => text.includes(card.name));
  }

  /** Waits for the sale to be recorded and reads what the window shows of it. */
  async done(before) {
    const no = await this.textWhere('receipt-no', (text) => text !== '' && text !== before);
    return { no, receipt: await this.text('receipt') };
  }

  /** Looks for goods to sell: plain ones with a barcode and in stock, and weighed ones. */
  async shelf() {
    const { rows } = await this.ask('item_page', { query: '', offset: 0, limit: 200 });
    const sellable = rows.filter(({ active, stock, price_rp }) => active && stock >= 20_000 && price_rp > 0);
    const pieces = sellable.filter(({ weighed, barcodes }) => !weighed && barcodes.length > 0);
    const weighed = sellable.filter((row) => row.weighed);
    assert.ok(pieces.length >= 3, 'the demo has three items with a barcode and some stock');
    assert.ok(weighed.length >= 1, 'the demo has something weighed and some stock');
    return { pieces, weighed };
  }
}
