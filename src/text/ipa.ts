/** Joins what stands before it to what comes next: t͡ɕ, k͜p. */
const TIE = /[\u035c\u0361]/u;
/** Raised letters, length, aspiration, ejectives: they belong to the sound before them. Tone letters stand alone. */
const MODIFIER = /[\p{M}ʰʱʲʳʷˠˡˢˣˤⁿʼːˑˈ˞̚]/u;
const TONE_LETTER = /[\u02e5-\u02e9\ua700-\ua716]/u;
/** Before a sound, not behind one: prenasalised ⁿd, preaspirated ʰp, at the beginning of a word. */
const PREFIX = /^[ʰⁿᵐᵑ]$/u;

/**
 * Sounds of a word in the International Phonetic Alphabet: a base letter with its tie bars, modifiers and length; a
 * contour of tone letters is one.
 * @example ipaSegments('t͡ɕʰa˥˩') // ['t͡ɕʰ', 'a', '˥˩']
 */
export function ipaSegments(word: string): string[] {
  const segments: string[] = [];
  let joins = false;
  for (const character of word.normalize('NFD')) {
    const last = segments.at(-1);
    const together =
      last !== undefined &&
      (joins ||
        TIE.test(character) ||
        MODIFIER.test(character) ||
        PREFIX.test(last) ||
        (TONE_LETTER.test(character) && TONE_LETTER.test(last)));
    if (together) segments[segments.length - 1] = last + character;
    else segments.push(character);
    joins = TIE.test(character);
  }
  return segments.map((segment) => segment.normalize('NFC'));
}
