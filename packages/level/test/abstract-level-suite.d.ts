// abstract-level publishes its tests without types.

declare module 'abstract-level/test/index.js' {
  import type { Harness } from 'tape';

  function suite(options: { test: Harness; factory: (options?: object) => unknown }): void;
  export = suite;
}

declare module 'abstract-level/test/util.js' {
  import type { AbstractLevel } from 'abstract-level';

  /** A database in a Map. */
  export const MinimalLevel: new (options?: object) => AbstractLevel<string>;
}
