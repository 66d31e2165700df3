type Theme = 'light' | 'dark';

const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');

/**
 * Light or dark as the system says until the button says otherwise; paper is light, with what belongs on paper
 * unfolded.
 */
export function followTheme(button: HTMLElement): void {
  dark.addEventListener('change', told);
  button.addEventListener('click', toggleTheme);
  let before: Theme | undefined;
  let folded: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    before = root.dataset.theme as Theme | undefined;
    folded = [...document.querySelectorAll<HTMLDetailsElement>('details.print:not([open])')];
    folded.forEach((details) => (details.open = true));
    choose('light');
  });
  addEventListener('afterprint', () => {
    folded.forEach((details) => (details.open = false));
    choose(before);
  });
}

export function toggleTheme(): void {
  const now = root.dataset.theme ?? (dark.matches ? 'dark' : 'light');
  choose(now === 'dark' ? 'light' : 'dark');
}

function choose(theme: Theme | undefined): void {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  told();
}

const told = (): boolean => document.dispatchEvent(new Event('isogloss:theme'));
