// A display, a driver and the real window, each in a process group of its own that only we end.

import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Session, pause, until } from './webdriver.mjs';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
const PROGRAM = process.env.LUMBUNG_DESKTOP ?? join(TARGET, 'debug/lumbung-desktop');
export const NOTES = join(TARGET, 'xtask/window');
export const WIDTH = 1366;
export const HEIGHT = 768;

mkdirSync(NOTES, { recursive: true });

/** Groups still running: ended when this process ends, whatever the reason. */
const groups = new Set();
process.on('exit', () => groups.forEach(endGroup));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

function start(program, args, env, log, extra = []) {
  const out = openSync(join(NOTES, log), 'a');
  const child = spawn(program, args, { detached: true, env, stdio: ['ignore', out, out, ...extra] });
  closeSync(out);
  child.on('error', (reason) => console.error(`cannot start ${program}: ${reason.message}`));
  if (child.pid) groups.add(child.pid);
  return child;
}

function endGroup(pid) {
  groups.delete(pid);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

let display;

/** One display for this process. Xvfb picks a free number and tells it. */
export function openDisplay() {
  display ??= new Promise((done, failed) => {
    const args = ['-displayfd', '3', '-screen', '0', `${WIDTH}x${HEIGHT}x24`, '-nolisten', 'tcp', '-noreset'];
    const child = start('Xvfb', args, process.env, 'xvfb.log', ['pipe']);
    child.on('error', failed);
    child.on('exit', (code) => failed(new Error(`Xvfb ended with ${code}`)));
    child.stdio[3].once('data', (number) => {
      child.unref();
      child.stdio[3].unref();
      done(`:${String(number).trim()}`);
    });
  });
  return display;
}

export function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Opens the window on a store. `{ ledger, keyFile, folder }` as `shop.mjs` makes it. */
export async function openWindow(store) {
  const port = await freePort();
  const env = {
    ...process.env,
    DISPLAY: await openDisplay(),
    WAYLAND_DISPLAY: '',
    // The program lets itself be driven only where it is told so.
    TAURI_WEBVIEW_AUTOMATION: 'true',
    XDG_DATA_HOME: join(store.folder, 'data'),
    XDG_CACHE_HOME: join(store.folder, 'cache'),
    XDG_CONFIG_HOME: join(store.folder, 'config'),
  };
  delete env.LUMBUNG_DB;
  delete env.LUMBUNG_KEY_FILE;
  const driver = start('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`], env, 'driver.log');
  try {
    const base = `http://127.0.0.1:${port}`;
    await until('the driver answers', async () => (await fetch(`${base}/status`)).ok);
    const args = ['--db', store.ledger, ...(store.keyFile ? ['--key-file', store.keyFile] : [])];
    const session = await Session.begin(base, store.program ?? PROGRAM, args);
    return new Window(driver, session);
  } catch (reason) {
    endGroup(driver.pid);
    throw reason;
  }
}

export class Window {
  #driver;

  constructor(driver, session) {
    this.#driver = driver;
    this.page = session;
  }

  /** The process of the program itself. */
  get pid() {
    const found = processes().find(({ parent, name }) => parent === this.#driver.pid && PROGRAM.includes(name));
    if (!found) throw new Error('the program is not running');
    return found.pid;
  }

  get runs() {
    return processes().some(({ parent, name, state }) => parent === this.#driver.pid && PROGRAM.includes(name) && state !== 'Z');
  }

  /** As a power cut does: no last word for anyone. */
  async kill() {
    process.kill(this.pid, 'SIGKILL');
    await until('the program is gone', () => !this.runs);
    endGroup(this.#driver.pid);
    await pause(200);
  }

  async close() {
    if (!groups.has(this.#driver.pid)) return;
    try {
      await this.page.end();
      await until('the window is closed', () => !this.runs, 5_000);
    } catch {
      // It hangs or is gone: the group is ended all the same.
    }
    endGroup(this.#driver.pid);
  }

  /** A picture beside the other notes; gives its path, or why there is none. */
  async photograph(name) {
    const file = join(NOTES, `${name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}.png`);
    try {
      writeFileSync(file, await this.page.picture());
      return file;
    } catch (reason) {
      return `no picture: ${reason.message}`;
    }
  }
}

/** What /proc says about every process. */
function processes() {
  const found = [];
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name stands in brackets and is cut at fifteen letters.
      const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
      const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      found.push({ pid: Number(pid), name, state, parent: Number(parent) });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** Pictures for the manual, only where somebody asked for them. */
export async function keepPicture(window, name) {
  const folder = process.env.LUMBUNG_SCREENSHOTS;
  if (!folder) return null;
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.png`);
  // Give the last transition its time, so that the picture is still.
  await pause(400);
  writeFileSync(file, await window.page.picture());
  return file;
}
