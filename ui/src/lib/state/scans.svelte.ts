// Brings what the scanner read to the page that is open. Pages that do not want it send it to the till.

import { ScanListener } from '$lib/scanner/listen';

type Handler = (code: string) => void;

class Scans {
  handler: Handler | null = null;
  /** A field that takes what is scanned, before the page does. */
  field: Handler | null = null;
  /** Told when fast keys turned out to be typing, so that a search held back can go on. */
  typed: (() => void) | null = null;
  #listener = new ScanListener(
    (code) => (this.field ?? this.handler)?.(code),
    () => this.typed?.(),
  );

  get fast(): boolean {
    return this.#listener.fast;
  }

  listen(): () => void {
    return this.#listener.start();
  }
}

export const scans = new Scans();
