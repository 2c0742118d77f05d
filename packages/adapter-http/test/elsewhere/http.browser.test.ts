// httpStore in a page, on a host of another origin.

import { proveHttp } from './promises.ts';

proveHttp('a page');
