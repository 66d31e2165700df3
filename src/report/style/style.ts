import { COLOURS } from './colours.ts';
import { FIGURES } from './figures.ts';
import { LISTS } from './lists.ts';
import { MEDIA } from './media.ts';
import { PAGE } from './page.ts';
import { TABLES } from './tables.ts';
import { UTTERANCES } from './utterances.ts';
import { WORDS } from './words.ts';

/** What comes later overrules what comes before. */
export const STYLE = [COLOURS, PAGE, TABLES, FIGURES, UTTERANCES, WORDS, LISTS, MEDIA].join('');
