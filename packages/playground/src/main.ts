// The playground: everything that a database in a page does, to be tried.

import '@varve/inspector';
import './varve-playground.ts';
