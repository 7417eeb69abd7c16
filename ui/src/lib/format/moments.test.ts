import { expect, test } from 'vitest';
import { contactTime, countdown, dataSize, secondsLeft, share } from './moments';

test.each([
  ['24 Jan 07.02', '2026-01-24', 'id', '07.02'],
  ['23 Jan 07.02', '2026-01-24', 'id', '23 Jan 07.02'],
  ['24 Jan 07.02', '2026-02-24', 'id', '24 Jan 07.02'],
  ['4 Mei 07.02', '2026-05-04', 'id', '07.02'],
  ['4 May 07.02', '2026-05-04', 'en', '07.02'],
] as const)('contact %s seen on %s', (moment, today, language, shown) => expect(contactTime(moment, today, language)).toBe(shown));

test.each([
  [600, '10.00'],
  [95, '1.35'],
  [9, '0.09'],
  [0, '0.00'],
])('%d seconds', (seconds, shown) => expect(countdown(seconds)).toBe(shown));

test('a countdown ends at nothing and never early', () => {
  expect(secondsLeft(10_000, 0)).toBe(10);
  expect(secondsLeft(10_000, 9_001)).toBe(1);
  expect(secondsLeft(10_000, 10_000)).toBe(0);
  expect(secondsLeft(10_000, 99_000)).toBe(0);
});

test.each([
  [0, '0\u00a0B'],
  [296, '296\u00a0B'],
  [999, '999\u00a0B'],
  [1_000, '1\u00a0KB'],
  [1_234, '1,2\u00a0KB'],
  [123_456, '123\u00a0KB'],
  [999_600, '1\u00a0MB'],
  [5_400_000, '5,4\u00a0MB'],
  [4_000_000_000, '4\u00a0GB'],
])('%d bytes', (bytes, shown) => expect(dataSize(bytes)).toBe(shown));

test.each([
  [0, 0, null],
  [1, 3, 33],
  [599, 600, 99],
  [600, 600, 100],
  [700, 600, 100],
])('%d of %d', (done, total, shown) => expect(share(done, total)).toBe(shown));
