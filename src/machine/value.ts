// What kernel text computes with: numbers, 64-bit integers, strings, truth values and references. Plain data, equal by value.
import { type Hash, hashBigint, hashNumber, hashString, mix } from './hash.ts';

/** A reference to a struct (or, with struct `fn`, to a function): which kind, and which of them. */
export interface Ref {
  readonly struct: string;
  readonly at: number | string;
}

/** pfns, addresses, counts are numbers; flags, `private` and radix keys are bigints; NULL is null. */
export type Value = number | bigint | string | boolean | null | Ref;

/** True for a reference. */
export function isRef(value: Value | undefined): value is Ref {
  return typeof value === 'object' && value !== null;
}

/** C's ==: references are equal when they name the same struct. */
export function equal(a: Value, b: Value): boolean {
  return a === b || (isRef(a) && isRef(b) && a.at === b.at && a.struct === b.struct);
}

/** Hash of a value; equal values hash equal. */
export function hashValue(value: Value): Hash {
  switch (typeof value) {
    case 'number':
      return hashNumber(value);
    case 'bigint':
      return mix(hashBigint(value), 5);
    case 'string':
      return mix(hashString(value), 6);
    case 'boolean':
      return value ? 8 : 9;
    default:
      return value === null
        ? 10
        : mix(hashString(value.struct), typeof value.at === 'number' ? value.at : hashString(value.at));
  }
}
