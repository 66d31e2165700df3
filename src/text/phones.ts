/** Phones that are taken for a near one, so that every phone left is common: see docs/phones.md. */
const MERGED: Readonly<Record<string, string>> = {
  ɡ: 'g',
  ɫ: 'l',
  ɬ: 'ʃ',
  ɮ: 'l',
  ɭ: 'l',
  ɺ: 'l',
  ʟ: 'l',
  ʈ: 't',
  ɖ: 'd',
  ɗ: 'd',
  ɓ: 'b',
  ɠ: 'g',
  ɢ: 'g',
  q: 'k',
  ʄ: 'ɟ',
  ɳ: 'n',
  ɴ: 'ŋ',
  ɱ: 'm',
  ɽ: 'ɾ',
  ɹ: 'r',
  ɻ: 'r',
  ʀ: 'ʁ',
  ʂ: 'ʃ',
  ɕ: 'ʃ',
  ɧ: 'ʃ',
  ʐ: 'ʒ',
  ʑ: 'ʒ',
  ç: 'x',
  χ: 'x',
  ħ: 'h',
  ɦ: 'h',
  ʕ: 'ʔ',
  β: 'v',
  ʋ: 'v',
  ɸ: 'f',
  ɰ: 'ɣ',
  ʝ: 'j',
  ɥ: 'j',
  ʍ: 'w',
  ɐ: 'a',
  ɜ: 'ə',
  ɞ: 'ə',
  ɘ: 'ə',
  ɵ: 'ø',
  ɶ: 'œ',
  ɤ: 'ʌ',
  ʉ: 'y',
  ʏ: 'y',
  ɒ: 'ɔ',
  ᵻ: 'ɨ',
  ɚ: 'ə r',
  ɝ: 'ə r',
};
const PHONES = new Set(
  'p b t d k g m n ŋ ɲ f v s z ʃ ʒ x ɣ h θ ð l ʎ r ɾ ʁ j w ʔ c ɟ i e ɛ a ə o ɔ u y ø œ ɨ ɯ ɪ ʊ ɑ æ ʌ'.split(' '),
);
const AFFRICATES: Readonly<Record<string, string>> = { 't s': 'ts', 'd z': 'dz', 't ʃ': 'tʃ', 'd ʒ': 'dʒ' };
/** Vowels of which a nasal one is kept apart, and what it is called. */
const NASAL: Readonly<Record<string, string>> = { ɛ: 'ɛ̃', ɑ: 'ɑ̃', ɔ: 'ɔ̃', a: 'ã', o: 'ɔ̃' };

/**
 * IPA as espeak-ng writes it → phones of one inventory for all languages, `|` between words. Stress, length, tone, tie
 * bars and secondary articulation are dropped; doubled phones are one.
 * @returns empty when a sign is met that is no phone of the inventory
 */
export function normalisePhones(ipa: string): string[] {
  const words = ipa
    .replace(/\([a-z-]+\)/g, '')
    .normalize('NFD')
    .replaceAll('c\u0327', 'ç')
    .split(/\s+/);
  const result: string[] = [];
  for (const word of words) {
    const phones = phonesOfWord(word);
    if (!phones) return [];
    if (phones.length > 0) result.push(...(result.length > 0 ? ['|'] : []), ...phones);
  }
  return result;
}

function phonesOfWord(word: string): string[] | undefined {
  const phones: string[] = [];
  for (const sign of word) {
    const last = phones.length - 1;
    if (sign === '\u0303' && last >= 0) phones[last] = NASAL[phones[last]!] ?? phones[last]!;
    if (/[\p{M}\p{Lm}\p{Sk}\p{N}\p{P}\p{S}\p{Cf}]/u.test(sign)) continue;
    for (const phone of (MERGED[sign] ?? sign).split(' ')) {
      if (!PHONES.has(phone)) return undefined;
      const joined = AFFRICATES[`${phones.at(-1) ?? ''} ${phone}`];
      if (joined) phones[phones.length - 1] = joined;
      else phones.push(phone);
    }
  }
  return phones.filter((phone, i) => phone !== phones[i - 1]);
}
