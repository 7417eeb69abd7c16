// What is being typed at the till and what it finds. Answers that come too late are dropped.

import { core, type ItemHit, type SearchAnswer } from '$lib/ipc';
import { notices } from '$lib/state/notices.svelte';
import { scans } from '$lib/state/scans.svelte';

const NOTHING: SearchAnswer = { quantity: null, hits: [], notice: null };

export class Search {
  text = $state('');
  answer = $state.raw<SearchAnswer>(NOTHING);
  selected = $state(0);
  /** The person moved to a hit with the arrows: then Enter means this hit, not a code. */
  chosen = $state(false);
  /** The hits are items that share one code, to choose among. */
  several = $state(false);
  /** The text that `answer` answers. */
  #answered = '';
  #asked = 0;

  hits = $derived(this.answer.hits);
  /** Shown once the answer is there, so that the list does not flicker. */
  nothing = $derived(this.text.trim() !== '' && this.answer.hits.length === 0 && !/[*]\s*$/.test(this.text) && this.#settled());

  type(text: string): void {
    this.text = text;
    this.several = false;
    if (scans.fast) return;
    void this.run();
  }

  async run(): Promise<SearchAnswer> {
    const text = this.text;
    const asked = ++this.#asked;
    if (text.trim() === '') {
      this.#take(NOTHING, text);
      return NOTHING;
    }
    try {
      const answer = await core.searchItems(text);
      if (asked === this.#asked) this.#take(answer, text);
      return answer;
    } catch (reason) {
      notices.fault(reason);
      return NOTHING;
    }
  }

  /** The answer to exactly what stands in the input, waiting for it where it is under way. */
  async settled(): Promise<SearchAnswer> {
    return this.#answered === this.text ? this.answer : this.run();
  }

  offer(hits: ItemHit[], quantity: number | null): void {
    this.#asked++;
    this.text = '';
    this.#take({ quantity, hits, notice: null }, '');
    this.several = true;
  }

  move(by: 1 | -1): void {
    if (this.hits.length === 0) return;
    this.chosen = true;
    this.selected = Math.min(Math.max(this.selected + by, 0), this.hits.length - 1);
  }

  clear(): void {
    this.#asked++;
    this.text = '';
    this.several = false;
    this.#take(NOTHING, '');
  }

  /** `5*` waiting for a scan: its quantity; the input is cleared. Other text stays where it is. */
  takeQuantity(): Promise<number | null> {
    if (!/\*\s*$/.test(this.text)) return Promise.resolve(null);
    const answer = this.settled();
    return answer.then(({ quantity }) => {
      this.clear();
      return quantity;
    });
  }

  #settled(): boolean {
    return this.answer !== NOTHING;
  }

  #take(answer: SearchAnswer, text: string): void {
    this.answer = answer;
    this.#answered = text;
    this.selected = 0;
    this.chosen = false;
  }
}
