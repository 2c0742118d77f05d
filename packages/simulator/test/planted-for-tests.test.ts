// The planted bugs that tests notice which are named: beside those that the simulator notices (planted.test.ts), so that both cores have something to do.

import { describe } from 'vitest';
import { bugs } from './planted/bugs.ts';
import { isByTest, noticeEach } from './planted/notice-each.ts';

describe('bugs planted for tests', () => {
  noticeEach(bugs.filter(({ caughtBy }) => isByTest(caughtBy)));
});
