// The till's keys. One table in one place, so that hints and deeds cannot drift apart.

import { notices } from '$lib/state/notices.svelte';
import type { Panel, Till } from './till.svelte';

const PANELS: Record<string, Panel> = { F2: 'member', F5: 'held', F6: 'return', F7: 'receipts', F12: 'close' };

/** True where the key was one of the till's own. */
export function tillKey(event: KeyboardEvent, till: Till, open: boolean): boolean {
  const panel = PANELS[event.key];
  if (event.altKey || event.metaKey) return false;
  if (event.ctrlKey) return open && controlKey(event, till);
  if (event.key === 'Escape') return escape(till);
  if (!open) return Boolean(panel) || event.key === 'F4' || /^F(8|9|10)$/.test(event.key);
  if (panel) {
    if (till.panel === panel) till.closePanel();
    else till.openPanel(panel);
    return true;
  }
  if (event.key === 'F4') {
    void till.hold();
    return true;
  }
  // Money moves only on the sales screen itself: with a panel open these keys do nothing.
  if (till.panel !== 'none') return /^F(8|9|10)$/.test(event.key);
  if (event.repeat) return /^F\d+$/.test(event.key);
  if (event.key === 'F8') void till.pay('cash');
  else if (event.key === 'F9') void till.pay('qris');
  else if (event.key === 'F10') {
    const refusal = till.view?.bon_refusal;
    if (refusal && !till.empty) notices.say({ tone: 'warn', text: refusal });
    else void till.pay('bon');
  } else return false;
  return true;
}

function controlKey(event: KeyboardEvent, till: Till): boolean {
  if (till.panel !== 'none') return false;
  if (/^[1-4]$/.test(event.key)) {
    if (event.repeat || till.empty) return true;
    const notes = till.view?.notes_rp ?? [];
    const index = Number(event.key) - 1;
    const note = notes[index];
    if (note !== undefined) void till.pay('cash', note);
    else if (index === notes.length) till.amountOpen = true;
    return true;
  }
  if (event.key === 'Delete') {
    void till.void();
    return true;
  }
  // A text being typed has its own undo.
  if (event.key.toLowerCase() === 'z' && till.search.text === '') {
    void till.undo();
    return true;
  }
  return false;
}

/** Steps back one thing at a time, and never touches the cart. */
function escape(till: Till): boolean {
  if (till.voidAsked) till.voidAsked = false;
  else if (till.panel !== 'none') till.closePanel();
  else if (till.amountOpen) till.amountOpen = false;
  else till.search.clear();
  till.focusInput();
  return true;
}

/** Keys of the input while nothing is typed: they belong to the selected line. */
export function lineKey(event: KeyboardEvent, till: Till, editQuantity: () => void): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || till.empty) return false;
  const last = till.lines.length - 1;
  if (event.key === 'ArrowUp') till.selected = Math.max(0, till.selected - 1);
  else if (event.key === 'ArrowDown') till.selected = Math.min(last, till.selected + 1);
  else if (event.key === 'Delete') void till.remove(till.selected);
  else if (event.key === '+') void till.step(till.selected, 1);
  else if (event.key === '-') void till.step(till.selected, -1);
  else if (event.key === '*') editQuantity();
  else return false;
  return true;
}
