#!/usr/bin/env node
// The `varve` program.

import { main } from './main.ts';

// Whoever reads our answer may have seen enough, as `head` does: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.exitCode = await main(process.argv.slice(2));
