// A long list held in pages: fetched as they come into sight, dropped when the search changes.

import { notices } from './notices.svelte';

export const PAGE = 100;

type Fetched<Row> = { rows: Row[]; total: number };
type Fetch<Row> = (query: string, offset: number, limit: number) => Promise<Fetched<Row>>;

export class Pages<Row> {
  query = $state('');
  total = $state(0);
  selected = $state(0);
  /** False until the first page came: an empty list and an unknown one look different. */
  known = $state(false);
  #pages = $state.raw<ReadonlyMap<number, Row[]>>(new Map());
  #asked = new Set<number>();
  #turn = 0;
  #fetch: Fetch<Row>;

  constructor(fetch: Fetch<Row>) {
    this.#fetch = fetch;
  }

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** A new search keeps the old rows in sight until the first answer is there. */
  async search(query: string): Promise<void> {
    this.query = query;
    this.selected = 0;
    await this.reload();
  }

  async reload(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const first = await this.#fetch(this.query, 0, PAGE);
      if (turn !== this.#turn) return;
      this.#asked = new Set([0]);
      this.#pages = new Map([[0, first.rows]]);
      this.total = first.total;
      this.known = true;
      this.selected = Math.min(this.selected, Math.max(0, first.total - 1));
    } catch (reason) {
      notices.fault(reason);
    }
  }

  async want(first: number, last: number): Promise<void> {
    if (!this.known) return;
    const turn = this.#turn;
    for (let page = Math.floor(first / PAGE); page * PAGE < last; page++) {
      if (this.#asked.has(page)) continue;
      this.#asked.add(page);
      try {
        const { rows } = await this.#fetch(this.query, page * PAGE, PAGE);
        if (turn !== this.#turn) return;
        this.#pages = new Map(this.#pages).set(page, rows);
      } catch (reason) {
        this.#asked.delete(page);
        notices.fault(reason);
        return;
      }
    }
  }

  move(by: number): void {
    this.selected = Math.min(Math.max(this.selected + by, 0), Math.max(0, this.total - 1));
  }
}
