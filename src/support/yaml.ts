import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import { InputError } from './errors.ts';
import { readText } from './files.ts';

/** A YAML file, with what says where in it something stands. */
export interface YamlFile {
  document: Document.Parsed;
  /** The document as plain values. */
  value: unknown;
  /** The 1-based line of a place in the text. */
  lineAt: (offset: number) => number;
}

/**
 * Reads a YAML file.
 * @param next what to do about broken YAML
 * @throws InputError with file and line: also where values nest too deep, or aliases unfold into too many
 */
export async function readYaml(file: string, next: string): Promise<YamlFile> {
  return parseYaml(await readText(file), file, next);
}

/** The same of a text that was read. @param file that it was read from */
export function parseYaml(text: string, file: string, next: string): YamlFile {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const document = parseDocument(text, { lineCounter: lines, customTags: [] });
  const refuse = (error: Error, at: number): never => {
    const what = error.message.includes('call stack')
      ? 'its values are nested too deep'
      : error instanceof ReferenceError
        ? 'what its *aliases stand for unfolds into too much'
        : error.message.split('\n')[0]!;
    throw new InputError(what, `Mend the YAML. ${next}`, { file, line: lineAt(at) }, error);
  };
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) return refuse(problem, problem.pos[0]);
  try {
    return { document, value: document.toJS(), lineAt };
  } catch (error) {
    return refuse(error as Error, firstAlias(document));
  }
}

function firstAlias(document: Document.Parsed): number {
  let at = 0;
  visit(document, {
    Alias(_, node) {
      at = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return at;
}
