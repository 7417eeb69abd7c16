import { expect, test } from 'vitest';
import { roundTop } from './scale';

test.each([
  [0, 1],
  [1, 1],
  [950, 1_000],
  [1_400_000, 1_500_000],
  [7_842_500, 8_000_000],
  [10_000_000, 10_000_000],
])('above %d stands %d', (highest, top) => expect(roundTop(highest)).toBe(top));
