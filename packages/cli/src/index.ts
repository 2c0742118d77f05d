// Public names of @varve/cli: the program as a function, for those who embed it.

export { main } from './main.ts';
