// httpStore in a Worker.

import { proveHttp } from '../elsewhere/promises.ts';

proveHttp('workerd');
