// The few calls of the W3C WebDriver protocol that the walks need, over plain fetch.

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const PATIENCE_MS = 10_000;

/** Names of keys as the protocol writes them. */
export const KEY = {
  Backspace: '\uE003', Tab: '\uE004', Enter: '\uE006', Shift: '\uE008', Control: '\uE009', Alt: '\uE00A',
  Escape: '\uE00C', ArrowLeft: '\uE012', ArrowUp: '\uE013', ArrowRight: '\uE014', ArrowDown: '\uE015',
  Delete: '\uE017',
  F1: '\uE031', F2: '\uE032', F3: '\uE033', F4: '\uE034', F5: '\uE035', F6: '\uE036', F7: '\uE037',
  F8: '\uE038', F9: '\uE039', F10: '\uE03A', F11: '\uE03B', F12: '\uE03C',
};

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks again until `what` gives something that is neither false, null nor undefined. */
export async function until(said, what, patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  let last;
  for (;;) {
    try {
      const found = await what();
      if (found !== false && found !== null && found !== undefined) return found;
      last = undefined;
    } catch (reason) {
      last = reason;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${patience} ms in vain: ${said}${last ? ` (${last.message})` : ''}`);
    }
    await pause(40);
  }
}

async function call(base, method, path, body, patience = 30_000) {
  const answer = await fetch(base + path, {
    method,
    body: method === 'POST' ? JSON.stringify(body ?? {}) : undefined,
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(patience),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
  return value;
}

export class Session {
  #base;

  constructor(base) {
    this.#base = base;
  }

  /** Starts the program behind the driver at `base` and takes hold of its page. */
  static async begin(base, binary, args) {
    const options = { 'webkitgtk:browserOptions': { binary, args } };
    const { sessionId } = await call(base, 'POST', '/session', { capabilities: { alwaysMatch: options } }, 60_000);
    return new Session(`${base}/session/${sessionId}`);
  }

  post(path, body) {
    return call(this.#base, 'POST', path, body);
  }

  get(path) {
    return call(this.#base, 'GET', path);
  }

  /** Closes the window as its own close button would. */
  end() {
    return call(this.#base, 'DELETE', '', undefined, 10_000);
  }

  async find(css) {
    const found = await this.post('/element', { using: 'css selector', value: css });
    return found[ELEMENT];
  }

  async count(css) {
    return (await this.post('/elements', { using: 'css selector', value: css })).length;
  }

  async text(css) {
    return this.run((css) => document.querySelector(css)?.textContent?.trim() ?? null, css);
  }

  async click(css) {
    await this.post(`/element/${await this.find(css)}/click`);
  }

  /** Types into a field as a person does, key by key. */
  async type(css, text) {
    await this.post(`/element/${await this.find(css)}/value`, { text });
  }

  /** Presses keys wherever the focus is; those named first are held down until the end. */
  async press(...names) {
    const keys = names.map((name) => KEY[name] ?? name);
    const down = keys.map((value) => ({ type: 'keyDown', value }));
    const up = keys.toReversed().map((value) => ({ type: 'keyUp', value }));
    await this.keys([...down, ...up]);
  }

  /** Types wherever the focus is, at a person's pace, so that it cannot be taken for a scan. */
  async write(text) {
    const keys = Array.from(text).flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
      { type: 'pause', duration: 60 },
    ]);
    await this.keys(keys);
  }

  /** A run of keys at the pace of a machine. */
  async burst(text) {
    await this.keys(Array.from(text).flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]));
  }

  async keys(actions) {
    await this.post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  /** Runs a function in the page and returns what it gives. */
  run(work, ...args) {
    return this.post('/execute/sync', { script: `return (${work}).apply(null, arguments)`, args });
  }

  /** Asks the core as the page does. Answers `{ ok }` or `{ refused }`. */
  async ask(command, args = {}) {
    const script = `const done = arguments[arguments.length - 1];
      window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])
        .then((ok) => done({ ok }), (refused) => done({ refused }));`;
    return this.post('/execute/async', { script, args: [command, args] });
  }

  async picture() {
    return Buffer.from(await this.get('/screenshot'), 'base64');
  }
}
