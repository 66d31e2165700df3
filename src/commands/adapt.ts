import { Args, Flags } from '@oclif/core';
import path from 'node:path';
import { BaseCommand } from '../cli/base-command.ts';
import { durationFlag, machineFlags } from '../cli/flags.ts';
import { columns, interval, percent } from '../cli/format.ts';
import { adapt, type AdaptResult } from '../run/index.ts';

export default class Adapt extends BaseCommand {
  static override summary = 'Find a good recipe for a corpus within a time budget, train it, test it once, report.';
  static override description =
    'Looks at the corpus, begins with a sensible recipe for its size, tries what may be better and keeps what ' +
    'is, by dev alone. The recipe that it found is written down with a reason at each choice. Stopped or killed, ' +
    'the same command goes on.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> mboshi --language mdw',
    '<%= config.bin %> <%= command.id %> corpora/my-fieldwork --budget 1h',
  ];
  static override strict = false;
  static override args = {
    corpus: Args.string({
      required: true,
      description: 'a corpus in ./corpora, or a folder with a manifest.jsonl; several are joined',
    }),
  };
  static override flags = {
    budget: durationFlag({
      default: 900,
      defaultHelp: () => Promise.resolve('15m'),
      description: 'time for all of it: 90s, 15m, 2h',
    }),
    language: Flags.string({ description: 'its code, e.g. mdw or pt-BR; what the manifest says, if absent' }),
    name: Flags.string({ description: 'name of the recipe; the corpus’s name, if absent' }),
    recipe: Flags.string({ description: 'a recipe to begin with: its split, text rules and encoder stay' }),
    untranscribed: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'recordings that nobody has transcribed, to learn from too: a folder, files or a pattern',
    }),
    runs: Flags.string({ default: 'runs', description: 'folder that run folders go to' }),
    ...machineFlags,
  };

  async run(): Promise<AdaptResult> {
    const { argv, flags } = await this.parse(Adapt);
    const { budget, language, name, recipe, untranscribed, runs } = flags;
    const result = await this.onMachine(flags, () =>
      adapt(argv as string[], {
        ...{ budget, language, name, recipe, untranscribed, runs, progress: this.progress, signal: this.signal },
        onTrial: (what, devCer, best) =>
          this.logToStderr(
            `${what}: ` +
              (devCer === undefined ? 'no time for it' : `CER on dev ${percent(devCer)}`) +
              `; best ${percent(best)}`,
          ),
      }),
    );
    const { test, dev, greedy, without_tones: toneless } = result.metrics;
    this.log(
      columns([
        ['', 'CER', '', 'WER', ''],
        ...Object.entries({ test, dev, 'test, greedy': greedy?.test, 'test, without tones': toneless?.test }).flatMap(
          ([what, scores]) =>
            scores
              ? [[what, percent(scores.cer), interval(scores.cer_ci95), percent(scores.wer), interval(scores.wer_ci95)]]
              : [],
        ),
      ]),
    );
    for (const { at, reason } of result.choices) this.log(`${at.join('.')}: ${reason}`);
    this.log(
      `\nrecipe  ${result.recipe}\nreport  ${path.join(result.folder, 'report.html')}\n` +
        `model   ${path.join(result.folder, 'model')}`,
    );
    this.reportSetAside(result.setAside);
    return result;
  }
}
