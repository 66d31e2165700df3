import path from 'node:path';
import { AudioCache } from '../../audio/cache.ts';
import { minimumFrames } from '../../ctc/feasible.ts';
import { decodeAll } from '../../dataset/decode-items.ts';
import type { Item } from '../../dataset/prepare.ts';
import type { TextItem } from '../../dataset/texts.ts';
import { frameCount } from '../../encoder/own/architecture.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { cacheFolder } from '../../support/cache-folder.ts';
import type { Progress } from '../../support/progress.ts';
import { textToTokens } from '../../text/targets.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import type { Draft } from './drafts.ts';

/** Seconds of the pause on either side that go with what was said, as people cut. */
const MARGIN = 0.1;

/** Drafts as training has its examples. What can't be learnt from is left out. */
export async function itemsOf(
  drafts: readonly Draft[],
  { text }: Recipe,
  vocabulary: Vocabulary,
  { progress, signal }: { progress: Progress; signal?: AbortSignal | undefined },
): Promise<Item[]> {
  const texts = drafts.map((draft): TextItem => ({
    utterance: {
      id: `untranscribed/${draft.file}#${draft.start.toFixed(2)}`,
      audio: path.basename(draft.file),
      text: draft.text,
      start: Math.max(0, draft.start - MARGIN),
      end: draft.end + MARGIN,
    },
    folder: path.dirname(draft.file),
    text: draft.text,
    tokens: textToTokens(draft.text, text.profile),
  }));
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const decoded = await decodeAll(texts, cache, [], { progress, signal });
  return decoded
    .map((item) => ({ ...item, target: vocabulary.encode(item.tokens).ids }))
    .filter(({ target, samples }) => minimumFrames(target) <= frameCount(samples));
}
