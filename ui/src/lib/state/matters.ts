// On which page a person settles what stopped sync.

import type { AppError, Status } from '$lib/ipc';

export type SettledOn = 'devices' | 'sync';
export type OwnTrouble = 'ended' | 'forked' | 'restored';

/** What happened to this till's own letter: it needs a new one, on the page of devices. */
const OWN: Record<string, OwnTrouble> = { series_ended: 'ended', series_forked: 'forked', store_restored: 'restored' };

export function settledOn(matter: AppError): SettledOn {
  return matter.code in OWN ? 'devices' : 'sync';
}

/** What a person must settle before sync goes on by itself. */
export function stoppedBy(status: Status | null): AppError | null {
  return status?.sync.state === 'stopped' ? status.sync.matter : null;
}

/** Why this till cannot go on under its letter, or null where it can. */
export function ownTrouble(status: Status | null): OwnTrouble | null {
  const matter = stoppedBy(status);
  return matter ? (OWN[matter.code] ?? null) : null;
}
