/** Seconds of `01:02:03,456`, `02:03.456` and the like; not a number for anything else. */
export function secondsOfCue(text: string): number {
  const match = /^(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[,.](\d{1,3})\d*)?$/.exec(text.trim());
  if (!match) return NaN;
  const [, hours = '0', minutes, seconds, fraction = ''] = match;
  return (
    (Number(hours) * 3600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(fraction.padEnd(3, '0'))) /
    1000
  );
}

/** `01:02:03,456` of seconds, rounded to milliseconds. */
export function cueTime(seconds: number, separator: ',' | '.'): string {
  const milliseconds = Math.max(0, Math.round(seconds * 1000));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const [hours, minutes] = [milliseconds / 3600_000, (milliseconds / 60_000) % 60];
  const whole = `${two(hours)}:${two(minutes)}:${two((milliseconds / 1000) % 60)}`;
  return `${whole}${separator}${String(milliseconds % 1000).padStart(3, '0')}`;
}
