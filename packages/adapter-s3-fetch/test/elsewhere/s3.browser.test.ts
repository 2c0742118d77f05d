// s3Store in a page: requests have to pass CORS, and the browser decides what of an answer is shown.

import { proveS3 } from './promises.ts';

proveS3('a page');
