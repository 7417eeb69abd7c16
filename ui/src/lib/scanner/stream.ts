// Tells a scanner from a person by how fast the keys come and by what they spell.
//
// A scanner is a keyboard that types a whole code within some thirty milliseconds a key, then Enter, Tab or
// nothing. No person keeps that pace for four keys. What was typed is also read: a name being typed fast has no
// digit, a typed quantity has a star or a comma, and neither is ever a code.

/** The mean time between keys stays below this for a scanner. */
export const PACE_MS = 35;
/** A longer pause begins a new word. */
export const GAP_MS = 90;
/** After so long without a key, a code that bears no Enter is taken as ended. */
export const SILENCE_MS = 60;
const SHORTEST = 4;
/** Without Enter only the length of a printed code is proof enough (EAN-8 is the shortest). */
const SHORTEST_WITHOUT_END = 8;

const CODE = /^[A-Za-z0-9][A-Za-z0-9\-._:/+$%#=&?@]*$/;

/** A code has at least one digit and only characters that printed codes bear. */
export function looksLikeCode(text: string): boolean {
  return CODE.test(text) && /\d/.test(text);
}

export type Fed =
  /** The first key of what may become a code: the moment to remember what stood in the field. */
  | { kind: 'first' }
  | { kind: 'more' }
  | { kind: 'other' }
  /** The key that ended a code; it is not for the page. */
  | { kind: 'scan'; code: string };

export class ScanStream {
  #text = '';
  #began = 0;
  #last = 0;

  feed(key: string, at: number): Fed {
    // Scanners press Shift for capitals: it is part of the stream, but says nothing.
    if (key === 'Shift') return { kind: 'more' };
    if (key === 'Enter' || key === 'Tab') {
      const code = at - this.#last <= GAP_MS ? this.#codeOf(SHORTEST) : null;
      this.reset();
      return code === null ? { kind: 'other' } : { kind: 'scan', code };
    }
    if (key.length !== 1) {
      this.reset();
      return { kind: 'other' };
    }
    if (this.#text === '' || at - this.#last > GAP_MS) {
      this.#text = key;
      this.#began = at;
      this.#last = at;
      return { kind: 'first' };
    }
    this.#text += key;
    this.#last = at;
    return { kind: 'more' };
  }

  /** Asked when no key came for SILENCE_MS: a code without an end, or null. */
  silence(): string | null {
    const code = this.#codeOf(SHORTEST_WITHOUT_END);
    this.reset();
    return code;
  }

  /** Three keys at a scanner's pace: hold back searches until it is known what this is. */
  get fast(): boolean {
    return this.#text.length >= 3 && this.#pace() < PACE_MS;
  }

  /** No key of a new word came yet. */
  get idle(): boolean {
    return this.#text === '';
  }

  reset(): void {
    this.#text = '';
  }

  #pace(): number {
    return (this.#last - this.#began) / Math.max(1, this.#text.length - 1);
  }

  #codeOf(shortest: number): string | null {
    const text = this.#text;
    return text.length >= shortest && this.#pace() < PACE_MS && looksLikeCode(text) ? text : null;
  }
}
