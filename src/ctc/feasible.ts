/** Frames that a target needs at least: one a token, and a blank between equal neighbours. */
export function minimumFrames(target: ArrayLike<number>): number {
  let frames = target.length;
  for (let i = 1; i < target.length; i++) if (target[i] === target[i - 1]) frames++;
  return frames;
}
