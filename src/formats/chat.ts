import { InputError } from '../support/errors.ts';
import type { Annotation, AnnotationDocument, Tier } from './annotation.ts';
import { decodeText, linesOf, type TextInput } from '../support/decode-text.ts';
import { Notes, replaceSigns, type Written } from './notes.ts';

/**
 * A CHAT transcript (CLAN, CHILDES): a tier for each speaker's main lines, and one for each kind of dependent line
 * below it (`CHI%mor`). Times come from the bullets; all else that CHAT writes into a line (retracings, pauses,
 * terminators) stays as text.
 * @throws InputError for a line that is no header, no speaker's and no dependent line
 */
export function readChat(input: TextInput, { file }: { file: string }): AnnotationDocument {
  const { text, encoding } = decodeText(input, { file });
  const notes = new Notes();
  if (encoding !== 'utf-8') notes.add('encoding', `read as ${encoding}`);
  const properties: [string, string][] = [];
  const tiers = new Map<string, Tier>();
  let above: { speaker: string; annotation: Annotation } | undefined;
  let number = 0;
  for (const { sign, code, content, line } of entriesOf(text, file)) {
    if (sign === '@') properties.push([code, content]);
    else if (sign === '*') {
      const annotation = { id: `u${++number}`, ...timesOf(content, line, notes), text: withoutBullets(content), line };
      tierOf(tiers, { id: code, kind: 'interval', participant: code, annotations: [] }).annotations.push(annotation);
      above = { speaker: code, annotation };
    } else if (!above)
      throw new InputError(`%${code} belongs to no speaker’s line`, 'Put it below one.', { file, line });
    else {
      const tier = tierOf(tiers, dependentTier(above.speaker, code));
      tier.annotations.push(dependentOf(above.annotation, code, content, line));
    }
  }
  return { media: mediaOf(properties), tiers: [...tiers.values()], properties, vocabularies: [], notes: notes.list };
}

interface Entry {
  sign: string;
  code: string;
  content: string;
  line: number;
}

/** Headers, main and dependent lines, with their continuations (lines that begin with a tab) joined by blanks. */
function* entriesOf(text: string, file: string): Generator<Entry> {
  let entry: Entry | undefined;
  for (const { text: raw, line } of linesOf(text)) {
    if (raw.trim() === '') continue;
    if (/^[\t ]/.test(raw) && entry) {
      entry.content = `${entry.content} ${raw.trim()}`.trimStart();
      continue;
    }
    if (entry) yield entry;
    const match = /^([@*%])([^:\t]*):?[\t ]*(.*)$/su.exec(raw);
    if (!match)
      throw new InputError('a line begins with @, *, % or a tab, this one does not', 'Is it a CHAT file?', {
        file,
        line,
      });
    entry = { sign: match[1]!, code: match[2]!.trim(), content: match[3]!.trim(), line };
  }
  if (entry) yield entry;
}

/** `·123_456·` between two U+0015, in older files with the recording's name before it. */
const BULLET = /\u0015(?:%\w+:"[^"]*")?_?(\d+)_(\d+)-?\u0015/g;

function timesOf(content: string, line: number, notes: Notes): Pick<Annotation, 'start' | 'end'> {
  const bullets = Array.from(
    content.matchAll(BULLET),
    ([, from, to]) => [Number(from) / 1000, Number(to) / 1000] as const,
  );
  if (bullets.length === 0) return {};
  const [start, end] = [bullets[0]![0], bullets.at(-1)![1]];
  if (end < start) notes.add('order', 'a line ends before it begins', line);
  return { start, end };
}

const withoutBullets = (content: string): string =>
  content
    .replace(BULLET, ' ')
    .replace(/\u0015[^\u0015]*\u0015/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();

function tierOf(tiers: Map<string, Tier>, made: Tier): Tier {
  const tier = tiers.get(made.id) ?? made;
  tiers.set(tier.id, tier);
  return tier;
}

const dependentTier = (speaker: string, code: string): Tier => ({
  id: `${speaker}%${code}`,
  kind: 'interval',
  type: code,
  constraint: 'Symbolic_Association',
  parent: speaker,
  participant: speaker,
  annotations: [],
});

function dependentOf({ id, start, end }: Annotation, code: string, content: string, line: number): Annotation {
  const times = start === undefined ? {} : { start, end: end!, timing: 'parent' as const };
  return { id: `${id}%${code}`, ...times, text: withoutBullets(content), parent: id!, line };
}

/** `@Media: name, audio`, the name without its ending. */
function mediaOf(properties: readonly [string, string][]): AnnotationDocument['media'] {
  const name = properties
    .find(([code]) => code === 'Media')?.[1]
    .split(',')[0]
    ?.trim()
    .replace(/^"|"$/g, '');
  return name ? [{ relativeUrl: name }] : [];
}

/**
 * A CHAT transcript of tiers with participants and of those below them, in order of time. Line breaks in texts become
 * blanks, as do control characters: each is counted.
 */
export function writeChat(document: AnnotationDocument): Written {
  const notes = new Notes();
  const plain = (text: string): string =>
    replaceSigns(text, /[\p{Cc}\p{Surrogate}]+/gu, ' ', 'a line break or control character became a blank', notes);
  const mains = document.tiers.filter(({ parent }) => parent === undefined);
  const dependents = document.tiers.filter(({ parent }) => parent !== undefined);
  const lines = mains.flatMap((tier) =>
    tier.annotations.map((annotation) => ({ code: tier.participant ?? tier.id, tier, annotation })),
  );
  lines.sort((a, b) => (a.annotation.start ?? 0) - (b.annotation.start ?? 0));
  const headers = document.properties
    .filter(([name]) => !FRAME.includes(name))
    .map(([name, value]) => `@${name}:\t${plain(value)}`);
  const body = lines.flatMap(({ code, tier, annotation }) => [
    `*${plain(code)}:\t${plain(annotation.text)}${bulletOf(annotation)}`,
    ...dependents
      .filter(({ parent }) => parent === tier.id)
      .flatMap(({ type, id, annotations }) =>
        annotations
          .filter(({ parent }) => parent === annotation.id)
          .map(({ text }) => `%${type ?? id}:\t${plain(text)}`),
      ),
  ]);
  return { content: ['@UTF8', '@Begin', ...headers, ...body, '@End', ''].join('\n'), notes: notes.list };
}

/** What stands around every transcript. */
const FRAME = ['UTF8', 'Begin', 'End'];

const bulletOf = ({ start, end }: Annotation): string =>
  start === undefined || end === undefined ? '' : ` \u0015${Math.round(start * 1000)}_${Math.round(end * 1000)}\u0015`;
