import { expect, test } from 'vitest';
import type { Status, SyncState } from '$lib/ipc';
import { ownTrouble, settledOn, stoppedBy } from './matters';

const matter = (code: string) => ({ code, message: 'x', next: 'y' });
const status = (state: SyncState, code: string | null) =>
  ({ sync: { state, waiting: 0, last_contact: null, matter: code ? matter(code) : null, progress: null, questions: 0 } }) as Status;

test.each([
  ['series_ended', 'devices', 'ended'],
  ['series_forked', 'devices', 'forked'],
  ['store_restored', 'devices', 'restored'],
  ['wrong_centre', 'sync', null],
  ['something_new', 'sync', null],
] as const)('%s is settled on the page of %s', (code, place, trouble) => {
  expect(settledOn(matter(code))).toBe(place);
  expect(ownTrouble(status('stopped', code))).toBe(trouble);
});

test('what goes on by itself needs nobody', () => {
  expect(stoppedBy(status('offline', 'no_line'))).toBeNull();
  expect(stoppedBy(status('current', null))).toBeNull();
  expect(ownTrouble(status('offline', 'series_ended'))).toBeNull();
  expect(stoppedBy(null)).toBeNull();
});
