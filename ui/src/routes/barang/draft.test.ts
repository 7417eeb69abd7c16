import { expect, test } from 'vitest';
import { blankItem, draftOf, requestOf, withBarcode } from './draft';

test('what is typed becomes a request', () => {
  const draft = { ...blankItem('8992761111113'), name: ' Beras ', price: '12.500', reorder: '2,5' };
  expect(requestOf(draft)).toEqual({
    request: {
      item: null, sku: '', barcodes: ['8992761111113'], name: 'Beras', category: '', unit: 'pcs', weighed: false,
      price_rp: 12_500, member_price_rp: 12_500, reorder_min: 2_500, active: true,
    },
  });
});

test('every problem is named at its field', () => {
  const draft = { ...blankItem(), price: '12.5', memberPrice: 'x', reorder: 'banyak' };
  expect(requestOf(draft)).toEqual({
    problems: { name: 'needed', price: 'ambiguous', memberPrice: 'not_a_number', reorder: 'quantity' },
  });
});

test('opening and saving an item changes nothing', () => {
  const row = {
    item: '1-5', sku: 'B1', barcodes: ['1', '2'], name: 'Gula', category: 'Sembako', unit: 'kg', weighed: true,
    price_rp: 17_900, member_price_rp: 17_400, stock: 0, stock_value_rp: 0, reorder_min: 1_250, active: false,
  };
  const { stock: _, stock_value_rp: __, ...request } = row;
  expect(requestOf(draftOf(row))).toEqual({ request });
});

test('a barcode is added once', () => {
  const draft = withBarcode(withBarcode(blankItem('123'), '456'), '456');
  expect(draft.barcodes).toBe('123, 456');
});
