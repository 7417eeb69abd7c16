// Who sits here, which page is shown, and what the core says about itself.

import { i18n } from '$lib/i18n/index.svelte';
import { core, type Language, type Place, type Status } from '$lib/ipc';
import { notices } from './notices.svelte';

export type Page = Place | 'questions' | 'devices' | 'sync';

class Session {
  status = $state.raw<Status | null>(null);
  page = $state<Page>('till');
  /** Why the books could not be opened at all. */
  failure = $state.raw<unknown>(null);

  async start(): Promise<void> {
    this.failure = null;
    try {
      this.take(await core.status());
    } catch (reason) {
      this.failure = reason;
    }
  }

  take(status: Status): void {
    this.status = status;
    if (i18n.language !== status.language || document.documentElement.lang !== status.language) i18n.use(status.language);
  }

  /** Figures in the corner may lag, but must never disturb a sale. */
  async refresh(): Promise<void> {
    try {
      this.take(await core.status());
    } catch {
      // The command before has said what went wrong.
    }
  }

  go(page: Page): void {
    if (this.page === page) return;
    this.page = page;
    notices.clear();
    void this.refresh();
  }

  async lock(): Promise<void> {
    try {
      notices.clear();
      this.take(await core.lock());
    } catch (reason) {
      notices.fault(reason);
    }
  }

  async speak(language: Language): Promise<void> {
    i18n.use(language);
    notices.clear();
    try {
      this.take(await core.setLanguage(language));
    } catch (reason) {
      notices.fault(reason);
    }
  }
}

export const session = new Session();
