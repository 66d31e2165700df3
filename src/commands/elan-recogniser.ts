import { Args, Command } from '@oclif/core';
import { answerElan } from '../transcribe/index.ts';

/** Started by ELAN, by way of what `export --format elan` writes. */
export default class ElanRecogniser extends Command {
  static override summary = 'Answer ELAN, which calls this model as a recogniser.';
  static override hidden = true;
  static override args = { model: Args.string({ required: true, description: 'a model folder' }) };

  async run(): Promise<void> {
    const { args } = await this.parse(ElanRecogniser);
    const done = await answerElan(args.model, await parameters(), (line) => process.stdout.write(`${line}\n`));
    if (!done) process.exitCode = 1;
  }
}

/** All that ELAN says; it need not close its end behind the last line. */
async function parameters(): Promise<string> {
  let said = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    said += chunk as string;
    if (/<\/PARAM>\s*$/.test(said)) break;
  }
  return said;
}
