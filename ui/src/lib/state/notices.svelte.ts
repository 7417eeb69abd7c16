// The one sentence shown to the person now, with the next step and at most one button.

import { i18n } from '$lib/i18n/index.svelte';
import { AppFault, UNREACHABLE } from '$lib/ipc';

export type Tone = 'plain' | 'good' | 'warn' | 'fault';
export type NoticeAction = { label: string; key?: string; run: () => void };
export type Notice = { tone: Tone; text: string; next?: string; action?: NoticeAction };

/** Calm news goes away by itself; what wants an answer stays until the next act. */
const CALM_MS = 12_000;

class Notices {
  current = $state.raw<Notice | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(notice: Notice): void {
    clearTimeout(this.#timer);
    this.current = notice;
    if (notice.tone === 'plain' || notice.tone === 'good') {
      this.#timer = setTimeout(() => this.clear(), CALM_MS);
    }
  }

  fault(reason: unknown): void {
    const { text, next } = sentence(reason);
    this.say({ tone: 'fault', text, next });
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.current = null;
  }
}

/** What to say about a refusal. A core that cannot be reached has no words of its own. */
export function sentence(reason: unknown): { text: string; next: string } {
  const { app } = i18n.words;
  if (reason instanceof AppFault && reason.code !== UNREACHABLE) return { text: reason.message, next: reason.next };
  return { text: app.unreachable, next: app.unreachableNext };
}

export const notices = new Notices();
