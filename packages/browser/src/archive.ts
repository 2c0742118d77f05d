// Public names of @varve/browser/archive: a database of the browser as one file, and back. A separate entry, so that pages which do neither do not load it.

export { exportDatabase } from './archive/export-database.ts';
export { importDatabase, type ImportOptions } from './archive/import-database.ts';
