// Business dates (`2026-01-23`) in words. They have no time zone, so UTC is used to name the weekday.

import type { Language } from '$lib/ipc';

const MONTHS: Record<Language, string[]> = {
  id: ['Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus', 'September', 'Oktober', 'November', 'Desember'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
};

const SHORT_MONTHS: Record<Language, string[]> = {
  id: ['Jan', 'Feb', 'Mar', 'Apr', 'Mei', 'Jun', 'Jul', 'Agu', 'Sep', 'Okt', 'Nov', 'Des'],
  en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
};

const WEEKDAYS: Record<Language, string[]> = {
  id: ['Minggu', 'Senin', 'Selasa', 'Rabu', 'Kamis', 'Jumat', 'Sabtu'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

function parts(date: string): { year: number; month: number; day: number } | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(date);
  return found ? { year: Number(found[1]), month: Number(found[2]) - 1, day: Number(found[3]) } : null;
}

export function weekday(date: string, language: Language): string {
  const on = parts(date);
  if (!on) return '';
  return WEEKDAYS[language][new Date(Date.UTC(on.year, on.month, on.day)).getUTCDay()] ?? '';
}

/** `Jumat, 23 Januari 2026`. */
export function longDate(date: string, language: Language): string {
  const on = parts(date);
  return on ? `${weekday(date, language)}, ${on.day} ${MONTHS[language][on.month]} ${on.year}` : date;
}

/** `23 Januari 2026`. */
export function plainDate(date: string, language: Language): string {
  const on = parts(date);
  return on ? `${on.day} ${MONTHS[language][on.month]} ${on.year}` : date;
}

/** `23-1-2026`, as people write it; typedDate reads it back. */
export function digitDate(date: string): string {
  const on = parts(date);
  return on ? `${on.day}-${on.month + 1}-${on.year}` : date;
}

/** `23 Jan`. */
export function shortDate(date: string, language: Language): string {
  const on = parts(date);
  return on ? `${on.day} ${SHORT_MONTHS[language][on.month]}` : date;
}

/** `2026-01-22 19.05` → `22 Jan, 19.05`. */
export function shortMoment(moment: string, language: Language): string {
  const [date = '', time = ''] = moment.split(' ');
  return time ? `${shortDate(date, language)}, ${time.replace(':', '.')}` : shortDate(date, language);
}
