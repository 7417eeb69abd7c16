// The height of a picture: the next round figure above the highest bar.

const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** 7.842.500 → 8.000.000. At least one, so that an empty month still has an axis. */
export function roundTop(highest: number): number {
  if (highest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = STEPS.find((one) => one * power >= highest) ?? 10;
  return Math.round(step * power);
}
