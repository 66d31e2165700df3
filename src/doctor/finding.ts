/** One thing about the machine. `missing` means that isogloss can't work without it. */
export interface MachineFinding {
  state: 'good' | 'missing' | 'note';
  what: string;
  value: string;
  /** What to do about it. */
  next?: string;
}
