import type { EventEmitter } from 'node:events';
import { timerOf } from '../support/timers.ts';
import { Refusal } from './refusal.ts';

/**
 * The work on one request. It ends with the answer, at the time limit, or when the client goes; what it holds is given
 * back then.
 */
export class Job {
  private readonly controller = new AbortController();
  private readonly held: (() => void)[] = [];
  private over = false;

  /** @param connection of the request, or its response: with its `close` the work is over */
  constructor(connection: EventEmitter, mostSeconds: number) {
    const late = new Refusal(408, 'timeout', `this took longer than ${mostSeconds} s`);
    const timer = setTimeout(() => this.controller.abort(late), timerOf(mostSeconds));
    connection.once('close', () => {
      clearTimeout(timer);
      this.over = true;
      this.controller.abort(new Refusal(499, 'client_gone', 'the client has gone'));
      for (const giveBack of this.held) giveBack();
    });
  }

  /** Aborted at the time limit and when the client goes, with the refusal as its reason. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Has something given back at the end: at once, if that has come. */
  hold(giveBack: () => void): void {
    if (this.over) giveBack();
    else this.held.push(giveBack);
  }
}
