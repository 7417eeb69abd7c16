// A demo cooperative in a folder of its own, made by the command line.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './stage.mjs';

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
  return staff.find(({ role }) => role === 'cashier') ?? staff[0];
}

/** What the command line says of a closed store. */
export function lumbung(shop, ...words) {
  const said = execFileSync(CLI, [...words, '--db', shop.ledger, '--key-file', shop.keyFile, '--json'], { encoding: 'utf8' });
  return JSON.parse(said);
}
