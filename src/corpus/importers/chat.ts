import { readChat } from '../../formats/index.ts';
import type { AnnotationImporter } from './importer.ts';

export const chat: AnnotationImporter = {
  name: 'chat',
  title: 'CHAT',
  finds: (folder) => folder.ending('cha'),
  documents: (bytes, file) => [readChat(bytes, { file })],
};
