import { audacity } from './audacity.ts';
import { audioFolder } from './audio-folder.ts';
import { chat } from './chat.ts';
import { commonVoice } from './common-voice.ts';
import { elan } from './elan.ts';
import { exmaralda } from './exmaralda.ts';
import { fleurs, voxpopuli } from './fleurs.ts';
import { flex } from './flex.ts';
import type { Importer } from './importer.ts';
import { nemo } from './json.ts';
import { kaldi } from './kaldi.ts';
import { lhotse } from './lhotse.ts';
import { librispeech, ljspeech } from './libri.ts';
import { ctm, stm } from './nist.ts';
import { pairs } from './pairs.ts';
import { parquet } from './parquet.ts';
import { praat } from './praat.ts';
import { saymore } from './saymore.ts';
import { srt, vtt } from './subtitles.ts';
import { table } from './table.ts';
import { transcriber } from './transcriber.ts';

/** Everything that `corpus import` reads: layouts of data sets, files of annotations, and what can be anything. */
export const importers: readonly Importer[] = [
  ...[saymore, commonVoice, kaldi, librispeech, ljspeech, fleurs, voxpopuli, nemo, audioFolder, lhotse, parquet],
  ...[elan, praat, flex, chat, transcriber, exmaralda, srt, vtt, stm, ctm, audacity],
  ...[pairs, table],
];
