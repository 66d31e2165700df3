import { readFile } from 'node:fs/promises';
import type { AnnotationDocument } from '../../formats/index.ts';
import { readError } from '../../support/files.ts';
import type { AnnotationImporter } from '../importers/importer.ts';
import type { Folder } from './folder.ts';

/** Bytes of files whose documents stay in memory between the look and the import. */
const MOST_KEPT = 20_000_000;

/** Reads files of annotations; small ones once, though they are looked at before they are imported. */
export class Documents {
  private readonly importer: AnnotationImporter;
  private readonly folder: Folder;
  private readonly kept = new Map<string, AnnotationDocument[]>();
  private bytes = 0;

  constructor(importer: AnnotationImporter, folder: Folder) {
    this.importer = importer;
    this.folder = folder;
  }

  /** @throws InputError for what can't be read or is not of the format */
  async of(file: string): Promise<AnnotationDocument[]> {
    const known = this.kept.get(file);
    if (known) return known;
    const full = this.folder.full(file);
    const bytes = await readFile(full).catch((error: unknown) => {
      throw readError(full, error);
    });
    const documents = this.importer.documents(bytes, full);
    // The first is kept however long it is: often there is but one.
    if (this.kept.size > 0 && this.bytes + bytes.length > MOST_KEPT) return documents;
    this.kept.set(file, documents);
    this.bytes += bytes.length;
    return documents;
  }
}
