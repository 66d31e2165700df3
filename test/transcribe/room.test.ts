import { expect, it } from 'vitest';
import { Room } from '../../src/transcribe/queue/room.ts';

it('lets in what fits, in the order in which it was asked for', async () => {
  const room = new Room(10);
  const inside: string[] = [];
  const enter = (name: string, amount: number): void => void room.take(amount).then(() => inside.push(name));
  enter('a', 6);
  enter('b', 6);
  enter('c', 1);
  await Promise.resolve();
  await Promise.resolve();
  expect(inside).toEqual(['a']);
  room.give(6);
  await Promise.resolve();
  await Promise.resolve();
  expect(inside).toEqual(['a', 'b', 'c']);
});
