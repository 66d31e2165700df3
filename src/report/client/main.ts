import { drawCurves } from './curves.ts';
import { listenForKeys } from './keys.ts';
import { UtteranceList } from './list.ts';
import { loadPayload } from './load.ts';
import { drawMatrix } from './matrix.ts';
import { followTheme } from './theme.ts';

const byId = (id: string): HTMLElement | null => document.getElementById(id);

/** Brings the page to life: what is static stands already. */
async function start(): Promise<void> {
  followTheme(byId('theme')!);
  const payload = await loadPayload();
  const list = new UtteranceList(byId('utterance-list')!, payload);
  listenForKeys(list, byId('help')!);
  const [curves, matrix] = [byId('curves'), byId('matrix')];
  if (curves) drawCurves(curves, payload.epochs);
  if (matrix) drawMatrix(matrix, payload, (confusion) => list.filter({ confusion }));
  const confusions = new Map(
    payload.confusions.map(([reference, hypothesis], index) => [`${reference}\u0000${hypothesis}`, index]),
  );
  document.addEventListener('click', (event) => {
    const chosen = (event.target as HTMLElement).closest<HTMLElement>(
      '[data-speaker],[data-seconds],[data-snr],[data-outcome],[data-reference]',
    )?.dataset;
    if (!chosen) return;
    const range = (text: string): [number, number] => text.split(',').map(Number) as [number, number];
    if (chosen.speaker !== undefined) list.filter({ speaker: chosen.speaker });
    else if (chosen.seconds) list.filter({ seconds: range(chosen.seconds) });
    else if (chosen.snr) list.filter({ snr: range(chosen.snr) });
    else if (chosen.outcome) list.filter({ outcome: chosen.outcome as 'better' | 'worse' | 'same' });
    else {
      const confusion = confusions.get(`${chosen.reference}\u0000${chosen.hypothesis}`);
      if (confusion !== undefined) list.filter({ confusion });
    }
  });
  document.documentElement.dataset.ready = 'true';
}

void start();
