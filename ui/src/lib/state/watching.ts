// Long work reports how far it is in the status: while it goes on, the status is asked more often.

import type { SyncStatus } from '$lib/ipc';
import { session } from './session.svelte';

const PACE_MS = 600;

export async function watching<T>(work: Promise<T>): Promise<T> {
  let done = false;
  let timer: ReturnType<typeof setTimeout>;
  const again = (): void => {
    timer = setTimeout(() => void session.refresh().then(() => done || again()), PACE_MS);
  };
  again();
  try {
    return await work;
  } finally {
    done = true;
    clearTimeout(timer!);
    await session.refresh();
  }
}

const SETTLING_MS = 1_500;
const PATIENCE_MS = 60_000;

/** Waits until the round that was asked for is over, and gives how it stands then. */
export async function settledSync(): Promise<SyncStatus | null> {
  const begun = performance.now();
  for (;;) {
    await new Promise((done) => setTimeout(done, PACE_MS));
    await session.refresh();
    const waited = performance.now() - begun;
    const sync = session.status?.sync ?? null;
    const over = waited > SETTLING_MS && sync?.state !== 'working';
    if (over || waited > PATIENCE_MS) return sync;
  }
}
