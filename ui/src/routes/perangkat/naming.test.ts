import { expect, test } from 'vitest';
import { tills as words } from '$lib/i18n/tills.id';
import type { DeviceCard, DeviceState } from '$lib/ipc';
import { endable, nameOf } from './naming';

const device = (state: DeviceState, this_one = false): DeviceCard => ({
  device_no: 2, letter: state === 'centre' ? '' : 'B', this_one, keeps_books: false, state, documents: 0, last_document: null, words: null, note: null,
});

test('the centre has a name, tills have a letter', () => {
  expect(nameOf(device('centre'), words.devices)).toBe('Pusat');
  expect(nameOf(device('active'), words.devices)).toBe('Kasir B');
});

test.each([
  ['centre', false],
  ['invited', false],
  ['ended', false],
  ['active', true],
  ['waits_for_keys', true],
  ['forked', true],
] as const)('%s may be ended: %s', (state, may) => {
  expect(endable(device(state))).toBe(may);
  expect(endable(device(state, true))).toBe(false);
});
