// A return being put together: the receipt, what comes back, and whether it is still fit.

import { core, newDraftId, type ItemHit, type ReceiptLineView, type ReceiptView, type SaleDone } from '$lib/ipc';
import { i18n } from '$lib/i18n/index.svelte';
import { notices } from '$lib/state/notices.svelte';

export class Return {
  receipt = $state.raw<ReceiptView | null>(null);
  damaged = $state(false);
  busy = $state(false);
  selected = $state(0);
  /** Thousandths that come back, by line of the receipt. */
  back = $state<Record<number, number>>({});
  chosen = $derived(Object.values(this.back).some((milli) => milli > 0));
  /** One name for this act, however often it is sent. */
  #draft = newDraftId();

  open(receipt: ReceiptView): void {
    this.receipt = receipt;
    this.back = {};
    this.selected = Math.max(0, receipt.lines.findIndex((line) => left(line) > 0));
    if (receipt.is_return) notices.say({ tone: 'warn', text: i18n.words.returns.isReturn });
  }

  set(line: ReceiptLineView, milli: number): void {
    this.back[line.line] = Math.min(Math.max(milli, 0), left(line));
  }

  step(line: ReceiptLineView, direction: 1 | -1): void {
    const now = this.back[line.line] ?? 0;
    // What was weighed comes back whole unless a part is typed.
    const size = left(line) % 1000 === 0 ? 1000 : left(line);
    this.set(line, now + direction * size);
  }

  scan(hit: ItemHit): void {
    const words = i18n.words.returns;
    const lines = this.receipt?.lines ?? [];
    const line = lines.find((one) => one.item === hit.item && (this.back[one.line] ?? 0) < left(one));
    if (!line) {
      notices.say({ tone: 'warn', text: words.notOnReceipt(hit.name), next: words.notOnReceiptNext });
      return;
    }
    this.selected = lines.indexOf(line);
    this.step(line, 1);
  }

  async record(): Promise<SaleDone | null> {
    const words = i18n.words.returns;
    if (!this.receipt || this.busy) return null;
    if (!this.chosen) {
      notices.say({ tone: 'warn', text: words.pickFirst, next: words.pickFirstNext });
      return null;
    }
    this.busy = true;
    try {
      const lines = Object.entries(this.back)
        .filter(([, quantity]) => quantity > 0)
        .map(([line, quantity]) => ({ line: Number(line), quantity }));
      return await core.recordReturn({ sale: this.receipt.sale, lines, damaged: this.damaged, draft_id: this.#draft });
    } catch (reason) {
      notices.fault(reason);
      return null;
    } finally {
      this.busy = false;
    }
  }
}

/** What can still come back of a line. */
export function left(line: ReceiptLineView): number {
  return Math.max(0, line.quantity - line.returned);
}
