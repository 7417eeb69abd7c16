// Changes to a cart as plain values. Quantities add up here; prices and totals come from the core alone.

import type { Cart, CartView } from '$lib/ipc';

const EMPTY: Cart = { draft_id: '', member: null, lines: [] };

export function cartOf(view: CartView | null): Cart {
  if (!view) return EMPTY;
  return {
    draft_id: view.draft_id,
    member: view.member?.member ?? null,
    lines: view.lines.map(({ item, quantity }) => ({ item, quantity })),
  };
}

export function lineOf(view: CartView, item: string): number {
  return view.lines.findIndex((line) => line.item === item);
}

export function withItem(cart: Cart, item: string, quantity: number): Cart {
  const there = cart.lines.find((line) => line.item === item);
  if (there) return withLine(cart, item, there.quantity + quantity);
  return { ...cart, lines: [...cart.lines, { item, quantity }] };
}

export function withLine(cart: Cart, item: string, quantity: number): Cart {
  return { ...cart, lines: cart.lines.map((line) => (line.item === item ? { ...line, quantity } : line)) };
}

export function withoutItem(cart: Cart, item: string): Cart {
  return { ...cart, lines: cart.lines.filter((line) => line.item !== item) };
}
