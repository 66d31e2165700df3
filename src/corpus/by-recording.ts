/**
 * Items in groups of some, with all that are of one recording in one group: it is decoded once for all of them.
 * @param recordingOf names an item's recording
 */
export function* byRecording<T>(items: Iterable<T>, recordingOf: (item: T) => string, atLeast: number): Generator<T[]> {
  const recordings = new Map<string, T[]>();
  for (const item of items) {
    const name = recordingOf(item);
    const others = recordings.get(name);
    if (others) others.push(item);
    else recordings.set(name, [item]);
  }
  let group: T[] = [];
  for (const recording of recordings.values()) {
    for (const item of recording) group.push(item);
    if (group.length < atLeast) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
