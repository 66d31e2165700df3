import { createInterface } from 'node:readline/promises';
import { printable } from './printable.ts';

/** Whether there is somebody to ask. */
export const isInteractive = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/**
 * Asks on the terminal which of some things is meant.
 * @returns its number among them, from 0; the first when nothing is typed
 */
export async function askWhich(what: string, labels: readonly string[], signal?: AbortSignal): Promise<number> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const list = labels.map((label, i) => `  ${i + 1}  ${printable(label)}`).join('\n');
    let prompt = `${what}\n${list}\n1–${labels.length} [1]: `;
    for (;;) {
      const answer = (await asking.question(prompt, { signal })).trim();
      const chosen = answer === '' ? 1 : Number(answer);
      if (Number.isInteger(chosen) && chosen >= 1 && chosen <= labels.length) return chosen - 1;
      prompt = `A number from 1 to ${labels.length}: `;
    }
  } finally {
    asking.close();
  }
}

/** Asks whether to go on; no when nothing is typed. */
export async function askWhether(what: string, signal?: AbortSignal): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${printable(what)} [y/N]: `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
