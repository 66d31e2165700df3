import { floatData, floats, openSession, type SessionOptions } from './session.ts';

/** Numbers by rows, as tensors have them, and as they can be handed from thread to thread. */
export interface FloatArray {
  data: Float32Array;
  dims: readonly number[];
}

/** A session of floats in and floats out, wherever it runs. */
export interface FloatSession {
  /**
   * @param feeds may be given away: don't use their numbers any more
   * @param outputs names of what is wanted
   */
  run(feeds: Readonly<Record<string, FloatArray>>, outputs: readonly string[]): Promise<Record<string, Float32Array>>;
  release(): Promise<void>;
}

/** A session on the thread that calls it: while it computes, nothing else goes on there. @throws as `openSession` */
export async function openFloatSession(model: Uint8Array, options: SessionOptions = {}): Promise<FloatSession> {
  const session = await openSession(model, options);
  return {
    run: async (feeds, outputs) => {
      const tensors = Object.entries(feeds).map(([name, { data, dims }]) => [name, floats(data, dims)] as const);
      const results = await session.run(Object.fromEntries(tensors), [...outputs]);
      return Object.fromEntries(outputs.map((name) => [name, floatData(results[name]!)]));
    },
    release: () => session.release(),
  };
}
