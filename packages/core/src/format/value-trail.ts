// Where an encoder is inside a value: the steps from the root, for messages, and the objects on the way, against cycles.

import { describe } from '../base/describe.ts';

/** Deeper values are refused in both directions, so that whatever was written can be read on any stack. */
export const DEEPEST = 500;

export class ValueTrail {
  readonly #codec: string;
  readonly #steps: (string | number)[] = [];
  readonly #objects: object[] = [];

  constructor(codec: string) {
    this.#codec = codec;
  }

  /** Goes to the item under this key or index; `back` follows. */
  step(step: string | number): void {
    this.#steps.push(step);
  }

  back(): void {
    this.#steps.pop();
  }

  /** Enters an object; `leave` follows. */
  enter(object: object): void {
    if (this.#objects.includes(object)) throw this.error('a cycle');
    if (this.#objects.length === DEEPEST) throw this.error(`more than ${DEEPEST} levels`);
    this.#objects.push(object);
  }

  leave(): void {
    this.#objects.pop();
  }

  /** A TypeError for something that the codec cannot keep as it is. */
  refusal(value: unknown, remedy = ''): TypeError {
    return this.error(describe(value), remedy);
  }

  error(what: string, remedy = ''): TypeError {
    const path = this.#steps.map((step) => (/^[A-Za-z_$][\w$]*$/.test(String(step)) ? `.${step}` : `[${JSON.stringify(step)}]`)).join('');
    return new TypeError(`${this.#codec} cannot keep ${what}${remedy && `: ${remedy}`} at=value${shorten(path)}`);
  }
}

/** True for what `{}` makes, also in another realm; false for instances of classes. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function shorten(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 100)} ... ${path.slice(-80)}`;
}
