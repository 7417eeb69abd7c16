// One sale in the real window, for whoever has no screen: what `cargo xtask app` shows then.

import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hands } from './hands.mjs';
import { cashier, readStaff } from './shop.mjs';
import { keepPicture, openWindow } from './stage.mjs';

const { LUMBUNG_DB: ledger, LUMBUNG_KEY_FILE: keyFile, LUMBUNG_STAFF: said } = process.env;
const person = cashier(readStaff(readFileSync(said, 'utf8')));
const window = await openWindow({ ledger, keyFile, folder: join(tmpdir(), 'lumbung-window') });
const hands = new Hands(window);
const pictures = [];

async function step(name, work) {
  console.log(`  ${name}`);
  const done = await hands.step(name, work);
  const picture = await keepPicture(window, `${pictures.length + 1}-${name.replaceAll(' ', '-')}`);
  if (picture) pictures.push(picture);
  return done;
}

try {
  await step('unlock', () => hands.unlock(person));
  await step('open the till', () => hands.openTill());
  const { pieces, weighed } = await hands.shelf();
  const before = await hands.lines();
  await step('fill the cart', async () => {
    await hands.scan(pieces[0].barcodes[0]);
    await hands.scan(pieces[1].barcodes[0]);
    await hands.page.write(`1,5*${weighed[0].name}`);
    await hands.see('hit-0');
    await hands.page.press('Enter');
    await hands.see(`cart-line-${before === 0 ? 2 : 0}`);
  });
  await step('pay', async () => {
    await hands.page.press('F8');
    const { no, receipt } = await hands.done();
    console.log(`\n${receipt}\n\nSold: ${no}`);
  });
  await step('home', () => hands.goTo('home'));
  console.log('Pictures:');
  for (const picture of pictures) console.log(`  ${picture}`);
} catch (reason) {
  console.error(reason.message);
  process.exitCode = 1;
} finally {
  await window.close();
}
process.exit();
