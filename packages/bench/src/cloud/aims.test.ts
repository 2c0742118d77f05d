import { expect, it } from 'vitest';
import { verdicts } from './aims.ts';

it('misses come first, and what was not measured is left out', () => {
  const found = verdicts([
    { scenario: 's', name: 'full scan', unit: '/s', values: { varve: [1000], slatedb: [10] } },
    { scenario: 's', name: 'cold open', unit: 'ms', values: { varve: [100], slatedb: [150] } },
    { scenario: 's', name: 'write amplification', unit: 'x', values: { varve: [3, 5, 4] } },
    { scenario: 's', name: 'scan : plain parallel GETs', unit: 'x', values: { varve: [0.5] } },
    { scenario: 's', name: 'random gets, 64 in flight', unit: '/s', values: { varve: [1] } },
  ]);
  expect(found).toEqual([
    { what: 'cold open, against SlateDB', aim: '2x', measured: '1.50x', isMet: false },
    { what: 'scan : plain parallel GETs', aim: 'at least 0.70x', measured: '0.50x', isMet: false },
    { what: 'full scan, against SlateDB', aim: '10x', measured: '100.00x', isMet: true },
    { what: 'write amplification', aim: 'at most 10.00x', measured: '4.00x', isMet: true },
  ]);
});
