// How a device is called, and whether it can be ended.

import type { Words } from '$lib/i18n/id';
import type { DeviceCard } from '$lib/ipc';

export function nameOf(device: DeviceCard, words: Words['devices']): string {
  return device.state === 'centre' || device.letter === '' ? words.centre : words.till(device.letter);
}

/** Whether a person at the till that keeps the books may end that device: neither the centre nor
 * itself, nor one that was never heard of. */
export function endable(device: DeviceCard): boolean {
  return !device.this_one && !['centre', 'invited', 'ended'].includes(device.state);
}
