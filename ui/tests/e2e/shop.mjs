// A demo cooperative in a folder of its own, made by the command line.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './stage.mjs';
import { until } from './webdriver.mjs';

const CLI = process.env.LUMBUNG_CLI ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debug/lumbung');

let pattern;

/** Making one takes a while, copying it does not: each test gets a copy. */
export function openShop() {
  pattern ??= makePattern();
  const folder = mkdtempSync(join(tmpdir(), 'lumbung-walk-'));
  cpSync(pattern.folder, join(folder, 'shop'), { recursive: true });
  return {
    folder,
    ledger: join(folder, 'shop/ledger.db'),
    keyFile: join(folder, 'shop/ledger.key'),
    staff: pattern.staff,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function makePattern() {
  const folder = mkdtempSync(join(tmpdir(), 'lumbung-demo-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const said = execFileSync(CLI, ['demo', folder, '--json'], { encoding: 'utf8' });
  return { folder, staff: readStaff(said) };
}

/** Who works in the demo and with which PIN, as `lumbung demo --json` says. */
export function readStaff(said) {
  const { staff } = JSON.parse(said);
  if (!Array.isArray(staff) || staff.length === 0) throw new Error(`no staff in what the demo said: ${said}`);
  return staff;
}

export function cashier(staff) {
  return staff.find(({ role }) => ['cashier', 'kasir'].includes(role)) ?? staff[0];
}

/** What the command line says of a closed store. A window just ended may hold it for a moment yet. */
export function lumbung(shop, ...words) {
  const place = ['--db', shop.ledger, '--key-file', shop.keyFile, '--json'];
  return until(`lumbung ${words.join(' ')} answers`, () => {
    const { status, stdout, stderr } = spawnSync(CLI, [...words, ...place], { encoding: 'utf8' });
    if (stderr.includes('"ledger_in_use"')) throw new Error(stderr);
    assert.ok(stdout, `exit ${status}: ${stderr}`);
    return JSON.parse(stdout);
  });
}
