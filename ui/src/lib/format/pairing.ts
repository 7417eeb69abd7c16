// Pairing codes as people read, type and paste them. The core reads them again; this only helps the hand.

const GROUP = 5;
/** Letters and digits of a whole code: `7K3MQ-9XT2A-0FV4C-81BNW`. */
export const CODE_SYMBOLS = 20;

/** Letters that no code has are read as what they look like. */
const LIKE: Record<string, string> = { I: '1', L: '1', O: '0', U: 'V' };

function symbols(text: string): string {
  const plain = text.toUpperCase().replace(/[^0-9A-Z]/g, '');
  return Array.from(plain, (letter) => LIKE[letter] ?? letter).join('');
}

function groups(plain: string): string {
  return plain.match(new RegExp(`.{1,${GROUP}}`, 'g'))?.join('-') ?? '';
}

/** `7k3mq 9xt2a` → `7K3MQ-9XT2A`. */
export function groupedCode(text: string): string {
  return groups(symbols(text).slice(0, CODE_SYMBOLS));
}

/** Groups what stands in a field and says where the caret belongs afterwards. */
export function regrouped(text: string, caret: number): { text: string; caret: number } {
  const before = Math.min(symbols(text.slice(0, caret)).length, CODE_SYMBOLS);
  const grouped = groupedCode(text);
  // At the end of a group the caret stays before the dash, so that deleting takes a letter.
  const at = before + Math.floor(Math.max(0, before - 1) / GROUP);
  return { text: grouped, caret: Math.min(at, grouped.length) };
}

export function isWholeCode(text: string): boolean {
  return symbols(text).length === CODE_SYMBOLS;
}

/** An address as typed: `pusat.example.id` → `https://pusat.example.id`, an address in the shop → `http://…`. */
export function wholeUrl(text: string): string {
  const typed = text.trim().replace(/\/+$/, '');
  if (typed === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) return typed;
  const host = typed.replace(/[:/].*$/, '').toLowerCase();
  const near = host === 'localhost' || host.endsWith('.local') || /^(10|127|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\./.test(host);
  return `${near ? 'http' : 'https'}://${typed}`;
}

/** What a scanner read from the picture, or a person pasted: an address, a code, or both in one text. */
export function readPairing(text: string): { url: string | null; code: string | null } {
  const url = /https?:\/\/[^\s#?]+/i.exec(text)?.[0] ?? null;
  const rest = url ? text.replace(url, ' ') : text;
  const found = /(?<![0-9a-z])[0-9a-z]{5}(?:[\s-]?[0-9a-z]{5}){3}(?![0-9a-z])/i.exec(rest)?.[0];
  return { url: url?.replace(/\/+$/, '') ?? null, code: found ? groupedCode(found) : null };
}

/** The picture that the core drew, as an address for `<img>`: as markup it would be part of the page. */
export function pictureOf(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
