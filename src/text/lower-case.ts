/**
 * Languages whose Latin alphabet has I–ı and İ–i. CLDR lowers them so for tr and az alone; the others are those whose alphabets have a
 * dotless i: Crimean Tatar, Gagauz, Tatar (2012), Bashkir, Kazakh (2021), Ottoman Turkish, Salar, Urum, Zazaki.
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
