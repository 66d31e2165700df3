/**
 * Languages whose Latin alphabet has I–ı and İ–i. Unicode's SpecialCasing.txt and CLDR's transforms (tr-Lower,
 * az-Lower) lower them so for tr and az; MDN's page on text-transform adds Crimean Tatar, Tatar and Bashkir. The others
 * have both letters in their alphabets: Kazakh (2021), Gagauz, Ottoman Turkish, Salar, Urum, Zazaki, and Azerbaijani by
 * the codes of its two branches.
 */
const DOTTED_I = new Set([
  'tr',
  'az',
  'crh',
  'gag',
  'tt',
  'ba',
  'kk',
  'ota',
  'slr',
  'uum',
  'zza',
  'diq',
  'kiu',
  'azb',
  'azj',
]);

/** Lower case by the language: ISPARTA is ısparta in Turkish and isparta in Italian. @param language BCP 47 */
export function lowerCase(text: string, language: string): string {
  const [primary = ''] = language.toLowerCase().split('-');
  return text.toLocaleLowerCase(DOTTED_I.has(primary) ? 'tr' : primary === 'lt' ? 'lt' : 'und');
}
