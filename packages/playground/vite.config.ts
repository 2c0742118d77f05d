import { defineConfig } from 'vite';

export default defineConfig({
  root: `${import.meta.dirname}/src`,
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  worker: { format: 'es' },
  build: { outDir: '../dist/site', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 2000 },
});
