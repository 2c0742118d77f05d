import { expect, it, vi } from 'vitest';
import { main } from './main.ts';

it('--version says the version of the package', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    expect(await main(['--version'])).toBe(0);
    expect(log.mock.calls).toEqual([[expect.stringMatching(/^\d+\.\d+\.\d+$/)]]);
  } finally {
    log.mockRestore();
  }
});
