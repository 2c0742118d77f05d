import { defineConfig } from 'vite';
import { sampleDatabase } from './vite/sample-database.ts';

export default defineConfig({
  root: `${import.meta.dirname}/src`,
  plugins: [sampleDatabase(`${import.meta.dirname}/dist/site/sample`)],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  worker: { format: 'es' },
  build: {
    outDir: '../dist/site',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    // The sample takes its time, as is known.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
