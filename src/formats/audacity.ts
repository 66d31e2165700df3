import { InputError } from '../support/errors.ts';
import type { Annotation, AnnotationDocument } from './annotation.ts';
import { decodeText, linesOf, type TextInput } from '../support/decode-text.ts';
import { Notes, replaceSigns, type Written } from './notes.ts';

/**
 * Audacity's labels: `start ⇥ end ⇥ text`, below it `\ ⇥ low ⇥ high` where a range of frequencies was marked. One tier
 * `labels`. Decimal commas are read too.
 * @throws InputError for a line without two times
 */
export function readAudacityLabels(input: TextInput, { file }: { file: string }): AnnotationDocument {
  const { text, encoding } = decodeText(input, { file });
  const notes = new Notes();
  if (!encoding.startsWith('utf-')) notes.add('encoding', `read as ${encoding}, since it is not UTF-8`);
  const annotations: Annotation[] = [];
  for (const { text: raw, line } of linesOf(text)) {
    if (raw.trim() === '') continue;
    const [first, second, ...rest] = raw.split('\t');
    const [from, to] = [numberOf(first === '\\' ? second : first), numberOf(first === '\\' ? rest[0] : second)];
    if (Number.isNaN(from) || Number.isNaN(to))
      throw new InputError(
        'a label is start, end and text with tabs between them',
        'Export the labels from Audacity anew.',
        { file, line },
      );
    const last = annotations.at(-1);
    if (first === '\\' && last) last.frequencies = { low: from, high: to };
    else annotations.push({ start: from, end: to, text: rest.join('\t'), line });
  }
  return {
    media: [],
    tiers: [{ id: 'labels', kind: 'interval', annotations }],
    properties: [],
    vocabularies: [],
    notes: notes.list,
  };
}

const numberOf = (text = ''): number => (text.trim() === '' ? NaN : Number(text.trim().replace(',', '.')));

/** Labels of all tiers, in order of time. Line breaks and control characters become blanks, and are counted. */
export function writeAudacityLabels({ tiers }: Pick<AnnotationDocument, 'tiers'>): Written {
  const notes = new Notes();
  const annotations = tiers.flatMap((tier) => tier.annotations);
  const timed = annotations.filter(({ start, end }) => start !== undefined && end !== undefined);
  notes.add('skipped', 'annotations have no times and were left out', undefined, annotations.length - timed.length);
  timed.sort((a, b) => a.start! - b.start!);
  const lines = timed.map(({ start, end, text, frequencies }) => {
    const signs = /(?!\t)[\p{Cc}\p{Surrogate}]+/gu;
    const plain = replaceSigns(text, signs, ' ', 'a line break or control character became a blank', notes);
    return `${start}\t${end}\t${plain}\n${frequencies ? `\\\t${frequencies.low}\t${frequencies.high}\n` : ''}`;
  });
  return { content: lines.join(''), notes: notes.list };
}
