import { WorkError } from '../../support/errors.ts';
import { PendingAnswers } from '../../support/pending-answers.ts';
import { threadFile } from '../../support/threads.ts';
import { ComputeThread } from './compute-thread.ts';
import type { FloatArray, FloatSession } from './float-session.ts';
import { machine } from './machine.ts';
import type { Order, Report, ThreadStart } from './session-thread.ts';

/**
 * A session on a thread of its own, which lives until it is released: ONNX Runtime computes on the thread that calls
 * it, and this one goes on meanwhile. What is asked while it computes waits its turn there.
 */
export class ThreadedSession implements FloatSession {
  private readonly thread: ComputeThread;
  private readonly pending: PendingAnswers<Record<string, Float32Array>>;

  private constructor(thread: ComputeThread) {
    this.thread = thread;
    const { worker } = thread;
    this.pending = new PendingAnswers(worker, new WorkError('ONNX Runtime’s thread ended', 'Start again.'));
    worker.on('message', (report: Report) => this.hear(report));
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
    return this.pending.ask((id) => {
      const order: Order = { id, feeds, outputs };
      this.thread.worker.ref();
      this.thread.worker.postMessage(order, ownBuffers(Object.values(feeds).map(({ data }) => data)));
    });
  }

  /** What is being computed is waited for, what waits is not computed any more. */
  async release(): Promise<void> {
    if (!this.pending.isOpen) return;
    this.pending.close(new Error('the session was released'));
    await this.thread.end();
  }

  private hear(report: Report): void {
    if (!('id' in report)) return;
    this.pending.settle(report);
    if (this.pending.isEmpty && this.pending.isOpen) this.thread.worker.unref();
  }
}

/** Memory that can be handed over as it is; what shares its memory with others is copied instead. */
const ownBuffers = (arrays: readonly Uint8Array[] | readonly Float32Array[]): ArrayBuffer[] =>
  arrays
    .filter(({ buffer, byteLength }) => buffer.byteLength === byteLength)
    .map(({ buffer }) => buffer as ArrayBuffer);
