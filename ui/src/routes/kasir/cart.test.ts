import { expect, test } from 'vitest';
import { cartOf, withItem, withLine, withoutItem } from './cart';

const empty = { draft_id: 'd', member: null, lines: [] };

test('the same item twice is one line', () => {
  const cart = withItem(withItem(withItem(empty, '1-1', 1000), '1-2', 500), '1-1', 1000);
  expect(cart.lines).toEqual([
    { item: '1-1', quantity: 2000 },
    { item: '1-2', quantity: 500 },
  ]);
});

test('a line is changed or taken out, the others stay', () => {
  const cart = withItem(withItem(empty, '1-1', 1000), '1-2', 1000);
  expect(withLine(cart, '1-2', 250).lines[1]).toEqual({ item: '1-2', quantity: 250 });
  expect(withoutItem(cart, '1-1').lines).toEqual([{ item: '1-2', quantity: 1000 }]);
});

test('before the first answer the cart is empty', () => {
  expect(cartOf(null).lines).toEqual([]);
});
