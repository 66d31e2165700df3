import type { Attributes } from './graph.ts';

/** An operator's attributes by name, with what the standard says where one is missing. */
export function intOf(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute && 'int' in attribute ? attribute.int : otherwise;
}

export function floatOf(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute && 'float' in attribute ? attribute.float : otherwise;
}

export function intsOf(attributes: Attributes, name: string, otherwise: readonly number[]): readonly number[] {
  const attribute = attributes[name];
  return attribute && 'ints' in attribute ? attribute.ints : otherwise;
}

export function textOf(attributes: Attributes, name: string, otherwise: string): string {
  const attribute = attributes[name];
  return attribute && 'text' in attribute ? attribute.text : otherwise;
}

/** Axes counted from the front. */
export const wrapAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
