import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TuxpaintSource } from '../../../../src/corpus/importers/packaged/tuxpaint.ts';
import { importTuxpaint, parseStamp } from '../../../../src/corpus/importers/packaged/tuxpaint.ts';
import { temporary } from '../debian.ts';
import { about, imported, reasons, writeTree, type Imported } from '../import.ts';

const SOURCE: TuxpaintSource = { ...about, importer: 'tuxpaint', stamps: 'stamps', except: { it: 'held out' } };

async function importOf(files: Record<string, string>): Promise<Imported> {
  const [unpacked, folder] = [await temporary('unpacked'), await temporary('corpus')];
  await writeTree(path.join(unpacked, SOURCE.stamps), files);
  return imported(importTuxpaint(SOURCE, { unpacked, folder }));
}

describe('stamps', () => {
  it('are described in English first, then a line a locale', () => {
    const texts = parseStamp(
      'A frog.\nfr.utf8=Une grenouille. \npt_BR.utf8=Um sapo.\nca@valencia.utf8=Una granota.\nde.utf8=\nnonsense\n',
    );
    expect(Object.fromEntries(texts)).toEqual({
      en: 'A frog.',
      fr: 'Une grenouille.',
      pt_BR: 'Um sapo.',
      'ca@valencia': 'Una granota.',
    });
  });

  it('are said in the language of the recording’s name', async () => {
    const { utterances } = await importOf({
      'animals/frog.txt': 'A frog.\nfr.utf8=Une grenouille.\npt_BR.utf8=Um sapo.',
      'animals/frog_desc.ogg': '1',
      'animals/frog_desc_fr.ogg': '2',
      'animals/frog_desc_pt_BR.ogg': '3',
    });
    expect(utterances).toEqual([
      { id: 'animals/frog_desc', audio: 'audio/animals/frog_desc.ogg', text: 'A frog.', language: 'en' },
      { id: 'animals/frog_desc_fr', audio: 'audio/animals/frog_desc_fr.ogg', text: 'Une grenouille.', language: 'fr' },
      {
        id: 'animals/frog_desc_pt_BR',
        audio: 'audio/animals/frog_desc_pt_BR.ogg',
        text: 'Um sapo.',
        language: 'pt-BR',
      },
    ]);
  });

  it('are set aside where the language is held out, the text is missing or the recording is a copy', async () => {
    const result = await importOf({
      'a.txt': 'One.\nit.utf8=Uno.\nfr.utf8=Un.',
      'b.txt': 'Two.',
      'a_desc_it.ogg': '1',
      'a_desc_fr.ogg': '2',
      'b_desc_fr.ogg': '3',
      'c_desc_fr.ogg': '4',
      'b_desc.ogg': '2',
      'a.ogg': 'a sound, no description',
    });
    expect(result.utterances.map(({ id }) => id)).toEqual(['a_desc_fr']);
    expect(reasons(result)).toEqual({
      a_desc_it: 'held out',
      b_desc: 'the same recording as a_desc_fr',
      b_desc_fr: 'what is said is not known: the stamp has no text in this language',
      c_desc_fr: 'what is said is not known: the stamp has no text in this language',
    });
  });
});
