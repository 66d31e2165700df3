import { codeOf } from '../support/errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * What ends a command before its time: Ctrl-C, a closed terminal, a reader of its output that went away, a full disk
 * behind it.
 */
export class Stopper {
  /** How long work may take to stop by itself. */
  patienceMs = 10_000;
  private readonly controller = new AbortController();
  /** Why standard output can't be written to any more. */
  private closed: 'reader gone' | 'disk full' | undefined;

  /** Aborted by the first signal; the second ends the process at once. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get output(): 'open' | 'reader gone' | 'disk full' {
    return this.closed ?? 'open';
  }

  listen(): void {
    for (const name of SIGNALS) process.once(name, this.onSignal);
    // oclif’s own throws what is not a reader that went away, past everything that could catch it.
    process.stdout.removeAllListeners('error');
    process.stdout.on('error', this.onOutput);
    process.stderr.on('error', ignore);
  }

  /** Leaves the process as it was: a program may run many commands. */
  stop(): void {
    for (const name of SIGNALS) process.off(name, this.onSignal);
    process.stdout.off('error', this.onOutput);
    process.stderr.off('error', ignore);
    for (const stream of [process.stdout, process.stderr])
      if (stream.listenerCount('error') === 0) stream.on('error', ignore);
  }

  private readonly onSignal = (name: NodeJS.Signals): void => {
    this.controller.abort(new Error('stopped; the same command goes on from here'));
    if (name !== 'SIGINT') setTimeout(() => process.exit(1), this.patienceMs).unref();
  };

  private readonly onOutput = (error: Error): void => {
    this.closed = codeOf(error) === 'ENOSPC' ? 'disk full' : 'reader gone';
    process.exitCode = this.closed === 'disk full' ? 1 : 0;
    this.controller.abort(new Error(`standard output: ${this.closed}`));
  };
}

const ignore = (): void => {};
