import { InputError } from '../../support/errors.ts';

/** Who speaks, by the names of files. */
export class Speakers {
  private readonly pattern: RegExp | undefined;

  /** @throws InputError for a pattern that is no regular expression */
  constructor(pattern: string | undefined) {
    try {
      this.pattern = pattern === undefined ? undefined : new RegExp(pattern, 'u');
    } catch {
      throw new InputError(
        `--speaker-pattern: ${pattern} is no regular expression`,
        'Write one that finds the speaker in a file’s name, e.g. ^([^_]+)_',
      );
    }
  }

  /** The pattern's first group, or all that it matches, in the first name where it does; then in the whole path. */
  of(...files: readonly (string | undefined)[]): string | undefined {
    if (!this.pattern) return undefined;
    const paths = files.filter((file) => file !== undefined);
    for (const name of [...paths.map((file) => file.slice(file.lastIndexOf('/') + 1)), ...paths]) {
      const match = this.pattern.exec(name);
      if (match) return match.groups?.speaker ?? match[1] ?? match[0];
    }
    return undefined;
  }
}
