import { readTrs } from '../../formats/index.ts';
import type { AnnotationImporter } from './importer.ts';

export const transcriber: AnnotationImporter = {
  name: 'transcriber',
  title: 'Transcriber',
  finds: (folder) => folder.ending('trs'),
  documents: (bytes, file) => [readTrs(bytes, { file })],
};
