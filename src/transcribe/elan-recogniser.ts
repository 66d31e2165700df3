import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { durationOf } from '../audio/duration.ts';
import { probe } from '../audio/probe.ts';
import { xmlEscaped, type TimedTranscript } from '../formats/index.ts';
import { IsoglossError, messageOf } from '../support/errors.ts';
import { writeAtomic } from '../support/files.ts';
import type { JobOptions } from '../support/progress.ts';
import { transcribe, type Transcript } from './transcribe.ts';

/**
 * One call of a recogniser by ELAN (AVATecH): its parameters come as XML, tiers go as XML into the files that they
 * name, and lines say how far it is and how it ended.
 * @param parameters `<param name="source">…</param>` and the like
 * @param say takes a line for ELAN's log: `PROGRESS: 42%`, `RESULT: DONE.`
 * @returns whether it worked
 */
export async function answerElan(
  modelFolder: string,
  parameters: string,
  say: (line: string) => void,
  { signal }: Pick<JobOptions, 'signal'> = {},
): Promise<boolean> {
  try {
    const { source, outputs } = readParameters(parameters);
    say('PROGRESS: 1% reading the model');
    const transcript = await transcriptOf(modelFolder, source, await progressOf(source, say), { signal });
    // At 100 % ELAN looks for the tiers.
    say('PROGRESS: 99% writing tiers');
    for (const [name, file] of outputs) await writeAtomic(file, tierOf(name, transcript));
    say('RESULT: DONE.');
    return true;
  } catch (error) {
    say(`ERROR: ${oneLine(messageOf(error))}`);
    if (error instanceof IsoglossError) say(`ERROR: ${oneLine(error.next)}`);
    say('RESULT: FAILED.');
    return false;
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** Says which share of a recording has been heard; 1 % before anything is, 99 % at its end. */
async function progressOf(source: string, say: (line: string) => void): Promise<(seconds: number) => void> {
  const length = (await durationOf(source)) ?? (await probe(source).catch(() => undefined))?.seconds;
  let heard = 0;
  return (seconds) => {
    heard += seconds;
    if (length === undefined) return;
    const percent = Math.min(98, 1 + Math.floor((98 * heard) / length));
    say(`PROGRESS: ${percent}% heard ${(heard / 60).toFixed(1)} of ${(length / 60).toFixed(1)} minutes`);
  };
}

async function transcriptOf(
  model: string,
  source: string,
  onHeard: (seconds: number) => void,
  { signal }: Pick<JobOptions, 'signal'>,
): Promise<Transcript> {
  for await (const item of transcribe(model, [source], { onHeard, signal })) {
    if ('reason' in item) throw new Error(`${source}: ${item.reason}`);
    return item;
  }
  throw new Error(`${source}: there is no sound in it`);
}

function readParameters(xml: string): { source: string; outputs: [name: string, file: string][] } {
  const values = new Map(
    Array.from(xml.matchAll(/<param\s[^>]*?name\s*=\s*["']([^"']*)["'][^>]*>([^<]*)<\/param>/g), ([, name, value]) => [
      name!,
      unescaped(value!.trim()),
    ]),
  );
  const source = values.get('source') ?? '';
  const file = source.startsWith('file:') ? fileURLToPath(source) : source;
  if (!existsSync(file)) throw new Error(source === '' ? 'no recording is named' : `${file} is not there`);
  const outputs = ['utterances', 'words'].flatMap((name): [string, string][] => {
    const place = values.get(name);
    return place ? [[name, place]] : [];
  });
  if (outputs.length === 0) throw new Error('no file for a tier is named');
  return { source: file, outputs };
}

const unescaped = (text: string): string =>
  text.replace(
    /&(?:(lt|gt|quot|apos|amp)|#(\d+)|#x([\da-f]+));/gi,
    (_, name?: string, decimal?: string, hex?: string) =>
      name === undefined
        ? String.fromCodePoint(decimal === undefined ? parseInt(hex!, 16) : Number(decimal))
        : { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }[name.toLowerCase()]!,
  );

/** A tier as ELAN reads it: spans with times in seconds. */
function tierOf(name: string, { segments }: TimedTranscript): string {
  const spans = (name === 'words' ? segments.flatMap(({ words = [] }) => words) : segments).filter(
    ({ text }) => text !== '',
  );
  const lines = spans.map(
    ({ start, end, text }) =>
      `    <span start="${start.toFixed(3)}" end="${Math.max(end, start + 0.001).toFixed(3)}"><v>` +
      `${xmlEscaped(text)}</v></span>\n`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<TIER xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
    `xsi:noNamespaceSchemaLocation="file:avatech-tier.xsd" columns="${name}">\n` +
    `${lines.join('')}</TIER>\n`
  );
}
