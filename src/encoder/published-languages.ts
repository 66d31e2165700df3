import { canonicalLanguage } from '../text/language.ts';

/**
 * Languages that encoders have heard, as their model cards list them: mHuBERT-147 (143 of 147: dialects of one count
 * once), XLS-R (124 of 128; the rest under codes that mean no language), Whisper (openai/whisper, tokenizer.py).
 */
const LISTS = {
  'mHuBERT-147':
    'ab af ak am ar as ast az ba bas be bg bn bo br bs ca ceb ckb cnh cs cv cy da de dv ee el en eo es et ' +
    'eu fa fi fo fr fy ga gl gn gu gv ha haw he hi hr hsb ht hu hy ia id ig is it ja jv ka kab kk km kn ' +
    'ko ku ky la lb lg ln lo lt lv mdf mg mhr mi mk ml mn mr mrj ms mt my myv nan ne nl nn no oc or pa pl ' +
    'ps pt rm ro ru rw sa sah sat sc sco sd si sk skr sl sn so sq sr st su sv sw ta te tg th tig tk tl tn ' +
    'tpi tr tt ug uk ur uz vi vot war xh yi yo yue zh',
  'XLS-R':
    'ab af am ar as az ba be bg bn bo br bs ca ceb cnh cs cv cy da de dv el en eo es et eu fa fi fo fr fy ' +
    'ga gl gn gu gv ha haw he hi hr hsb ht hu hy ia id is it ja jv ka kab kk km kn ko ku ky la lg ln lo ' +
    'lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc or pa pl ps pt rm ro ru rw sa sah sco sd si sk sl sn ' +
    'so sq sr su sv sw ta te tg th tk tl tpi tr tt uk ur uz vi vot war yi yo yue zh zu',
  Whisper:
    'af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ' +
    'ht hu hy id is it ja jv ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc ' +
    'pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh',
};

export type HeardList = keyof typeof LISTS;

/** Whether an encoder with such a list has heard a language; whatever the region or script. */
export function hasHeard(list: HeardList, language: string): boolean {
  const wanted = primary(language);
  return LISTS[list].split(' ').some((code) => primary(code) === wanted);
}

const primary = (language: string): string | undefined => canonicalLanguage(language)?.split('-')[0];
