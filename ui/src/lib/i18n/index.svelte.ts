import type { Language } from '$lib/ipc';
import { en } from './en';
import { id, type Words } from './id';

const CATALOGUES: Record<Language, Words> = { id, en };

class I18n {
  language = $state<Language>('id');
  words: Words = $derived(CATALOGUES[this.language]);

  use(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
  }
}

export const i18n = new I18n();
