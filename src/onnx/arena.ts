import * as ort from 'onnxruntime-node';
import { floats, type Session } from './session.ts';

/**
 * One block of memory that a session's outputs are written into, run after run. The first run of a new input shape
 * teaches it the outputs' dims; after that a run of that shape allocates nothing.
 */
export class Arena {
  private memory = new ArrayBuffer(0);
  private readonly known = new Map<string, Record<string, readonly number[]>>();

  /** @param key names the shapes of the feeds. Results are valid until the next run. */
  async run(session: Session, feeds: Record<string, ort.Tensor>, key: string): Promise<Record<string, ort.Tensor>> {
    const dims = this.known.get(key);
    if (dims) return session.run(feeds, { ...nothingPlaced(session), ...this.place(dims) });
    const results = await session.run(feeds);
    const floatsOnly = Object.entries(results).filter(([, tensor]) => tensor.type === 'float32');
    this.known.set(key, Object.fromEntries(floatsOnly.map(([name, tensor]) => [name, tensor.dims])));
    return results;
  }

  private place(dims: Record<string, readonly number[]>): Record<string, ort.Tensor> {
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

/** Shapes and comparisons are small: ONNX Runtime gives them memory of its own. */
function nothingPlaced(session: Session): Record<string, null> {
  return Object.fromEntries(session.outputNames.map((name) => [name, null]));
}
