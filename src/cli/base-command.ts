import { Command } from '@oclif/core';
import path from 'node:path';
import type { Machine, MachineChoice } from '../onnx/runtime/machine.ts';
import { IsoglossError, type Place, type SetAside } from '../support/errors.ts';
import { onNotice } from '../support/notices.ts';
import { silent, type Progress } from '../support/progress.ts';
import { timerOf } from '../support/timers.ts';
import { alikeLines } from './alike.ts';
import { oneLine, printable } from './printable.ts';
import { drawnProgress, eraseDrawnLine } from './progress.ts';
import { Stopper } from './stopper.ts';

const MOST_SET_ASIDE_SHOWN = 10;

/** Every command's manners: `--json`, progress on stderr, errors that teach, exit codes 0, 1, 2, 3. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  private readonly stopper = new Stopper();
  private unlisten: () => void = () => {};

  protected get progress(): Progress {
    return drawnProgress(this.jsonEnabled()) ?? silent;
  }

  /** Aborted by Ctrl-C, or when nobody is left to read; the second Ctrl-C ends the process at once. */
  protected get signal(): AbortSignal {
    return this.stopper.signal;
  }

  /** How many seconds work may take to stop by itself, once it is asked to. */
  protected stopsWithin(seconds: number): void {
    this.stopper.patienceMs = timerOf(seconds);
  }

  override async init(): Promise<void> {
    await super.init();
    this.unlisten = onNotice((text) => this.logToStderr(text));
    this.stopper.listen();
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    // What could not be written is told after the writing.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.stopper.output === 'disk full') {
      process.exitCode = 1;
      this.logToStderr('can’t write to standard output: the disk is full\n  → Free some space, or write elsewhere.');
    }
    await super.finally(error);
    this.stopper.stop();
    this.unlisten();
  }

  /** Nothing that stands in users' files and names gives orders to a terminal. */
  override log(message = ''): void {
    eraseDrawnLine();
    super.log(printable(message));
  }

  override logToStderr(message = ''): void {
    eraseDrawnLine();
    super.logToStderr(printable(message));
  }

  /** What the command computes on. Says on stderr why it is the CPU, where something better is nearly there. */
  protected async machineOf(choice: MachineChoice): Promise<Machine> {
    const { chooseMachine } = await import('../onnx/runtime/machine.ts');
    const { fallback, ...machine } = await chooseMachine({ device: choice.device, threads: choice.threads });
    if (fallback !== undefined) this.logToStderr(`on the CPU: ${fallback}; isogloss doctor says more`);
    return machine;
  }

  /** Does some work on what the flags say, or the environment. */
  protected async onMachine<T>(choice: MachineChoice, work: () => Promise<T>): Promise<T> {
    const { onMachine } = await import('../onnx/runtime/machine.ts');
    return onMachine(await this.machineOf(choice), work);
  }

  /**
   * Sums up on stderr what was left out, by reason, and makes the exit code 3. @param list the file that has all of it
   */
  protected reportSetAside(setAside: readonly SetAside[], list?: string): void {
    if (setAside.length === 0) return;
    process.exitCode = 3;
    if (this.jsonEnabled()) return;
    this.logToStderr(`${setAside.length} set aside${list === undefined ? '' : `, listed in ${list}`}:`);
    for (const line of alikeLines(setAside, MOST_SET_ASIDE_SHOWN)) this.logToStderr(`  ${line}`);
  }

  protected override catch(error: Error & { exitCode?: number; oclif?: { exit?: number } }): Promise<unknown> {
    if (process.env.DEBUG || error.oclif?.exit === 0) return Promise.reject(error);
    // Whoever read the output has read enough.
    if (this.stopper.output !== 'open') return Promise.resolve(undefined);
    const known = error instanceof IsoglossError;
    const code = known ? error.exitCode : this.stopper.signal.aborted ? 1 : (error.oclif?.exit ?? 1);
    process.exitCode = code;
    const what = withoutFrame(error);
    if (this.jsonEnabled()) {
      const report = known ? { what, next: error.next, ...error.place } : { what };
      this.logJson({ error: report });
      return Promise.resolve(undefined);
    }
    const where = known ? placeOf(error.place) : '';
    this.logToStderr(oneLine(`${where ? `${where}: ` : ''}${what}`));
    if (known) this.logToStderr(`  → ${error.next}`);
    return Promise.resolve(undefined);
  }
}

/** What oclif says, without its words around it, and in one line. */
function withoutFrame({ message, args }: Error & { args?: { name: string }[] }): string {
  const [missing] = /^Missing \d+ required args?:/.exec(message) ?? [];
  if (missing !== undefined && args) return `${missing} ${args.map(({ name }) => name).join(', ')}. See --help.`;
  return message.replace(/^Parsing (--\S+) \n\t([^]*)\nSee more help with --help$/, '$1: $2');
}

function placeOf({ file, line }: Place): string {
  if (!file) return '';
  const relative = path.relative(process.cwd(), file);
  return `${relative.startsWith('..') || relative === '' ? file : relative}${line ? `:${line}` : ''}`;
}
