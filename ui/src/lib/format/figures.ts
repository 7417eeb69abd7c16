// How figures look. Display only: nothing here adds or subtracts money.

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, '.');
}

/** 1234567 → `1.234.567`; a true minus sign, so that it is as wide as a plus. */
export function amount(rupiah: number): string {
  const sign = rupiah < 0 ? '−' : '';
  return sign + grouped(String(Math.abs(Math.trunc(rupiah))));
}

/** 1234567 → `Rp1.234.567`, −500 → `−Rp500`. */
export function money(rupiah: number): string {
  const text = amount(rupiah);
  return text.startsWith('−') ? `−Rp${text.slice(1)}` : `Rp${text}`;
}

/** Thousandths of a unit: 1250 → `1,25`, 2000 → `2`. */
export function quantity(milli: number): string {
  const size = Math.abs(Math.trunc(milli));
  const whole = grouped(String(Math.floor(size / 1000)));
  const decimals = String(size % 1000).padStart(3, '0').replace(/0+$/, '');
  return (milli < 0 ? '−' : '') + whole + (decimals ? `,${decimals}` : '');
}

/** `1,25 kg`. A no-break space keeps figure and unit together. */
export function quantityOf(milli: number, unit: string): string {
  return unit ? `${quantity(milli)}\u00a0${unit}` : quantity(milli);
}

/** Whole per cent of `part` in `whole`; null where there is nothing to compare with. */
export function percent(part: number, whole: number): number | null {
  return whole > 0 ? Math.round((part * 100) / whole) : null;
}

/** `DL` for Dewi Lestari. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0]?.[0] ?? '';
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? '') : '';
  return (first + last).toUpperCase();
}
