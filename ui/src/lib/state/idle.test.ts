import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { IdleClock, IDLE_MS } from './idle';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('locks once after the whole pause, counted from the last touch', () => {
  const lock = vi.fn();
  const clock = new IdleClock(lock);
  clock.touch();
  vi.advanceTimersByTime(IDLE_MS - 1);
  clock.touch();
  vi.advanceTimersByTime(IDLE_MS - 1);
  expect(lock).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(lock).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(3 * IDLE_MS);
  expect(lock).toHaveBeenCalledTimes(1);
});

test('a till that was locked by hand is not locked again', () => {
  const lock = vi.fn();
  const clock = new IdleClock(lock);
  clock.touch();
  clock.stop();
  vi.advanceTimersByTime(2 * IDLE_MS);
  expect(lock).not.toHaveBeenCalled();
});
