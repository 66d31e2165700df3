import type * as ort from 'onnxruntime-node';
import { floats, type Session } from './session.ts';

/**
 * One block of memory that a session's outputs are written into, run after run: a run allocates nothing, unless the batch is
 * larger than any before.
 */
export class Arena {
  private memory = new ArrayBuffer(0);

  /** @param dims of the outputs, as far as they are known beforehand; ONNX Runtime gives the others memory of its own. Results are valid until the next run. */
  async run(session: Session, feeds: Record<string, ort.Tensor>, dims: Readonly<Record<string, readonly number[]>>): Promise<Record<string, ort.Tensor>> {
    return session.run(feeds, { ...nothingPlaced(session), ...this.place(dims) });
  }

  private place(dims: Readonly<Record<string, readonly number[]>>): Record<string, ort.Tensor> {
    const sizes = Object.entries(dims).map(([name, shape]) => ({ name, shape, size: shape.reduce((a, d) => a * d, 1) }));
    // Whole cache lines apart, so that threads don't share one.
    const bytes = sizes.reduce((sum, { size }) => sum + Math.ceil(size / 16) * 64, 0);
    if (this.memory.byteLength < bytes) this.memory = new ArrayBuffer(bytes);
    let offset = 0;
    return Object.fromEntries(sizes.map(({ name, shape, size }) => {
      const data = new Float32Array(this.memory, offset, size);
      offset += Math.ceil(size / 16) * 64;
      return [name, floats(data, shape)];
    }));
  }
}

/** Shapes and comparisons are small. */
function nothingPlaced(session: Session): Record<string, null> {
  return Object.fromEntries(session.outputNames.map((name) => [name, null]));
}
