// What Enter means at the till's one input: a hit, a code, or a new quantity for the selected line.

import { i18n } from '$lib/i18n/index.svelte';
import { notices } from '$lib/state/notices.svelte';
import type { Till } from './till.svelte';

export async function enter(till: Till): Promise<void> {
  const { search } = till;
  if (search.several) {
    await take(till);
    return;
  }
  const text = search.text.trim();
  if (text === '') return;
  const words = i18n.words.till;

  const star = text.lastIndexOf('*');
  const name = text.slice(star + 1).trim();
  const answer = await search.settled();

  if (star >= 0 && answer.quantity === null) {
    notices.say({ tone: 'warn', text: answer.notice ?? words.badQuantity, next: words.badQuantityNext });
    return;
  }
  if (star >= 0 && name === '') {
    if (till.line && answer.quantity !== null) {
      search.clear();
      await till.setQuantity(till.selected, answer.quantity);
    }
    return;
  }
  if (/^\d+$/.test(name) && !search.chosen) {
    const quantity = star >= 0 ? text.slice(0, star + 1) : '';
    search.clear();
    if (quantity) search.text = quantity;
    await till.scan(name);
    return;
  }
  if (answer.hits.length === 0) {
    notices.say({ tone: 'warn', text: answer.notice ?? words.noHits(name) });
    return;
  }
  await take(till);
}

/** Adds the chosen hit, with the quantity typed before the star. */
export async function take(till: Till, index = till.search.selected): Promise<void> {
  const hit = till.search.hits[index];
  if (!hit) return;
  const { quantity } = till.search.answer;
  till.search.clear();
  await till.add(hit, quantity);
  till.focusInput();
}
