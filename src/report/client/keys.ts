import { el } from './dom.ts';
import type { UtteranceList } from './list.ts';
import { toggleTheme } from './theme.ts';

const KEYS: [keys: string, what: string][] = [
  ['j', 'next utterance'],
  ['k', 'utterance before'],
  ['space', 'play, or stop'],
  ['← →', 'half a second back or on'],
  ['n', 'next page'],
  ['p', 'page before'],
  ['/', 'search'],
  ['t', 'light or dark'],
  ['?', 'these keys'],
  ['Esc', 'leave a field'],
];

/** The page by keyboard. Keys do what they always do inside fields and buttons. */
export function listenForKeys(list: UtteranceList, button: HTMLElement): void {
  const help = el(
    'dialog',
    { 'aria-label': 'Keys' },
    el('h2', {}, 'Keys'),
    el(
      'dl',
      {},
      ...KEYS.flatMap(([key, what]) => [
        el('dt', {}, ...key.split(' ').map((k) => el('kbd', {}, k))),
        el('dd', {}, what),
      ]),
    ),
    el('form', { method: 'dialog' }, el('button', {}, 'Close')),
  );
  document.body.append(help);
  button.addEventListener('click', () => help.showModal());
  const actions: Record<string, () => void> = {
    j: () => list.move(1),
    k: () => list.move(-1),
    ' ': () => list.play(),
    ArrowLeft: () => list.step(-0.5),
    ArrowRight: () => list.step(0.5),
    n: () => list.turn(1),
    p: () => list.turn(-1),
    '/': () => list.focusSearch(),
    t: toggleTheme,
    '?': () => help.showModal(),
  };
  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (event.key === 'Escape' && target.matches('input, select')) target.blur();
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      help.open ||
      target.matches('input, select, textarea, canvas')
    )
      return;
    if (event.key === ' ' && target.matches('button, summary, a')) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
