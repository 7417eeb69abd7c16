// Reading what people type. Input parsing only; the core checks every value again.

export type TypedProblem = 'empty' | 'not_a_number' | 'ambiguous' | 'too_fine' | 'too_large';
export type Typed = { ok: true; value: number } | { ok: false; problem: TypedProblem };

const AMOUNT_LIMIT = 1_000_000_000_000;
const QUANTITY_LIMIT = 1_000_000_000;

const no = (problem: TypedProblem): Typed => ({ ok: false, problem });

/** `12500`, `12.500`, `Rp 12.500`, `12.500,00`, `12rb`, `1,5jt`. `12.5` could mean two things and is refused. */
export function typedAmount(text: string): Typed {
  const cleaned = text.toLowerCase().replace(/\s/g, '').replace(/^rp\.?/, '');
  if (cleaned === '') return no('empty');
  const found = /^([\d.]+)(?:,(\d*))?(rb|ribu|jt|juta)?$/.exec(cleaned);
  if (!found) return no('not_a_number');
  const [, whole = '', decimals = '', word = ''] = found;
  if (!/^\d+$/.test(whole) && !/^\d{1,3}(\.\d{3})+$/.test(whole)) return no(/\d/.test(whole) ? 'ambiguous' : 'not_a_number');
  const zeros = word.startsWith('r') ? 3 : word.startsWith('j') ? 6 : 0;
  if (/[1-9]/.test(decimals.slice(zeros))) return no('too_fine');
  const digits = whole.replaceAll('.', '') + decimals.slice(0, zeros).padEnd(zeros, '0');
  const value = Number(digits);
  return value <= AMOUNT_LIMIT ? { ok: true, value } : no('too_large');
}

/** A quantity as thousandths: `2`, `1,25`, `0.5` (numeric keypad), `1/4`, `1 1/2`. */
export function typedQuantity(text: string): Typed {
  const cleaned = text.trim();
  if (cleaned === '') return no('empty');
  const fraction = /^(?:(\d+)\s+)?(\d+)\s*\/\s*(\d+)$/.exec(cleaned);
  if (fraction) {
    const [, whole = '0', over = '0', under = '0'] = fraction;
    if (Number(under) === 0) return no('not_a_number');
    const milli = Math.round(((Number(whole) * Number(under) + Number(over)) * 1000) / Number(under));
    return milli <= QUANTITY_LIMIT ? { ok: true, value: milli } : no('too_large');
  }
  const plain = /^(\d*)(?:[.,](\d*))?$/.exec(cleaned);
  if (!plain || !/\d/.test(cleaned)) return no('not_a_number');
  const [, whole = '', decimals = ''] = plain;
  if (/[1-9]/.test(decimals.slice(3))) return no('too_fine');
  const milli = Number(whole || '0') * 1000 + Number(decimals.slice(0, 3).padEnd(3, '0'));
  return milli <= QUANTITY_LIMIT ? { ok: true, value: milli } : no('too_large');
}

const OLDEST_YEAR = 1900;
const LATEST_YEAR = 2199;

/** A date as people write it, day first: `17-8-1984`, `17/08/1984`, `17 8 1984`, `17081984`. Gives `1984-08-17`. */
export function typedDate(text: string): { ok: true; date: string } | { ok: false; problem: 'empty' | 'not_a_date' } {
  const cleaned = text.trim();
  if (cleaned === '') return { ok: false, problem: 'empty' };
  const found = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$/.exec(cleaned) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(cleaned);
  if (!found) return { ok: false, problem: 'not_a_date' };
  const [day, month, year] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const on = new Date(Date.UTC(year, month - 1, day));
  const real = on.getUTCDate() === day && on.getUTCMonth() === month - 1 && year >= OLDEST_YEAR && year <= LATEST_YEAR;
  return real ? { ok: true, date: on.toISOString().slice(0, 10) } : { ok: false, problem: 'not_a_date' };
}
