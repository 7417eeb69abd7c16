// A centre in a folder of its own, and codes for it.

import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, NOTES, ROOT } from './stage.mjs';
import { until } from './webdriver.mjs';

const SERVER = process.env.LUMBUNG_SERVER ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debug/lumbung-server');

export async function openCentre() {
  const folder = mkdtempSync(join(tmpdir(), 'lumbung-centre-'));
  const port = await freePort();
  const log = openSync(join(NOTES, 'centre.log'), 'a');
  const child = spawn(SERVER, ['--data', folder, 'serve', '--listen', `127.0.0.1:${port}`], { stdio: ['ignore', log, log] });
  closeSync(log);
  const stop = () => child.kill('SIGKILL');
  process.on('exit', stop);
  const url = `http://127.0.0.1:${port}`;
  await until('the centre answers', async () => (await fetch(`${url}/healthz`)).ok, 20_000);
  return {
    url,
    /** A place for a cooperative, and the code that its founder types. */
    foundersCode(name) {
      const said = execFileSync(SERVER, ['--data', folder, 'coop', 'add', '--name', name], { encoding: 'utf8' });
      return JSON.parse(said.trim().split('\n').at(-1)).pairing_code;
    },
    async close() {
      process.off('exit', stop);
      stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
