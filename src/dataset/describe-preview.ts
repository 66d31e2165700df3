import { PARTS } from '../corpus/split/spoken.ts';
import { describeRemoved } from '../text/removed-signs.ts';
import type { Amount, CorpusPreview, NotHere } from './preview.ts';

/** A preview in lines for people. */
export function describePreview(preview: CorpusPreview | NotHere): string[] {
  if ('toFetch' in preview)
    return preview.toFetch.map((name) => `corpus: ${name} is not here yet; isogloss corpus fetch ${name} gets it`);
  const { all, parts, relaxed, setAside, text, unwritableHotwords } = preview;
  return [
    `corpus: ${amount(all)}`,
    ...PARTS.map((part) => `  ${part.padEnd(5)} ${amount(parts[part])}`),
    ...relaxed.map(({ what }) => `split: ${what}`),
    ...setAside.map(({ count, reason, first }) => `set aside: ${count} × ${reason} (first: ${first})`),
    ...apostrophes(text),
    ...text.removed.map((removed) => `left out of the texts: ${describeRemoved(removed)}`),
    `inventory of ${text.inventory.length}: ` +
      text.inventory.map(({ token, count }) => `${token} ${count}`).join(', '),
    ...unwritableHotwords.map(
      (word) => `hotword ${word}: no training transcript has all its letters; it will be left out`,
    ),
  ];
}

function amount({ utterances, minutes, speakers }: Amount): string {
  const by = speakers > 0 ? `, ${speakers} ${speakers === 1 ? 'speaker' : 'speakers'}` : '';
  return `${utterances} ${utterances === 1 ? 'utterance' : 'utterances'}, ${minutes.toFixed(1)} minutes${by}`;
}

function apostrophes({ apostrophe }: CorpusPreview['text']): string[] {
  if (!apostrophe) return [];
  const { reading, words, examples } = apostrophe;
  const how = reading === 'letter' ? 'a letter' : 'a quotation mark';
  const other = reading === 'letter' ? 'remove' : 'letter';
  return [
    `apostrophes: ${words} words begin with one (${examples.join(', ')}), taken for ${how}; ` +
      `text.apostrophe: ${other} says otherwise`,
  ];
}
