// The cart being served and everything that is done to it. Every figure shown comes back from the core.

import { i18n } from '$lib/i18n/index.svelte';
import { core, type Cart, type CartView, type ItemHit, type MemberCard, type ReceiptView, type SaleDone, type Tender } from '$lib/ipc';
import { notices } from '$lib/state/notices.svelte';
import { session } from '$lib/state/session.svelte';
import { cartOf, lineOf, withItem, withLine, withoutItem } from './cart';
import { Search } from './search.svelte';

export type Panel = 'none' | 'member' | 'held' | 'return' | 'receipts' | 'close';
export type Done = SaleDone & { kind: Tender | 'return' };
type Past = { cart: Cart } | { voided: string };

const UNDO_DEPTH = 30;

export class Till {
  view = $state.raw<CartView | null>(null);
  selected = $state(0);
  panel = $state<Panel>('none');
  /** What was just recorded; shown until the next sale begins. */
  done = $state.raw<Done | null>(null);
  paying = $state(false);
  amountOpen = $state(false);
  /** Voiding was asked for once. */
  voidAsked = $state(false);
  /** The receipt that the return panel should open with. */
  returning = $state.raw<ReceiptView | null>(null);
  /** An item scanned while a return is being put together. */
  returnScan: ((hit: ItemHit) => void) | null = null;
  /** Puts the caret back into the one input. */
  focusInput: () => void = () => {};

  search = new Search();
  lines = $derived(this.view?.lines ?? []);
  empty = $derived(this.lines.length === 0);
  line = $derived(this.lines[Math.min(this.selected, this.lines.length - 1)]);

  #past: Past[] = [];
  #queue: Promise<void> = Promise.resolve();

  /** One act after the other: three quick scans must not overtake each other. */
  #then<T>(job: () => Promise<T>): Promise<T | undefined> {
    const run = this.#queue.then(job).catch((reason: unknown) => {
      notices.fault(reason);
      return undefined;
    });
    this.#queue = run.then(() => undefined);
    return run;
  }

  restore(): Promise<void> {
    return this.#then(async () => {
      const view = await core.currentCart();
      this.view = view;
      this.selected = Math.max(0, view.lines.length - 1);
      this.#past = [];
      if (view.lines.length > 0) notices.say({ tone: 'good', text: i18n.words.till.restored(view.lines.length) });
    });
  }

  forget(): void {
    this.view = null;
    this.done = null;
    this.panel = 'none';
    this.#past = [];
    this.search.clear();
  }

  change(edit: (cart: Cart) => Cart, select?: (view: CartView) => number, after?: () => void): Promise<void> {
    return this.#then(() => this.#apply(edit, select, after));
  }

  async #apply(edit: (cart: Cart) => Cart, select?: (view: CartView) => number, after?: () => void): Promise<void> {
    const before = cartOf(this.view);
    const view = await core.updateCart(edit(before));
    this.#remember({ cart: before });
    this.#show(view);
    if (select) this.selected = Math.max(0, select(view));
    after?.();
  }

  #show(view: CartView): void {
    this.view = view;
    this.done = null;
    this.voidAsked = false;
    this.selected = Math.min(this.selected, Math.max(0, view.lines.length - 1));
    this.amountOpen = false;
    notices.clear();
  }

  #remember(past: Past): void {
    this.#past.push(past);
    if (this.#past.length > UNDO_DEPTH) this.#past.shift();
  }

  add(hit: ItemHit, quantity: number | null): Promise<void> {
    return this.change((cart) => withItem(cart, hit.item, quantity ?? 1000), (view) => lineOf(view, hit.item));
  }

  setQuantity(index: number, quantity: number): Promise<void> {
    const line = this.lines[index];
    if (!line) return Promise.resolve();
    if (quantity <= 0) return this.remove(index);
    return this.change((cart) => withLine(cart, line.item, quantity), () => index);
  }

  /** One unit up or down; a hundred grams for what is weighed. */
  step(index: number, direction: 1 | -1): Promise<void> {
    const line = this.lines[index];
    if (!line) return Promise.resolve();
    return this.setQuantity(index, line.quantity + direction * (line.weighed ? 100 : 1000));
  }

  remove(index: number): Promise<void> {
    const line = this.lines[index];
    if (!line) return Promise.resolve();
    const { till, app } = i18n.words;
    return this.change(
      (cart) => withoutItem(cart, line.item),
      (view) => Math.min(index, view.lines.length - 1),
      () =>
        notices.say({
          tone: 'plain',
          text: till.removed(line.name),
          action: { label: app.undo, key: 'Ctrl Z', run: () => void this.undo() },
        }),
    );
  }

  setMember(card: MemberCard | null): Promise<void> {
    return this.change((cart) => ({ ...cart, member: card?.member ?? null }));
  }

  undo(): Promise<void> {
    return this.#then(async () => {
      const past = this.#past.pop();
      if (!past) return;
      this.#show('cart' in past ? await core.updateCart(past.cart) : await core.resumeCart(past.voided));
      notices.say({ tone: 'plain', text: i18n.words.till.undone });
      this.focusInput();
    });
  }

  /** The first time asks, the second time does it, and undo brings the cart back. */
  void(): Promise<void> {
    if (this.empty) return Promise.resolve();
    const { till, app } = i18n.words;
    if (!this.voidAsked) {
      this.voidAsked = true;
      notices.say({
        tone: 'warn',
        text: till.voidAsk(this.lines.length),
        action: { label: till.voidYes, key: 'Ctrl Del', run: () => void this.void() },
      });
      return Promise.resolve();
    }
    return this.#then(async () => {
      const draft = this.view?.draft_id;
      if (!draft) return;
      this.#show(await core.discardCart(draft));
      this.#past = [{ voided: draft }];
      notices.say({
        tone: 'plain',
        text: till.voided,
        action: { label: app.undo, key: 'Ctrl Z', run: () => void this.undo() },
      });
      this.focusInput();
    });
  }

  hold(): Promise<void> {
    const { till } = i18n.words;
    return this.#then(async () => {
      if (this.empty) {
        notices.say({ tone: 'plain', text: till.nothingToPay, next: till.heldNext });
        return;
      }
      this.#show(await core.holdCart(cartOf(this.view)));
      this.#past = [];
      notices.say({ tone: 'good', text: till.held, next: till.heldNext });
    });
  }

  resume(draft: string): Promise<void> {
    const { till } = i18n.words;
    return this.#then(async () => {
      const busy = !this.empty;
      if (busy) await core.holdCart(cartOf(this.view));
      this.#show(await core.resumeCart(draft));
      this.#past = [];
      this.selected = Math.max(0, this.lines.length - 1);
      this.closePanel();
      notices.say({ tone: 'good', text: till.resumed, next: busy ? till.heldFirst : undefined });
    });
  }

  scan(code: string): Promise<void> {
    // A quantity being typed is taken before the next item comes.
    if (this.panel === 'none' && document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
    const typed = this.search.takeQuantity();
    return this.#then(async () => {
      const found = await core.scan(code);
      if (found.is === 'item') {
        if (this.panel === 'return' && this.returnScan) {
          this.returnScan(found.hit);
          return;
        }
        // A weight label brings its own quantity; a plain barcode takes what was typed before the star.
        const quantity = found.quantity === 1000 ? ((await typed) ?? 1000) : found.quantity;
        this.closePanel();
        await this.#apply((cart) => withItem(cart, found.hit.item, quantity), (view) => lineOf(view, found.hit.item));
      } else if (found.is === 'several') {
        this.closePanel();
        this.search.offer(found.hits, await typed);
      } else if (found.is === 'member') {
        this.closePanel();
        await this.#apply((cart) => ({ ...cart, member: found.card.member }));
      } else if (found.is === 'receipt') {
        this.returning = found.receipt;
        this.panel = 'return';
      } else {
        notices.say({ tone: 'warn', text: found.message, next: found.next });
      }
      if (this.panel === 'none') this.focusInput();
    });
  }

  /** `tendered` null means exact cash. A second press while recording does nothing. */
  pay(tender: Tender, tendered: number | null = null): Promise<void> {
    if (this.paying) return Promise.resolve();
    const { till } = i18n.words;
    const leftover = this.search.text.trim();
    if (leftover) {
      notices.say({ tone: 'warn', text: till.leftover(leftover), next: till.leftoverNext });
      this.focusInput();
      return Promise.resolve();
    }
    this.paying = true;
    return this.#then(async () => {
      const view = this.view;
      if (!view || view.lines.length === 0) {
        notices.say({ tone: 'plain', text: till.nothingToPay, next: till.nothingToPayNext });
        return;
      }
      const tendered_rp = tender === 'cash' ? (tendered ?? view.cash_total_rp) : 0;
      const sale = await core.recordSale({ cart: cartOf(view), tender, tendered_rp });
      await this.finish({ ...sale, kind: tender });
    }).finally(() => {
      this.paying = false;
    });
  }

  /** Shows what was recorded and makes room for the next customer. */
  async finish(done: Done): Promise<void> {
    this.done = done;
    this.panel = 'none';
    this.amountOpen = false;
    this.voidAsked = false;
    this.returning = null;
    if (done.kind !== 'return') this.#past = [];
    notices.clear();
    void session.refresh();
    this.focusInput();
    if (done.kind !== 'return') {
      this.view = await core.currentCart();
      this.selected = 0;
    }
  }

  openPanel(panel: Panel): void {
    this.search.clear();
    this.amountOpen = false;
    notices.clear();
    this.panel = panel;
  }

  closePanel(): void {
    this.panel = 'none';
    this.returning = null;
    this.focusInput();
  }
}

export const till = new Till();
