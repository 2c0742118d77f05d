// Linear memory of databases that are no more, for those of later lives. Memory that was touched before costs a life a third less time than new
// memory, whose pages the system has to find; and a database that believes what it finds there is found out: the bytes are what another one left.

import type { NewMemory } from '@varve/core';

const free = new Map<number, WebAssembly.Memory[]>();

/** The memories of one life. */
export class Memories {
  readonly #taken: { readonly pages: number; readonly memory: WebAssembly.Memory }[] = [];

  readonly take: NewMemory = (pages) => {
    const memory = free.get(pages)?.pop() ?? new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#taken.push({ pages, memory });
    return memory;
  };

  /** The life is over, and nothing runs in it any more. */
  giveBack(): void {
    for (const { pages, memory } of this.#taken.splice(0)) {
      const others = free.get(pages);
      if (others === undefined) free.set(pages, [memory]);
      else others.push(memory);
    }
  }
}
