// Watches every key of the window for a scanner's stream. A scan never ends up in a field: what the first keys
// wrote there before the pace gave the scanner away is put back.

import { ScanStream, SILENCE_MS } from './stream';

/** Some scanners send two line ends: keys that would press a button are dropped this long after a scan. */
const AFTERMATH_MS = 150;

type Field = HTMLInputElement | HTMLTextAreaElement;
type Snapshot = { field: Field; value: string; start: number | null; end: number | null };

function fieldOf(element: Element | null): Field | null {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element : null;
}

function take(): Snapshot | null {
  const field = fieldOf(document.activeElement);
  if (!field) return null;
  return { field, value: field.value, start: field.selectionStart, end: field.selectionEnd };
}

function putBack(kept: Snapshot | null): void {
  if (!kept || kept.field.value === kept.value) return;
  kept.field.value = kept.value;
  if (kept.start !== null) kept.field.setSelectionRange(kept.start, kept.end);
  kept.field.dispatchEvent(new Event('input', { bubbles: true }));
}

export class ScanListener {
  #stream = new ScanStream();
  #kept: Snapshot | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #scannedAt = Number.NEGATIVE_INFINITY;
  #onScan: (code: string) => void;
  #onTyped: () => void;

  /** `onTyped` tells that a fast run of keys was typing after all. */
  constructor(onScan: (code: string) => void, onTyped: () => void) {
    this.#onScan = onScan;
    this.#onTyped = onTyped;
  }

  /** A code seems to be coming in: searching for its first digits would be in vain. */
  get fast(): boolean {
    return this.#stream.fast;
  }

  start(): () => void {
    // The capture phase comes before any field or button hears of the key.
    window.addEventListener('keydown', this.#hear, true);
    return () => {
      clearTimeout(this.#timer);
      window.removeEventListener('keydown', this.#hear, true);
    };
  }

  #hear = (event: KeyboardEvent): void => {
    clearTimeout(this.#timer);
    const ends = event.key === 'Enter' || event.key === 'Tab';
    if (ends && this.#stream.idle && event.timeStamp - this.#scannedAt < AFTERMATH_MS) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) {
      this.#stream.reset();
      return;
    }
    const held = this.#stream.fast;
    const fed = this.#stream.feed(event.key, event.timeStamp);
    if (fed.kind === 'first') this.#kept = take();
    if (fed.kind === 'scan') {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#scannedAt = event.timeStamp;
      this.#deliver(fed.code);
    } else if (fed.kind === 'other') {
      if (held) this.#onTyped();
    } else {
      this.#timer = setTimeout(this.#fallSilent, SILENCE_MS);
    }
  };

  #fallSilent = (): void => {
    const held = this.#stream.fast;
    const code = this.#stream.silence();
    if (code !== null) this.#deliver(code);
    else if (held) this.#onTyped();
  };

  #deliver(code: string): void {
    putBack(this.#kept);
    this.#kept = null;
    this.#onScan(code);
  }
}
