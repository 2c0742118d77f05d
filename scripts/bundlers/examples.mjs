// The examples of examples/bundlers, and the ways in which each is served.

/**
 * @typedef {object} Site
 * @property {string} name
 * @property {string} [folder] served by a server of files, relative to the example
 * @property {string[]} [program] of the example's package.json, with arguments; says where it listens
 * @property {boolean} [isDeployed] what its visitors download is worth knowing
 * @property {string[]} browsers
 */

/**
 * @typedef {object} Example
 * @property {string} name its folder
 * @property {boolean} [isTyped] its sources are to be checked; what builds it does not
 * @property {boolean} [isBuilt] `npm run build` makes it
 * @property {Site[]} sites
 */

const EVERYWHERE = ['chromium', 'firefox'];

/** @type {Example[]} */
export const EXAMPLES = [
  {
    name: 'vite',
    isTyped: true,
    isBuilt: true,
    sites: [
      { name: 'vite build', folder: 'dist', isDeployed: true, browsers: EVERYWHERE },
      { name: 'vite', program: ['dev', '--port', '0', '--host', '127.0.0.1'], browsers: EVERYWHERE },
    ],
  },
  {
    name: 'webpack',
    isBuilt: true,
    sites: [
      { name: 'webpack', folder: 'dist', isDeployed: true, browsers: EVERYWHERE },
      { name: 'webpack serve', program: ['dev', '--port', '0', '--host', '127.0.0.1'], browsers: ['chromium'] },
    ],
  },
  { name: 'esbuild', isTyped: true, isBuilt: true, sites: [{ name: 'esbuild', folder: 'dist', isDeployed: true, browsers: EVERYWHERE }] },
  {
    name: 'next',
    isBuilt: true,
    sites: [
      { name: 'next build', program: ['start', '--port', '0', '--hostname', '127.0.0.1'], isDeployed: true, browsers: EVERYWHERE },
      { name: 'next dev', program: ['dev', '--port', '0', '--hostname', '127.0.0.1'], browsers: ['chromium'] },
    ],
  },
  { name: 'import-map', sites: [{ name: 'import map', folder: '.', isDeployed: true, browsers: EVERYWHERE }] },
];
