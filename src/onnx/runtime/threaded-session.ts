import { WorkError } from '../../support/errors.ts';
import { threadFile } from '../../support/threads.ts';
import { ComputeThread } from './compute-thread.ts';
import type { FloatArray, FloatSession } from './float-session.ts';
import { machine } from './machine.ts';
import type { Order, Report, ThreadStart } from './session-thread.ts';

interface Asked {
  resolve: (results: Record<string, Float32Array>) => void;
  reject: (error: Error) => void;
}

/**
 * A session on a thread of its own, which lives until it is released: ONNX Runtime computes on the thread that calls
 * it, and this one goes on meanwhile. What is asked while it computes waits its turn there.
 */
export class ThreadedSession implements FloatSession {
  private readonly thread: ComputeThread;
  private readonly asked = new Map<number, Asked>();
  private last = 0;
  private dead: Error | undefined;

  private constructor(thread: ComputeThread) {
    this.thread = thread;
    const { worker } = thread;
    worker.on('message', (report: Report) => this.hear(report));
    worker.on('error', (error) => this.die(error));
    worker.on('exit', () => this.die(new WorkError('ONNX Runtime’s thread ended', 'Start again.')));
    // It keeps no program alive that waits for nothing of it.
    worker.unref();
  }

  /** @param model given away @throws as `openSession` */
  static async open(model: Uint8Array): Promise<ThreadedSession> {
    const { device, threads } = await machine();
    const data: ThreadStart = { model, device, threads };
    const file = threadFile(import.meta.url, 'session-thread');
    const { thread } = await ComputeThread.start<true>(file, data, ownBuffers([model]));
    return new ThreadedSession(thread);
  }

  run(feeds: Readonly<Record<string, FloatArray>>, outputs: readonly string[]): Promise<Record<string, Float32Array>> {
    if (this.dead) return Promise.reject(this.dead);
    const order: Order = { id: ++this.last, feeds, outputs };
    const results = new Promise<Record<string, Float32Array>>((resolve, reject) =>
      this.asked.set(order.id, { resolve, reject }),
    );
    this.thread.worker.ref();
    this.thread.worker.postMessage(order, ownBuffers(Object.values(feeds).map(({ data }) => data)));
    return results;
  }

  /** What is being computed is waited for, what waits is not computed any more. */
  async release(): Promise<void> {
    if (this.dead) return;
    this.dead = new Error('the session was released');
    await this.thread.end();
  }

  private hear(report: Report): void {
    if (!('id' in report)) return;
    const asked = this.asked.get(report.id);
    this.asked.delete(report.id);
    if (this.asked.size === 0 && !this.dead) this.thread.worker.unref();
    if ('error' in report) asked?.reject(new Error(report.error));
    else asked?.resolve(report.results);
  }

  private die(error: Error): void {
    this.dead ??= error;
    for (const { reject } of this.asked.values()) reject(error);
    this.asked.clear();
  }
}

/** Memory that can be handed over as it is; what shares its memory with others is copied instead. */
const ownBuffers = (arrays: readonly Uint8Array[] | readonly Float32Array[]): ArrayBuffer[] =>
  arrays
    .filter(({ buffer, byteLength }) => buffer.byteLength === byteLength)
    .map(({ buffer }) => buffer as ArrayBuffer);
