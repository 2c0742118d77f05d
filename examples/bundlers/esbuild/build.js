// Makes the site in dist. With --serve it is served as well, and made again at every change.

import * as esbuild from 'esbuild';

const context = await esbuild.context({
  entryPoints: { main: 'src/main.ts', index: 'src/index.html', worker: '@varve/browser/worker' },
  loader: { '.html': 'copy' },
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  outdir: 'dist',
});

if (process.argv.includes('--serve')) {
  await context.watch();
  const { hosts, port } = await context.serve({ servedir: 'dist' });
  console.log(`http://${hosts[0]}:${port}`);
} else {
  await context.rebuild();
  await context.dispose();
}
