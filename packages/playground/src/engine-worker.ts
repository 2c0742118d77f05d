// The worker of the database, named here so that the page can end it when its user wants to see what happens then.

import '@varve/browser/worker';
