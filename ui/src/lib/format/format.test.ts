import { describe, expect, test } from 'vitest';
import { digitDate, longDate, plainDate, shortDate, shortMoment } from './dates';
import { amount, initials, money, percent, quantity, quantityOf } from './figures';
import { typedAmount, typedDate, typedQuantity, type Typed } from './typed';

describe('figures', () => {
  test.each([
    [0, 'Rp0'],
    [500, 'Rp500'],
    [1_234_567, 'Rp1.234.567'],
    [-5_500, '−Rp5.500'],
    [1_000_000_000_000, 'Rp1.000.000.000.000'],
  ])('money %d', (rupiah, shown) => expect(money(rupiah)).toBe(shown));

  test.each([
    [0, '0'],
    [1_000, '1'],
    [1_250, '1,25'],
    [50, '0,05'],
    [-2_000, '−2'],
    [1_234_500, '1.234,5'],
  ])('quantity %d', (milli, shown) => expect(quantity(milli)).toBe(shown));

  test('units stay with their figure', () => {
    expect(quantityOf(1_250, 'kg')).toBe('1,25\u00a0kg');
    expect(quantityOf(3_000, '')).toBe('3');
    expect(amount(-500)).toBe('−500');
  });

  test('shares and initials', () => {
    expect(percent(64, 100)).toBe(64);
    expect(percent(1, 0)).toBeNull();
    expect(initials('Dewi Ayu Lestari')).toBe('DL');
    expect(initials('Sukarno')).toBe('S');
    expect(initials('  ')).toBe('');
  });
});

describe('dates', () => {
  test('in words', () => {
    expect(longDate('2026-01-23', 'id')).toBe('Jumat, 23 Januari 2026');
    expect(longDate('2026-01-23', 'en')).toBe('Friday, 23 January 2026');
    expect(plainDate('2025-08-17', 'id')).toBe('17 Agustus 2025');
    expect(shortDate('2025-12-05', 'id')).toBe('5 Des');
    expect(shortMoment('2026-01-22 19.05', 'id')).toBe('22 Jan, 19.05');
  });
});

const ok = (value: number): Typed => ({ ok: true, value });
const no = (problem: string) => ({ ok: false, problem });

describe('what people type', () => {
  test.each([
    ['12500', ok(12_500)],
    ['12.500', ok(12_500)],
    ['Rp 12.500', ok(12_500)],
    ['12.500,00', ok(12_500)],
    ['12rb', ok(12_000)],
    ['12 rb', ok(12_000)],
    ['12,5rb', ok(12_500)],
    ['1,5jt', ok(1_500_000)],
    ['2 juta', ok(2_000_000)],
    ['0', ok(0)],
    ['12.5', no('ambiguous')],
    ['1.2345', no('ambiguous')],
    ['12,5', no('too_fine')],
    ['1,2345rb', no('too_fine')],
    ['', no('empty')],
    ['rp', no('empty')],
    ['abc', no('not_a_number')],
    ['-500', no('not_a_number')],
    ['.', no('not_a_number')],
    ['1000000000001', no('too_large')],
  ])('amount %s', (text, expected) => expect(typedAmount(text)).toEqual(expected));

  test.each([
    ['2', ok(2_000)],
    ['1,5', ok(1_500)],
    ['0.25', ok(250)],
    [',5', ok(500)],
    ['1/4', ok(250)],
    ['1 1/2', ok(1_500)],
    ['1/3', ok(333)],
    ['1/0', no('not_a_number')],
    ['0,0005', no('too_fine')],
    ['9999999', no('too_large')],
    ['satu', no('not_a_number')],
    [',', no('not_a_number')],
    ['', no('empty')],
  ])('quantity %s', (text, expected) => expect(typedQuantity(text)).toEqual(expected));

  test.each([
    ['17-8-1984', '1984-08-17'],
    ['17/08/1984', '1984-08-17'],
    ['17081984', '1984-08-17'],
    ['29-2-2024', '2024-02-29'],
    ['29-2-2023', null],
    ['31-4-2024', null],
    ['8-17-1984', null],
    ['1984-08-17', null],
    ['17-8-84', null],
    ['', null],
  ])('date %s', (text, expected) => {
    const read = typedDate(text);
    expect(read.ok ? read.date : null).toBe(expected);
    if (read.ok) expect(typedDate(digitDate(read.date))).toEqual(read);
  });
});
