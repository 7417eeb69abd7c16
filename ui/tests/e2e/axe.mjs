// What axe finds on the page that is shown: WCAG 2.2 AA and its own good practice.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** One line for each offence, none where all is well. */
export async function troubles(page) {
  if (!(await page.run(() => 'axe' in globalThis))) await page.post('/execute/sync', { script: AXE, args: [] });
  const script = `const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'], runOnly: arguments[0] }).then(
      ({ violations }) => done(violations.map(({ id, help, nodes }) => id + ': ' + help + ' ' + nodes[0].html.slice(0, 200))),
      (reason) => done(['axe itself: ' + reason]));`;
  return page.post('/execute/async', { script, args: [RULES] });
}
