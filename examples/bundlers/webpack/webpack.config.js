import { resolve } from 'node:path';

export default {
  entry: ['./src/main.js', './src/index.html', './src/style.css'],
  output: { path: resolve('dist'), filename: 'main.js', clean: true },
  // The page and its style are copied as they are.
  module: { rules: [{ test: /\.(html|css)$/, type: 'asset/resource', generator: { filename: '[name][ext]' } }] },
};
