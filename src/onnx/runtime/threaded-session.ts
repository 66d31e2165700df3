import './no-telemetry.ts';
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { WorkError } from '../../support/errors.ts';
import { startThread, threadFile } from '../../support/threads.ts';
import type { FloatArray, FloatSession } from './float-session.ts';
import { machine } from './machine.ts';
import { BUSY, STOP } from './session-flags.ts';
import type { Order, Report, ThreadStart } from './session-thread.ts';

/**
 * A thread that is ended while ONNX Runtime computes there takes the process along: its binding throws where nobody
 * catches. So whoever ends the process waits for it, a second at most.
 */
const open = new Set<ThreadedSession>();
const stopAll = (): void => open.forEach((session) => session.stop());

interface Asked {
  resolve: (results: Record<string, Float32Array>) => void;
  reject: (error: Error) => void;
}

/**
 * A session on a thread of its own, which lives until it is released: ONNX Runtime computes on the thread that calls
 * it, and this one goes on meanwhile. What is asked while it computes waits its turn there.
 */
export class ThreadedSession implements FloatSession {
  private readonly worker: Worker;
  private readonly flags: Int32Array;
  private readonly asked = new Map<number, Asked>();
  private last = 0;
  private dead: Error | undefined;

  private constructor(worker: Worker, flags: Int32Array) {
    [this.worker, this.flags] = [worker, flags];
    worker.on('message', (report: Report) => this.hear(report));
    worker.on('error', (error) => this.die(error));
    worker.on('exit', () => this.die(new WorkError('ONNX Runtime’s thread ended', 'Start again.')));
    // It keeps no program alive that waits for nothing of it.
    worker.unref();
    open.add(this);
    if (open.size === 1) process.on('exit', stopAll);
  }

  /** @param model given away @throws as `openSession` */
  static async open(model: Uint8Array): Promise<ThreadedSession> {
    const { device, threads } = await machine();
    const flags = new Int32Array(new SharedArrayBuffer(8));
    const workerData: ThreadStart = { model, device, threads, flags };
    const transferList = ownBuffers([model]);
    // What this process was started with (`--input-type`, loaders) is not for a file that was built.
    const file = threadFile(import.meta.url, 'session-thread');
    const { worker } = await startThread<true>(file, { workerData, transferList, execArgv: [] });
    return new ThreadedSession(worker, flags);
  }

  run(feeds: Readonly<Record<string, FloatArray>>, outputs: readonly string[]): Promise<Record<string, Float32Array>> {
    if (this.dead) return Promise.reject(this.dead);
    const order: Order = { id: ++this.last, feeds, outputs };
    const results = new Promise<Record<string, Float32Array>>((resolve, reject) =>
      this.asked.set(order.id, { resolve, reject }),
    );
    this.worker.ref();
    this.worker.postMessage(order, ownBuffers(Object.values(feeds).map(({ data }) => data)));
    return results;
  }

  /** What is being computed is waited for, what waits is not computed any more. */
  async release(): Promise<void> {
    Atomics.store(this.flags, STOP, 1);
    if (this.dead) return;
    this.dead = new Error('the session was released');
    const ended = once(this.worker, 'exit');
    this.worker.ref();
    this.worker.postMessage({ release: true } satisfies Order);
    await ended;
  }

  /** Waits until nothing is computed, and sees to it that nothing more is. */
  stop(): void {
    Atomics.store(this.flags, STOP, 1);
    Atomics.wait(this.flags, BUSY, 1);
  }

  private hear(report: Report): void {
    if (!('id' in report)) return;
    const asked = this.asked.get(report.id);
    this.asked.delete(report.id);
    if (this.asked.size === 0 && !this.dead) this.worker.unref();
    if ('error' in report) asked?.reject(new Error(report.error));
    else asked?.resolve(report.results);
  }

  private die(error: Error): void {
    this.dead ??= error;
    open.delete(this);
    if (open.size === 0) process.off('exit', stopAll);
    for (const { reject } of this.asked.values()) reject(error);
    this.asked.clear();
  }
}

/** Memory that can be handed over as it is; what shares its memory with others is copied instead. */
const ownBuffers = (arrays: readonly Uint8Array[] | readonly Float32Array[]): ArrayBuffer[] =>
  arrays
    .filter(({ buffer, byteLength }) => buffer.byteLength === byteLength)
    .map(({ buffer }) => buffer as ArrayBuffer);
