import { readSrt, readVtt } from '../../formats/index.ts';
import type { AnnotationImporter } from './importer.ts';

export const srt: AnnotationImporter = {
  name: 'srt',
  title: 'SubRip subtitles',
  finds: (folder) => folder.ending('srt'),
  documents: (bytes, file) => [readSrt(bytes, { file })],
};

export const vtt: AnnotationImporter = {
  name: 'vtt',
  title: 'WebVTT subtitles',
  finds: (folder) => folder.ending('vtt'),
  documents: (bytes, file) => [readVtt(bytes, { file })],
};
