// Moments and amounts of data as the sync pages show them.

import type { Language } from '$lib/ipc';
import { shortDate } from './dates';

/** `24 Jan 07.02` → `07.02` on that very day, as it came otherwise. */
export function contactTime(moment: string, today: string, language: Language): string {
  const day = shortDate(today, language);
  return moment.startsWith(`${day} `) ? moment.slice(day.length + 1) : moment;
}

/** Seconds left until `end`, never below zero. Both in milliseconds of one clock. */
export function secondsLeft(end: number, now: number): number {
  return Math.max(0, Math.ceil((end - now) / 1000));
}

/** 95 → `1.35`, as clocks are written here. */
export function countdown(seconds: number): string {
  return `${Math.floor(seconds / 60)}.${String(seconds % 60).padStart(2, '0')}`;
}

const UNITS = ['B', 'KB', 'MB', 'GB'];

/** 1234 → `1,2 KB`. A no-break space keeps figure and unit together. */
export function dataSize(bytes: number): string {
  let size = Math.max(0, bytes);
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const shown = unit === 0 || size >= 99.95 ? String(Math.round(size)) : size.toFixed(1).replace('.', ',').replace(/,0$/, '');
  return `${shown}\u00a0${UNITS[unit]}`;
}

/** Whole per cent of a work whose size is known, null while nobody knows. */
export function share(done: number, total: number): number | null {
  return total > 0 ? Math.min(100, Math.floor((done * 100) / total)) : null;
}
