// From the start of the program to a till that takes a PIN, against an empty window, in turn.
// LUMBUNG_DESKTOP and EMPTY_WINDOW name the programs, LUMBUNG_DB and LUMBUNG_KEY_FILE the ledger. Prints one
// JSON object with the times in milliseconds.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWindow } from '../e2e/stage.mjs';
import { pause } from '../e2e/webdriver.mjs';

const { LUMBUNG_DESKTOP, EMPTY_WINDOW, LUMBUNG_DB, LUMBUNG_KEY_FILE } = process.env;
const ROUNDS = Number(process.env.ROUNDS ?? 10);

async function start(program, ready) {
  const folder = mkdtempSync(join(tmpdir(), 'lumbung-start-'));
  const store = { folder, ledger: LUMBUNG_DB, keyFile: LUMBUNG_KEY_FILE, program };
  const began = performance.now();
  const window = await openWindow(store);
  for (;;) {
    const there = await window.page.find(ready).catch(() => undefined);
    if (there) break;
    await pause(5);
  }
  const took = performance.now() - began;
  await window.close();
  rmSync(folder, { recursive: true, force: true });
  return took;
}

const ours = [];
const limit = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const mine = await start(LUMBUNG_DESKTOP, '[data-testid^="staff-"]');
  const empty = await start(EMPTY_WINDOW, 'body');
  // The first round warms the disk for both.
  if (round > 0) {
    ours.push(mine);
    limit.push(empty);
  }
}
console.log(JSON.stringify({ ours, limit }));
process.exit(0);
