// A whole engine on the origin private file system, in a dedicated worker, which is where browsers allow synchronous access.

import { open } from '@varve/core';
import { opfsStore } from '@varve/adapter-opfs';
import { expect, it } from 'vitest';
import { describeEngine, hasSyncFiles } from './engine-test-kit.ts';

it('is refused on a page', async () => {
  await expect(open(opfsStore('varve-engine-test/page'))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

if (hasSyncFiles) describeEngine('opfs', 'a dedicated worker');
