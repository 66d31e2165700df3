import { fetchCorpus } from '../../src/corpus/fetch/fetch.ts';

/** Of files that run side by side each would fetch what it uses, and refuse to while another does. */
export async function setup(): Promise<void> {
  for (const corpus of ['asterisk-it', 'asterisk-it-menardi']) await fetchCorpus(corpus);
}
