import { readExb } from '../../formats/index.ts';
import type { AnnotationImporter } from './importer.ts';

export const exmaralda: AnnotationImporter = {
  name: 'exmaralda',
  title: 'EXMARaLDA',
  finds: (folder) => folder.ending('exb'),
  documents: (bytes, file) => [readExb(bytes, { file })],
};
