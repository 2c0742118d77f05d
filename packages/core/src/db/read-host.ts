// What reads need of an open database: of a writer's engine, or of a reader's.

import type { Clock } from '../base/clock.ts';
import type { Epoch } from '../format/epoch.ts';
import type { PageScanner } from '../iterators/page-scanner.ts';
import type { ReadView } from '../iterators/read-view.ts';
import type { Pins } from '../mvcc/snapshots.ts';
import type { PointReader } from '../read/point-reader.ts';
import type { ObjectStore } from '../store/object-store.ts';

export interface ReadHost {
  readonly parts: { readonly store: ObjectStore; readonly clock: Clock };
  readonly points: Pick<PointReader, 'get'>;
  readonly pages: Pick<PageScanner, 'fill'>;
  readonly snapshots: Pins;
  /** What reads see now; `capture` makes a moment of it that stays. */
  readonly visible: Epoch & { capture(): Epoch };
  /** Where a moment is seen. Valid until the next `await`, unless pinned. */
  viewAt(moment: Epoch): ReadView;
  /** Throws `CLOSED` once it is. */
  assertOpen(): void;
}
