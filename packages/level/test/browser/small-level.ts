// Databases of the suite, with as little memory as there may be.

import { StoreLevel, type OpenOptions } from '@varve/level';
import { LITTLE_MEMORY } from '../abstract-suite.ts';

export class SmallLevel extends StoreLevel {
  protected override async _open(options: OpenOptions): Promise<void> {
    await super._open({ ...options, ...LITTLE_MEMORY });
  }
}
