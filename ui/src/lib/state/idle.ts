// A till that nobody touches locks itself. The cart stays; the shift stays open.

/** Five minutes without a key or a pointer. */
export const IDLE_MS = 5 * 60_000;

/** Calls `lock` once nothing has been touched for `after` milliseconds; `touch` begins anew. */
export class IdleClock {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly lock: () => void,
    private readonly after: number = IDLE_MS,
  ) {}

  touch = (): void => {
    this.stop();
    this.#timer = setTimeout(this.lock, this.after);
  };

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Watches the window until the returned function is called. */
export function watchIdle(lock: () => void): () => void {
  const clock = new IdleClock(lock);
  const touches = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;
  for (const name of touches) window.addEventListener(name, clock.touch, { capture: true, passive: true });
  clock.touch();
  return () => {
    clock.stop();
    for (const name of touches) window.removeEventListener(name, clock.touch, { capture: true });
  };
}
