import { Command, Flags } from '@oclif/core';
import path from 'node:path';
import { DEVICES } from '../onnx/runtime/device.ts';
import { chooseMachine, type Machine, type MachineChoice } from '../onnx/runtime/machine.ts';
import { IsoglossError, type Place, type SetAside } from '../support/errors.ts';
import { onNotice } from '../support/notices.ts';
import { silent, type Progress } from '../support/progress.ts';
import { drawnProgress } from './progress.ts';

const MOST_SET_ASIDE_SHOWN = 10;

/** Of every command that runs a model. */
export const machineFlags = {
  device: Flags.option({
    options: ['auto', ...DEVICES] as const,
    description:
      'what to compute on; auto, the default, is CUDA where it can be had, else the CPU [env: ISOGLOSS_DEVICE]',
  })(),
  threads: Flags.integer({
    min: 1,
    description: 'threads on the CPU; the physical cores by default [env: ISOGLOSS_THREADS]',
  }),
};

/** Every command's manners: `--json`, progress on stderr, errors that teach, exit codes 0, 1, 2, 3. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  private readonly stopper = new AbortController();

  protected get progress(): Progress {
    return drawnProgress(this.jsonEnabled()) ?? silent;
  }

  /** Aborted by Ctrl-C; the second Ctrl-C ends the process at once. */
  protected get signal(): AbortSignal {
    return this.stopper.signal;
  }

  override async init(): Promise<void> {
    await super.init();
    onNotice((text) => this.logToStderr(text));
    process.once('SIGINT', () => this.stopper.abort(new Error('stopped; the same command goes on from here')));
  }

  /** What the command computes on. Says on stderr why it is the CPU, where something better is nearly there. */
  protected async machineOf(choice: MachineChoice): Promise<Machine> {
    const { fallback, ...machine } = await chooseMachine({ device: choice.device, threads: choice.threads });
    if (fallback !== undefined) this.logToStderr(`on the CPU: ${fallback}; isogloss doctor says more`);
    return machine;
  }

  /** Lists what was left out on stderr, and makes the exit code 3. */
  protected reportSetAside(setAside: readonly SetAside[]): void {
    if (setAside.length === 0) return;
    process.exitCode = 3;
    if (this.jsonEnabled()) return;
    this.logToStderr(`${setAside.length} set aside:`);
    for (const { item, reason, place } of setAside.slice(0, MOST_SET_ASIDE_SHOWN))
      this.logToStderr(`  ${place?.line ? placeOf(place) : item}: ${reason}`);
    if (setAside.length > MOST_SET_ASIDE_SHOWN)
      this.logToStderr(`  … and ${setAside.length - MOST_SET_ASIDE_SHOWN} more`);
  }

  protected override catch(error: Error & { exitCode?: number; oclif?: { exit?: number } }): Promise<unknown> {
    if (process.env.DEBUG || error.oclif?.exit === 0) return Promise.reject(error);
    const known = error instanceof IsoglossError;
    const code = known ? error.exitCode : this.stopper.signal.aborted ? 1 : (error.oclif?.exit ?? 1);
    process.exitCode = code;
    if (this.jsonEnabled()) {
      const report = known ? { what: error.message, next: error.next, ...error.place } : { what: error.message };
      this.logJson({ error: report });
      return Promise.resolve(undefined);
    }
    const where = known ? placeOf(error.place) : '';
    this.logToStderr(`${where ? `${where}: ` : ''}${error.message}`);
    if (known) this.logToStderr(`  → ${error.next}`);
    return Promise.resolve(undefined);
  }
}

function placeOf({ file, line }: Place): string {
  if (!file) return '';
  const relative = path.relative(process.cwd(), file);
  return `${relative.startsWith('..') || relative === '' ? file : relative}${line ? `:${line}` : ''}`;
}
