import { Flags } from '@oclif/core';
import { DEVICES } from '../onnx/runtime/device-names.ts';
import { InputError } from '../support/errors.ts';
import { readSize } from '../support/size.ts';

export { DEVICES } from '../onnx/runtime/device-names.ts';

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

/** Of every command that takes a recipe. */
export const setFlag = Flags.string({
  multiple: true,
  multipleNonGreedy: true,
  description: 'set a field of the recipe, a value as YAML has it: training.epochs=10 (repeatable)',
  helpValue: 'FIELD=VALUE',
});

/** Of every command whose runs may be shared out. */
export const runsQueueFlag = Flags.string({
  description:
    'a Redis or Valkey server, e.g. redis://host:6379: isogloss worker --runs runs them, on as many machines, which ' +
    'share this folder',
});

/** Which sound of a file is heard. */
export const soundFlags = {
  track: Flags.integer({
    min: 1,
    description: 'which track of sound of files with several; the default one, that players play, if not said',
  }),
  channel: Flags.integer({ min: 1, description: 'which channel is heard alone; all, mixed, if not said' }),
};

const UNITS = { s: 1, m: 60, h: 3600 };

/** A length of time, in seconds: `90s`, `15m`, `2h`. */
export const durationFlag = Flags.custom<number>({
  parse: (text) => {
    const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text);
    if (!match) throw new InputError(`${text} is no time`, 'Write 90s, 15m or 2h.');
    return Promise.resolve(Number(match[1]) * UNITS[(match[2] || 's') as keyof typeof UNITS]);
  },
});

/** A size on disk, in bytes: `500MB`, `20GB`. */
export const sizeFlag = Flags.custom<number>({ parse: (text) => Promise.resolve(readSize(text)) });

export const minutesFlag = Flags.custom<number>({ parse: (text) => Promise.resolve(minutesOf(text)) });

/** Several with commas between them. */
export const minutesListFlag = Flags.custom<number[]>({
  parse: (text) => Promise.resolve(text.split(',').map(minutesOf)),
});

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (text.trim() !== '' && minutes > 0 && minutes < Infinity) return minutes;
  throw new InputError(`“${text}” is no number of minutes`, 'Write minutes as 5, or 0.5.');
}

/** Whole numbers with commas between them, one for each order of n-grams. */
export const thresholdsFlag = Flags.custom<number[]>({
  parse: (text) =>
    Promise.resolve(
      text.split(',').map((number) => {
        if (!/^\d+$/.test(number))
          throw new InputError(`${number} is no whole number`, 'Give a number for each order, e.g. 0,0,1.');
        return Number(number);
      }),
    ),
});
