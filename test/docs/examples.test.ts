import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { normalise } from '../../src/text/normalise.ts';
import type { TextRules } from '../../src/text/rules.ts';

/** An `@example` of a comment in src. */
interface Example {
  file: string;
  line: number;
  code: string;
}

const sources = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map(({ parentPath, name }) => path.join(parentPath, name));
const examples = sources.flatMap(examplesIn);

function examplesIn(file: string): Example[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/\/\*\*.*?\*\//gs)].flatMap((comment) =>
    [...comment[0].matchAll(/ @example\b(.*?)(?=\n *\* @|\n *\*\/)/gs)].map((tag) => ({
      file,
      line: text.slice(0, comment.index + tag.index).split('\n').length,
      code: tag[1]!.replace(/^ *\* ?/gm, '').trim(),
    })),
  );
}

const rules: TextRules = {
  ...{ language: 'it', case: 'lower', punctuation: 'remove', brackets: 'exclude', digits: 'error', apostrophe: 'auto' },
  map: {},
};

/** What examples speak of without making it. */
const GIVEN = `
declare const samples: Float32Array;
declare const logits: Float32Array;
declare const text: string;
declare const utterances: import('isogloss').Utterance[];
declare const pairs: import('../../src/evaluate/score.ts').AlignedPair[];
declare const spoken: import('../../src/corpus/split/spoken.ts').Spoken[];
declare const transcript: import('isogloss/formats').TimedTranscript;
declare const rules: import('../../src/text/rules.ts').TextRules;
declare const file: string;
declare const bytes: Uint8Array;
declare const signal: AbortSignal;
declare const batch: import('../../src/transcribe/batch/batch.ts').Batch;
`;
const ELSEWHERE: Record<string, string> = {
  readFile: 'node:fs/promises',
  createReadStream: 'node:fs',
  asyncBufferFromFile: 'hyparquet',
  execa: 'execa',
  normalise: '../../src/text/normalise.ts',
};

/** Name → the module that exports it, the package's doors among them. */
const exported = new Map<string, string>(Object.entries(ELSEWHERE));
for (const door of sources.filter((file) => /^src.(\w+.)?index\.ts$/.test(file)).reverse())
  for (const [, names] of readFileSync(door, 'utf8').matchAll(/^export \{([^}]*)\} from/gms))
    for (const name of names!.split(',')) exported.set(name.replace(/^\s*type /, '').trim(), `../../${door}`);

const ownExports = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)].map(([, n]) => n!);

function moduleOf({ file, code }: Example): string {
  const own = new Set(ownExports(file));
  const made = new Set([...code.matchAll(/\bconst (\w+) =/g)].map(([, name]) => name));
  const imports = [...new Set(code.match(/\b[A-Za-z_]\w*/g))]
    .filter((name) => !made.has(name) && !GIVEN.includes(`const ${name}:`) && (own.has(name) || exported.has(name)))
    .map((name) => `import { ${name} } from '${own.has(name) ? `../../${file}` : exported.get(name)!}';`);
  return `${imports.join('\n')}\n${GIVEN}\nexport async function example(): Promise<void> {\n${code}\n}\n`;
}

/** @param modules that lie in no file, by their paths */
function programOf(modules: ReadonlyMap<string, string>): ts.Program {
  const { config } = ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
  Object.assign(options, { noUnusedLocals: false, noUnusedParameters: false });
  const disk = ts.createCompilerHost(options);
  const made = (name: string): string | undefined => modules.get(path.resolve(name));
  return ts.createProgram([...modules.keys()], options, {
    ...disk,
    fileExists: (name) => made(name) !== undefined || disk.fileExists(name),
    readFile: (name) => made(name) ?? disk.readFile(name),
    getSourceFile: (name, version, ...rest) => {
      const text = made(name);
      return text === undefined ? disk.getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version);
    },
  });
}

describe('examples in comments', () => {
  it('are what the compiler takes', () => {
    const modules = new Map(
      examples.map((example, i) => [path.resolve(`test/docs/example-${i}.ts`), moduleOf(example)]),
    );
    const program = programOf(modules);
    const wrong = [...modules.keys()].flatMap((name, i) => {
      const source = program.getSourceFile(name)!;
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        ({ messageText }) =>
          `${examples[i]!.file}:${examples[i]!.line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
      );
    });
    expect(wrong).toEqual([]);
  }, 300_000);

  /** Those that say what comes out. */
  const answered = examples.filter(({ code }) => /\/\/ *['"[{\d]|\/\/ (true|false)/.test(code));

  it.each(answered)('$file:$line gives what it says', async ({ file, code }) => {
    const [, program, expression, answer] = /^(.*?\n)??([^\n]+?);?\s*\/\/ (.*)$/s.exec(code)!;
    const module = { ...((await import(pathToFileURL(file).href)) as Record<string, unknown>), normalise, rules };
    const run = (body: string): unknown => runInNewContext(`(() => {${body}\n})()`, module);
    expect(run(`${program ?? ''} return (${expression})`)).toEqual(run(`return (${answer})`));
  });
});
