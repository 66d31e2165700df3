/**
 * Marks that write a tone above or below its letter: acute, grave, circumflex, macron, caron, double grave and acute,
 * contours.
 */
export const TONE_MARKS: readonly string[] = [
  ...['\u0300', '\u0301', '\u0302', '\u0304', '\u030b', '\u030c', '\u030f', '\u0311'],
  ...['\u1dc4', '\u1dc5', '\u1dc6', '\u1dc7', '\u1dc8', '\u1dc9', '\u0316', '\u0317'],
];

/** Letters and signs that write a tone by themselves: Chao's ˥ to ˩, their corners, raised numbers. */
const TONE_SIGNS = /[\u02e5-\u02e9\ua700-\ua716\u02c9-\u02cb\u2070\u00b9\u00b2\u00b3\u2074-\u2079]/gu;

const MARKS = new RegExp(`[${TONE_MARKS.join('')}]`, 'gu');

/**
 * A text without its tones, for a second look at errors: CER with and without tones.
 * @example withoutTones('bá ngá ídí'); // 'ba nga idi'
 */
export const withoutTones = (text: string): string =>
  text.normalize('NFD').replace(MARKS, '').replace(TONE_SIGNS, '').normalize('NFC');

const TONE_SHARE = 1 / 3;

/**
 * Whether texts write tones: on a third of their words at least. Fewer are accents, as Italian and French have them.
 * @example marksTones(['akáni báabiilá']); // true
 * @example marksTones(['la città è grande, bella e antica']); // false
 */
export function marksTones(texts: readonly string[]): boolean {
  const words = texts.flatMap((text) => text.split(/\s+/u)).filter((word) => word !== '');
  const marked = words.filter((word) => withoutTones(word) !== word.normalize('NFC'));
  return marked.length > 0 && marked.length >= TONE_SHARE * words.length;
}
