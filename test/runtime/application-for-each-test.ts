import { afterEach, beforeEach } from 'mocha';
import { TestApplication } from './test-application.js';

/** Before each test, `use` gets a new application that has its topics and is not started. After the test it is closed. */
export function applicationForEachTest(use: (app: TestApplication) => void | Promise<void>): void {
  let app: TestApplication;

  beforeEach(() => {
    app = new TestApplication();
    app.createTopics();
    return use(app);
  });

  afterEach(() => app.close());
}
