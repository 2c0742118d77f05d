// s3Store in a Worker that has no binding for the bucket.

import { proveS3 } from '../elsewhere/promises.ts';

proveS3('workerd');
