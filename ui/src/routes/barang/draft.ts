// An item as it stands in the form: every value as typed, turned into a request when saved.

import { amount, quantity } from '$lib/format/figures';
import { typedAmount, typedQuantity, type TypedProblem } from '$lib/format/typed';
import type { ItemRow, SaveItem } from '$lib/ipc';

export type ItemDraft = {
  item: string | null;
  sku: string;
  barcodes: string;
  name: string;
  category: string;
  unit: string;
  weighed: boolean;
  price: string;
  memberPrice: string;
  reorder: string;
  active: boolean;
};

export function blankItem(barcode = ''): ItemDraft {
  return {
    item: null, sku: '', barcodes: barcode, name: '', category: '', unit: 'pcs', weighed: false, price: '', memberPrice: '',
    reorder: '', active: true,
  };
}

export function draftOf(row: ItemRow): ItemDraft {
  return {
    item: row.item,
    sku: row.sku,
    barcodes: row.barcodes.join(', '),
    name: row.name,
    category: row.category,
    unit: row.unit,
    weighed: row.weighed,
    price: amount(row.price_rp),
    memberPrice: amount(row.member_price_rp),
    reorder: row.reorder_min === 0 ? '' : quantity(row.reorder_min),
    active: row.active,
  };
}

export type ItemProblems = { name?: 'needed'; price?: TypedProblem; memberPrice?: TypedProblem; reorder?: 'quantity' };

/** A member price left empty is the general price. */
export function requestOf(draft: ItemDraft): { request: SaveItem } | { problems: ItemProblems } {
  const problems: ItemProblems = {};
  const price = typedAmount(draft.price);
  const memberText = draft.memberPrice.trim() === '' ? draft.price : draft.memberPrice;
  const memberPrice = typedAmount(memberText);
  const reorder = typedQuantity(draft.reorder.trim() === '' ? '0' : draft.reorder);
  if (draft.name.trim() === '') problems.name = 'needed';
  if (!price.ok) problems.price = price.problem;
  if (!memberPrice.ok && draft.memberPrice.trim() !== '') problems.memberPrice = memberPrice.problem;
  if (!reorder.ok) problems.reorder = 'quantity';
  if (!price.ok || !memberPrice.ok || !reorder.ok || problems.name) return { problems };
  return {
    request: {
      item: draft.item,
      sku: draft.sku.trim(),
      barcodes: draft.barcodes.split(/[\s,;]+/).filter(Boolean),
      name: draft.name.trim(),
      category: draft.category.trim(),
      unit: draft.unit.trim(),
      weighed: draft.weighed,
      price_rp: price.value,
      member_price_rp: memberPrice.value,
      reorder_min: reorder.value,
      active: draft.active,
    },
  };
}

export function withBarcode(draft: ItemDraft, code: string): ItemDraft {
  const codes = draft.barcodes.split(/[\s,;]+/).filter(Boolean);
  return codes.includes(code) ? draft : { ...draft, barcodes: [...codes, code].join(', ') };
}
